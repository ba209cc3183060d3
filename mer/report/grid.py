"""A CSV file as rows of text for reading, whatever its columns are."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mer.core.errors import DataError


@dataclass(frozen=True)
class Grid:
    """Texts under headers.

    Attributes
    ----------
    headers
        One per column.
    rows
        Cells of each row.
    numeric
        Whether a column holds numbers and blanks only.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]

    def where(self, header: str, values: Collection[str]) -> "Grid":
        """Keep the rows with some value in one column."""
        column = self.headers.index(header)
        kept = tuple(row for row in self.rows if row[column] in values)
        return Grid(self.headers, kept, self.numeric)


def read_grid(path: Path, needed: Sequence[str]) -> Grid:
    """Read a CSV file.

    Parameters
    ----------
    path
        With a header.
    needed
        Columns that it must have.

    Raises
    ------
    DataError
        If it is no CSV file or lacks a column.
    """
    try:
        table = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a table ({error}). Make it again.") from error
    missing = [name for name in needed if name not in table]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}. Found columns: {', '.join(table.columns)}.")
    numeric = tuple(all(_number(cell) is not None or not cell for cell in table[name]) for name in table)
    columns = [
        [rounded(cell) if is_numeric else cell for cell in table[name]]
        for name, is_numeric in zip(table, numeric, strict=True)
    ]
    headers = tuple(str(name).replace("_", " ") for name in table.columns)
    return Grid(headers, tuple(zip(*columns, strict=True)), numeric)


def rounded(text: str) -> str:
    """Round a number to four digits; counts, and what is no number, stay as they are.

    Examples
    --------
    >>> rounded("0.123456"), rounded("-0.00001234"), rounded("17"), rounded("")
    ('0.1235', '-1.2e-05', '17', '')
    """
    value = _number(text)
    if value is None or text.lstrip("+-").isdigit():
        return text
    if 0 < abs(value) < 0.00005:
        return f"{value:.1e}"
    return f"{value:.4f}"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
