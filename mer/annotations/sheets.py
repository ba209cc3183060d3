"""Annotation tables in spreadsheets and CSV files, every cell as text."""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mer.core.errors import DataError

SUFFIXES = (".xlsx", ".xls", ".csv")
Grid = Sequence[Sequence[str]]
# Columns by our name, each with the names that it has in files.
Columns = Mapping[str, Sequence[str]]
# A whole number that a program has written with a point, as it does where a column has blanks.
_WHOLE = re.compile(r"^(-?\d+)\.0+$")
NO_COLUMNS: Columns = MappingProxyType({})


@dataclass(frozen=True)
class SheetRow:
    """One row of a table: its cells by column, and where it stands."""

    place: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def get(self, column: str) -> str:
        """Return a cell; blank if the table has no such column."""
        return self.cells.get(column, "")


def read_grids(path: Path) -> dict[str, Grid]:
    """Read all sheets of a spreadsheet, or the one of a CSV file, as text.

    Formulas give the value that was stored with them; a file that was saved by a program that does
    not compute them reads as blank there.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    try:
        if path.suffix.lower() == ".csv":
            return {"": _read_csv(path)}
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            workbook = CalamineWorkbook.from_path(str(path))
            return {
                name: [
                    [_as_text(cell) for cell in row]
                    for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ]
                for name in workbook.sheet_names
            }
        except CalamineError as error:
            raise DataError(f"{path}: not a readable spreadsheet ({error}). Copy it again.") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error


def find_table(
    grid: Grid, place: str, columns: Columns, optional: Columns = NO_COLUMNS
) -> list[SheetRow] | None:
    """Find a table in a grid by its header, wherever that stands.

    Parameters
    ----------
    grid
        Rows of cells.
    place
        What to call the grid in messages.
    columns
        Required columns by our name, each with the names that it has in files. Capitals, blanks and
        punctuation do not matter.
    optional
        Further columns by our name, which need not be there.

    Returns
    -------
    list of SheetRow or None
        Rows under the header that are not blank, under our names; other columns keep their own,
        in small letters and digits. None if no row holds all required columns.
    """
    names = {plain(name): ours for ours, theirs in {**optional, **columns}.items() for name in theirs}
    for top, header in enumerate(grid):
        found = [names.get(plain(cell), plain(cell)) for cell in header]
        if set(columns) <= set(found):
            rows = []
            for number, cells in enumerate(grid[top + 1 :], start=top + 2):
                if any(cells):
                    pairs = zip(found, [*cells, *[""] * len(found)], strict=False)
                    rows.append(SheetRow(f"{place}, row {number}", _first_named(pairs)))
            return rows
    return None


def plain(text: str) -> str:
    """Reduce a header to its small letters and digits."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _first_named(pairs: "zip[tuple[str, str]]") -> dict[str, str]:
    """Keep named columns; of two with one name the first."""
    cells: dict[str, str] = {}
    for name, cell in pairs:
        if name:
            cells.setdefault(name, cell)
    return cells


def _read_csv(path: Path) -> Grid:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    delimiter = max(",;\t", key=re.split(r"[\r\n]", text, maxsplit=1)[0].count)
    # Not of its lines: for str.splitlines an ellipsis of Windows, read as Latin, ends one as well.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [[_WHOLE.sub(r"\1", cell.strip()) for cell in row] for row in rows]


def _as_text(cell: object) -> str:
    """Write a cell as people typed it: whole numbers without a decimal point."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.date | datetime.datetime | datetime.time | datetime.timedelta):
        return str(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()
