"""Intervals of pooled scores, from drawing subjects anew: clips of one subject are not independent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mer.core.errors import DataError
from mer.core.types import FloatArray, IntArray
from mer.evaluation.metrics import confusion_of_rows

# From pooled counts (R, ..., K, K) of R draws to the statistic of each draw, (R,).
Statistic = Callable[[IntArray], FloatArray]


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval.

    Attributes
    ----------
    estimate
        On all subjects.
    low, high
        Ends of the percentile interval, quantiles interpolated linearly.
    standard_error
        Standard deviation over draws.
    n_subjects
        Subjects that were drawn from; with fewer than thirty the interval covers too rarely.
    n_repeated
        Draws without a clip of some class, which were drawn again.
    """

    estimate: float
    low: float
    high: float
    standard_error: float
    n_subjects: int
    n_repeated: int


def counts_by_subject(rows: pd.DataFrame, classes: Sequence[str]) -> tuple[list[str], IntArray]:
    """Count the predictions of every subject under every seed.

    Parameters
    ----------
    rows
        Predictions of one method, one row per test clip and seed, with the columns of prediction files;
        every clip has been tested equally often under every seed.
    classes
        K class names.

    Returns
    -------
    tuple
        P persons, sorted, and their counts of shape (P, N seeds, K, K), true class by row.
    """
    persons, seeds = sorted(rows["person"].unique()), sorted(rows["seed"].unique())
    counts = np.zeros((len(persons), len(seeds), len(classes), len(classes)), dtype=int)
    for (person, seed), part in rows.groupby(["person", "seed"]):
        counts[persons.index(person), seeds.index(seed)] = confusion_of_rows(part, classes)
    return persons, counts


def subject_bootstrap(
    counts: IntArray,
    statistic: Statistic,
    rng: np.random.Generator,
    *,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Estimate how far a score, or a difference of scores, would vary with other subjects.

    As many subjects as there are are drawn with replacement, their counts are pooled, and the statistic is
    taken of the pool (cluster bootstrap: Davison and Hinkley 1997, Field and Welsh 2007). Seeds and methods
    stay together in a draw: what a statistic averages over seeds is no further evidence.

    Parameters
    ----------
    counts
        Of S subjects, shape (S, ..., K, K), true class by row; between them methods, seeds or both.
    statistic
        From pooled counts (R, ..., K, K) to (R,).
    rng
        Draws subjects.
    n_draws
        Number R of draws.
    level
        Share of draws inside the interval.

    Raises
    ------
    DataError
        If some class has no clip at all.
    """
    n_subjects = len(counts)
    clips = counts.reshape(n_subjects, -1, *counts.shape[-2:])[:, 0].sum(axis=2)  # (S, K)
    if not clips.sum(axis=0).all():
        raise DataError("An interval takes clips of every class; some class has none.")
    drawn = rng.integers(0, n_subjects, size=(n_draws, n_subjects))
    n_repeated = 0
    while (lacking := ~clips[drawn].sum(axis=1).all(axis=1)).any():
        n_repeated += int(lacking.sum())
        drawn[lacking] = rng.integers(0, n_subjects, size=(int(lacking.sum()), n_subjects))
    times = np.stack([np.bincount(draw, minlength=n_subjects) for draw in drawn])  # (R, S)
    values = statistic(np.tensordot(times, counts, axes=1))
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return Interval(
        estimate=float(statistic(counts.sum(axis=0)[None])[0]),
        low=float(low),
        high=float(high),
        standard_error=float(values.std(ddof=1)),
        n_subjects=n_subjects,
        n_repeated=n_repeated,
    )
