"""Scores and confusion matrices of one variant under one protocol, in long form."""

from pathlib import Path

import pandas as pd

from mer.core.errors import DataError
from mer.core.files import complete

SCORE_COLUMNS = (
    "protocol",
    "task",
    "method",
    "variant",
    "selection",
    "source",
    "seed",
    "scope",
    "metric",
    "value",
    "n_clips",
    "n_subjects",
    "n_folds",
    "n_left_out",
)
# Columns that hold names, also where these look like numbers.
_NAMES = (
    "protocol",
    "task",
    "method",
    "variant",
    "selection",
    "source",
    "scope",
    "metric",
    "true",
    "predicted",
)
CONFUSION_COLUMNS = (
    "protocol",
    "variant",
    "selection",
    "source",
    "seed",
    "scope",
    "true",
    "predicted",
    "count",
)


def write_rows(path: Path, rows: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Write rows as CSV, in full precision."""
    with complete(path) as temporary:
        rows.loc[:, list(columns)].to_csv(temporary, index=False, lineterminator="\n")


def read_rows(paths: list[Path], columns: tuple[str, ...]) -> pd.DataFrame:
    """Read CSV files of the same columns and put them under each other.

    Raises
    ------
    DataError
        If a file is missing or its columns are others.
    """
    tables = []
    for path in paths:
        try:
            table = pd.read_csv(path, keep_default_na=False, dtype={name: str for name in _NAMES})
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: not a table of scores ({error}). Run the workflow again.") from error
        if tuple(table.columns) != columns:
            raise DataError(f"{path}: expected the columns {', '.join(columns)}.")
        if "value" in table and not pd.api.types.is_numeric_dtype(table["value"]) and len(table):
            raise DataError(f"{path}: a score is no number. Delete it and run the workflow again.")
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
