"""Score the pooled predictions of one variant under one protocol."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
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
from mer.evaluation.metrics import METRICS, Metric, confusion_of_rows
from mer.evaluation.oracle import oracle_epoch
from mer.sweep.specs.score import ScoreSpec, pack_name


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
    score_rows: list[dict[str, Any]] = []
    confusion_rows: list[dict[str, Any]] = []
    for seed, (scope, part) in product(spec.recipes, _scopes(rows)):
        chosen = part[part["seed"] == seed]
        counts = confusion_of_rows(chosen, split.classes)
        about = _about(chosen, seed, scope)
        about["n_left_out"] = len(left_out)
        score_rows += [
            {**about, "metric": name, "value": _score(METRICS[name], chosen, counts, split)}
            for name in spec.metrics
        ]
        if spec.costs:
            score_rows += [{**about, "metric": name, "value": value} for name, value in _costs(chosen, packs)]
        confusion_rows += _cells(counts, split, about)
    write_rows(scores, pd.DataFrame(score_rows), SCORE_COLUMNS)
    write_rows(confusions, pd.DataFrame(confusion_rows), CONFUSION_COLUMNS)


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


def _costs(rows: pd.DataFrame, packs: Sequence[Path]) -> Iterator[tuple[str, float]]:
    """Report the size of a network and how long a fold takes, training and testing."""
    n_parameters = read_n_parameters(packs[0])
    if n_parameters is not None:
        yield "params_millions", n_parameters / 1e6
    yield "exec_seconds", float(rows.groupby("fold")["seconds"].first().mean())


def _refuse_empty(split: Split, left_out: Mapping[str, str], place: str) -> None:
    """Refuse a table that a database would vanish from, as all its clips are left out."""
    tested = [name for name, times in split.times_tested.items() if times]
    databases = {split.samples[name].database for name in tested}
    gone = sorted(databases - {split.samples[name].database for name in tested if name not in left_out})
    if gone:
        reasons = "; ".join(sorted(set(left_out.values())))
        raise IncompleteRunError(f"{place}: all clips of {', '.join(gone)} are left out ({reasons}).")


def _scopes(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """List the composite and each database inside it; a single database stands for itself."""
    databases = sorted(rows["database"].unique())
    if len(databases) > 1:
        yield COMPOSITE, rows
    for database in databases:
        yield database, rows[rows["database"] == database]


def _score(metric: Metric, rows: pd.DataFrame, counts: IntArray, split: Split) -> float:
    """Compute a metric from pooled counts, or per fold and averaged, as the protocol says."""
    if split.pooling == "pooled":
        return metric(counts)
    return float(
        np.mean([metric(confusion_of_rows(fold, split.classes)) for _, fold in rows.groupby("fold")])
    )


def _about(rows: pd.DataFrame, seed: int, scope: str) -> dict[str, Any]:
    first = rows.iloc[0]
    same = {name: first[name] for name in ("protocol", "task", "method", "variant", "selection", "source")}
    return {
        **same,
        "seed": seed,
        "scope": scope,
        "n_clips": rows["sample_id"].nunique(),
        "n_subjects": rows["person"].nunique(),
        "n_folds": rows["fold"].nunique(),
    }


def _cells(counts: IntArray, split: Split, about: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {**about, "true": split.classes[i], "predicted": split.classes[j], "count": int(counts[i, j])}
        for i, j in np.ndindex(counts.shape)
    ]
