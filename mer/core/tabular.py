"""Tables that people write: CSV files, read as text and checked before use."""

import csv
from collections.abc import Sequence
from pathlib import Path

from mer.core.errors import DataError, listed


def read_rows(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[dict[str, str]]:
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
    list of dict
        Required and optional columns of every row; the order is the file's.

    Raises
    ------
    DataError
        If the file is missing, is no CSV, lacks a column, or leaves a required cell blank.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            header = [(name or "").strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [row for row in reader if any(_text(cell) for cell in row.values())]
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist.") from None
    except (UnicodeDecodeError, csv.Error, IsADirectoryError) as error:
        raise DataError(f"{path}: not a CSV file in UTF-8 ({error}).") from error
    missing = [name for name in required if name not in header]
    if missing:
        raise DataError(
            f"{path}: no column {', '.join(repr(name) for name in missing)}. "
            f"Found columns: {', '.join(header) or 'none'}."
        )
    problems = [
        f"row {number}: '{name}' is blank"
        for number, row in enumerate(rows, start=2)
        for name in required
        if not _text(row[name])
    ]
    if problems:
        raise DataError(listed(f"{path}: cells that must hold a value are blank:", problems))
    return [{name: _text(row.get(name)) for name in (*required, *optional)} for row in rows]


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""
