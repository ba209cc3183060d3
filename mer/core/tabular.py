"""Tables that people write: CSV files, read as text and checked before use."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mer.core.errors import DataError, listed


@dataclass(frozen=True)
class Row:
    """Cells of one row by column, and the line of the file that it ends in."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """Read the rows of a CSV file as text.

    Parameters
    ----------
    path
        UTF-8, with a header; a byte-order mark, blanks around cells and blank rows do no harm.
    required
        Columns that must be there, with a value in every row.
    optional
        Columns that may be there; an absent one reads as blank.

    Returns
    -------
    list of Row
        Required and optional columns of every row that is not blank; the order is the file's.

    Raises
    ------
    DataError
        If the file is missing, is no CSV, lacks or doubles a column, leaves a required cell blank or
        has cells beyond its columns, naming every line.
    """
    header, lines = _read(path)
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise DataError(f"{path}: more than one column '{doubled[0]}'. Give each a name of its own.")
    missing = [name for name in required if name not in header]
    if missing:
        raise DataError(
            f"{path}: no column {', '.join(repr(name) for name in missing)}. "
            f"Found columns: {', '.join(header) or 'none'}."
        )
    rows = []
    problems = []
    for line, cells in lines:
        row = dict(zip(header, cells, strict=False))
        if any(cells[len(header) :]):
            problems.append(f"line {line}: {len(cells)} cells under {len(header)} columns")
        problems += [f"line {line}: '{name}' is blank" for name in required if not row.get(name)]
        rows.append(Row(line, {name: row.get(name, "") for name in (*required, *optional)}))
    if problems:
        raise DataError(listed(f"{path} is not usable:", problems))
    return rows


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Read header and lines that are not blank, each with its number."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True, strict=True)
            header = [_text(name) for name in next(reader, [])]
            lines = [(reader.line_num, [_text(cell) for cell in cells]) for cells in reader]
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist.") from None
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        raise DataError(f"{path}: not a CSV file in UTF-8 ({error}).") from error
    return header, [(line, cells) for line, cells in lines if any(cells)]


def number(text: str, name: str) -> float | None:
    """Read a plain finite number; None if the cell is blank.

    Raises
    ------
    DataError
        If it is anything else.

    Examples
    --------
    >>> number("1.5", "fps"), number("", "fps")
    (1.5, None)
    """
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d*)?", text):
        raise DataError(f"'{name}' must be a number, got '{text}'")
    return float(text)


def frame_number(text: str, name: str) -> int | None:
    """Read the number of a frame, a whole number from 0; None if the cell is blank.

    Raises
    ------
    DataError
        If it is anything else.
    """
    value = number(text, name)
    if value is not None and (value != int(value) or value < 0):
        raise DataError(f"'{name}' must be a whole number from 0, got '{text}'")
    return None if value is None else int(value)


def _text(cell: str) -> str:
    return unicodedata.normalize("NFC", cell).strip()
