"""All scores of one method: of all databases together and of each, seed by seed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from mer.core.types import IntArray
from mer.evaluation.averaging import Pooling, averaged, fold_scores
from mer.evaluation.counts import count_by, scopes
from mer.evaluation.metrics import every_metric


@dataclass(frozen=True)
class Scored:
    """What one seed scores in one scope.

    Attributes
    ----------
    scope
        ``composite`` for all databases of several together, else the name of a database.
    seed
        The seed.
    confusion
        Counts pooled over folds, shape (K, K), true class by row.
    values
        Every metric by its name.
    n_clips, n_subjects, n_folds
        What was tested.
    """

    scope: str
    seed: int
    confusion: IntArray
    values: Mapping[str, float]
    n_clips: int
    n_subjects: int
    n_folds: int


def score_rows(rows: pd.DataFrame, classes: Sequence[str], pooling: Pooling) -> Iterator[Scored]:
    """Score predictions of one method.

    Parameters
    ----------
    rows
        One row per test clip, fold and seed, with the columns of prediction files.
    classes
        K class names of the task; one without a clip in a database counts there, and scores zero.
    pooling
        Whether scores come from all predictions together or are the mean of the folds' scores.

    Yields
    ------
    Scored
        By scope, then by seed.
    """
    metrics = every_metric(classes)
    for scope, part in scopes(rows):
        (seeds, _), counts = count_by(part, classes, ("seed", "fold"))
        sizes = part.groupby("seed")[["sample_id", "person", "fold"]].nunique()
        values = {name: averaged(metric, counts, pooling) for name, metric in metrics.items()}
        for number, seed in enumerate(seeds):
            own = {name: float(found[number]) for name, found in values.items()}
            yield Scored(
                scope=scope,
                seed=int(seed),
                confusion=counts[number].sum(axis=0),
                values={**own, **fold_scores(counts[number], pooling)},
                n_clips=int(sizes.loc[seed, "sample_id"]),
                n_subjects=int(sizes.loc[seed, "person"]),
                n_folds=int(sizes.loc[seed, "fold"]),
            )
