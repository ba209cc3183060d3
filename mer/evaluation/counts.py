"""Counting predictions: by fold, by subject, by seed, for all databases together and for each."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mer.core.errors import DataError
from mer.core.types import COMPOSITE, IntArray


def count_by(rows: pd.DataFrame, classes: Sequence[str], by: Sequence[str]) -> tuple[list[Any], IntArray]:
    """Count predictions of each true class, apart for all values of some columns.

    Parameters
    ----------
    rows
        Columns true and predicted, and those of ``by``.
    classes
        K class names.
    by
        Columns to keep apart.

    Returns
    -------
    tuple
        For each column of ``by`` its values, sorted, and counts of shape (..., K, K): one leading dimension
        per column, true class by row.

    Raises
    ------
    DataError
        If a class is unknown.
    """
    codes, levels = [], []
    for column in by:
        numbers, values = pd.factorize(rows[column], sort=True)
        codes.append(numbers)
        levels.append(list(values))
    for column in ("true", "predicted"):
        numbers = pd.Index(classes).get_indexer(pd.Index(rows[column]))
        if (numbers < 0).any():
            unknown = sorted(map(str, set(rows[column]) - set(classes)))
            raise DataError(f"unknown class in '{column}': {', '.join(unknown)}")
        codes.append(numbers)
    shape = (*map(len, levels), len(classes), len(classes))
    if rows.empty:
        return levels, np.zeros(shape, dtype=int)
    flat = np.ravel_multi_index(tuple(codes), shape)
    return levels, np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)


def scopes(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """List the composite and each database inside it; a single database stands for itself."""
    databases = sorted(rows["database"].unique())
    if len(databases) > 1:
        yield COMPOSITE, rows
    for database in databases:
        yield database, rows[rows["database"] == database]
