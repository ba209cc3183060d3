"""Score the pooled predictions of one variant under one protocol."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import (
    check_complete,
    read_left_out,
    read_n_parameters,
    read_predictions,
    score_columns,
    write_predictions,
)
from mer.artefacts.rows import prediction_rows
from mer.artefacts.scores import CONFUSION_COLUMNS, SCORE_COLUMNS, write_rows
from mer.artefacts.trajectories import read_trajectories
from mer.core.errors import IncompleteRunError
from mer.core.types import COMPOSITE, IntArray
from mer.evaluation.oracle import oracle_epoch
from mer.evaluation.scoring import Scored, score_rows
from mer.sweep.specs.packs import pack_name
from mer.sweep.specs.score import ScoreSpec


def run(spec: ScoreSpec, folds: Path, runs: Path, pooled: Path, scores: Path, confusions: Path) -> None:
    """Pool the packs of every seed, check that none is missing, count and score.

    ``runs`` is the folder of the method's predictions; only the packs of the specification are read,
    whatever else lies there. ``pooled`` gets all of them, under the variant's name.

    Raises
    ------
    DataError, IncompleteRunError
        If predictions are damaged, missing or doubled.
    """
    split = read_folds(folds)
    place = f"{spec.variant} on {split.protocol}"
    packs = [runs / pack_name(seeds, first, last) for seeds in spec.seed_groups for first, last in spec.packs]
    if spec.selection == "oracle_test":
        rows = _chosen_by_oracle(spec, split, packs)
    else:
        # Sweeps share predictions, and each has its own name for them.
        rows = read_predictions(packs, split.classes).assign(variant=spec.variant)
    left_out = read_left_out(packs)
    expected = {name: times for name, times in split.times_tested.items() if name not in left_out}
    check_complete(rows, expected, spec.recipes, place)
    _refuse_empty(split, left_out, place)
    write_predictions(pooled, rows, split.classes, {}, left_out)
    score_table: list[dict[str, Any]] = []
    confusion_table: list[dict[str, Any]] = []
    for found in score_rows(rows, split.classes, split.pooling):
        about = {**_about(rows, found), "n_left_out": len(left_out)}
        values = {**found.values, **(_costs(rows, found, packs) if spec.costs else {})}
        score_table += [{**about, "metric": name, "value": value} for name, value in values.items()]
        confusion_table += _cells(found.confusion, split, about)
    write_rows(scores, pd.DataFrame(score_table), SCORE_COLUMNS)
    write_rows(confusions, pd.DataFrame(confusion_table), CONFUSION_COLUMNS)


def _chosen_by_oracle(spec: ScoreSpec, split: Split, packs: Sequence[Path]) -> pd.DataFrame:
    """Turn scores after every epoch into predictions of the epoch that is best on each fold's test clips."""
    chosen, trajectories = [], read_trajectories(packs, split.classes)
    n_epochs = trajectories["epoch"].max()
    for (seed, fold), rows in trajectories.groupby(["seed", "fold"]):
        epochs = [one for _, one in rows.groupby("epoch")]
        names = list(epochs[0]["sample_id"])
        if len(epochs) != n_epochs or any(list(one["sample_id"]) != names for one in epochs):
            raise IncompleteRunError(
                f"{spec.variant}: fold {fold}, seed {seed}: epochs are missing or score different clips."
            )
        scores = np.stack([one[score_columns(split.classes)].to_numpy(float) for one in epochs])
        true = np.array([split.classes.index(split.labels[name]) for name in names])
        best = oracle_epoch(scores, true)
        about = {
            "selection": spec.selection,
            "variant": spec.variant,
            "method": spec.method,
            "seed": seed,
            "fold": fold,
        }
        about |= {name: rows[name].iloc[0] for name in ("recipe", "device", "seconds")}
        chosen.append(prediction_rows(split, names, scores[best], about))
    return pd.concat(chosen, ignore_index=True)


def _costs(rows: pd.DataFrame, found: Scored, packs: Sequence[Path]) -> dict[str, float]:
    """Report the size of a network and how long a fold takes, training and testing."""
    n_parameters = read_n_parameters(packs[0])
    size = {} if n_parameters is None else {"params_millions": n_parameters / 1e6}
    chosen = rows[rows["seed"] == found.seed]
    if found.scope != COMPOSITE:
        chosen = chosen[chosen["database"] == found.scope]
    return {**size, "exec_seconds": float(chosen.groupby("fold")["seconds"].first().mean())}


def _refuse_empty(split: Split, left_out: Mapping[str, str], place: str) -> None:
    """Refuse a table that a database would vanish from, as all its clips are left out."""
    tested = [name for name, times in split.times_tested.items() if times]
    databases = {split.samples[name].database for name in tested}
    gone = sorted(databases - {split.samples[name].database for name in tested if name not in left_out})
    if gone:
        reasons = "; ".join(sorted(set(left_out.values())))
        raise IncompleteRunError(f"{place}: all clips of {', '.join(gone)} are left out ({reasons}).")


def _about(rows: pd.DataFrame, found: Scored) -> dict[str, Any]:
    first = rows.iloc[0]
    same = {name: first[name] for name in ("protocol", "task", "method", "variant", "selection", "source")}
    numbers = ("seed", "scope", "n_clips", "n_subjects", "n_folds")
    return {**same, **{name: getattr(found, name) for name in numbers}}


def _cells(counts: IntArray, split: Split, about: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**about, "true": split.classes[i], "predicted": split.classes[j], "count": int(counts[i, j])}
        for i, j in np.ndindex(counts.shape)
    ]
