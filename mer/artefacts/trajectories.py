"""Scores of test clips after every epoch: what an oracle chooses from. No labels are in them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from mer.artefacts.predictions import read_packs, score_columns, write_rows_of
from mer.core.errors import DataError

_COLUMNS = {
    "seed": pa.int64(),
    "fold": pa.int64(),
    "epoch": pa.int64(),
    "sample_id": pa.string(),
    "recipe": pa.string(),
    "device": pa.string(),
    "seconds": pa.float64(),
}


def write_trajectories(
    path: Path,
    rows: pd.DataFrame,
    classes: Sequence[str],
    about: Mapping[str, str],
    left_out: Mapping[str, str],
) -> None:
    """Write scores after every epoch; one row per epoch and test clip, epochs from 1.

    Raises
    ------
    DataError
        If columns are missing or foreign, or scores are none.
    """
    _check(rows, classes, str(path))
    write_rows_of(path, rows, _schema(classes), about, left_out)


def read_trajectories(paths: Sequence[Path], classes: Sequence[str]) -> pd.DataFrame:
    """Read files of scores after every epoch and put them under each other.

    Raises
    ------
    DataError
        If a file is damaged or breaks a rule of the columns.
    """
    return read_packs(paths, classes, _check)


def _schema(classes: Sequence[str]) -> dict[str, pa.DataType]:
    return {**_COLUMNS, **dict.fromkeys(score_columns(classes), pa.float64())}


def _check(rows: pd.DataFrame, classes: Sequence[str], place: str) -> None:
    expected = _schema(classes)
    different = sorted(set(rows.columns) ^ set(expected))
    if different:
        raise DataError(
            f"{place}: columns are not those of scores after every epoch. Missing or foreign: "
            f"{', '.join(different)}."
        )
    scores = rows[score_columns(classes)].to_numpy(float)
    if not np.isfinite(scores).all() or (scores < 0).any() or (abs(scores.sum(axis=1) - 1) > 1e-6).any():
        raise DataError(f"{place}: scores must be at least 0 and sum to one.")
    if rows.duplicated(["seed", "fold", "epoch", "sample_id"]).any():
        raise DataError(f"{place}: a clip occurs twice in an epoch.")
