"""Intervals of pooled scores, from drawing subjects anew: clips of one subject are not independent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mer.core.errors import DataError
from mer.core.types import FloatArray, IntArray
from mer.evaluation.counts import count_by
from mer.evaluation.metrics import Counts

# From pooled counts (R, ..., K, K) of R draws to the statistic of each draw, (R, ...).
Statistic = Callable[[Counts], FloatArray]
# Pooled counts that are held at once: 64 MB.
_AT_ONCE = 8_000_000
# Times that as many draws again as were asked for are made to find some with clips of every class.
_ROUNDS = 100


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


@dataclass(frozen=True)
class Draws:
    """Subjects drawn with replacement, the same for everything that is compared.

    Attributes
    ----------
    times
        How often each of S subjects is in each of R draws, shape (R, S).
    n_repeated
        Draws without a clip of some class, which were drawn again.
    """

    times: FloatArray
    n_repeated: int

    def values(self, counts: Counts, statistic: Statistic) -> FloatArray:
        """Pool the counts of every draw's subjects and take the statistic.

        Parameters
        ----------
        counts
            Of S subjects, shape (S, ..., K, K).
        statistic
            From pooled counts (R, ..., K, K) to (R, ...).
        """
        shape = counts.shape[1:]
        # Whole numbers below 2**53 are exact, and only floating-point products are fast.
        flat = counts.reshape(len(counts), -1).astype(float)
        size = max(1, _AT_ONCE // flat.shape[1])
        parts = [self.times[first : first + size] for first in range(0, len(self.times), size)]
        return np.concatenate([statistic((part @ flat).reshape(-1, *shape)) for part in parts])

    def interval(self, values: FloatArray, estimate: float, level: float = 0.95) -> Interval:
        """Make the percentile interval of the R draws' values around an estimate on all subjects."""
        low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
        return Interval(
            estimate=float(estimate),
            low=float(low),
            high=float(high),
            standard_error=float(values.std(ddof=1)),
            n_subjects=self.times.shape[1],
            n_repeated=self.n_repeated,
        )


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
    (persons, _), counts = count_by(rows, classes, ("person", "seed"))
    return persons, counts


def draw_subjects(clips: IntArray, rng: np.random.Generator, n_draws: int) -> Draws:
    """Draw as many subjects as there are, with replacement, so that nothing that must have clips is empty.

    Parameters
    ----------
    clips
        Of S subjects, shape (S, C): how many clips each has of C classes, or of classes in folds. Where
        nobody has a clip, none is asked for.
    rng
        Draws subjects.
    n_draws
        Number R of draws.

    Raises
    ------
    DataError
        If hardly any draw has clips wherever all subjects together have some.
    """
    n_subjects = len(clips)
    needed = clips[:, clips.any(axis=0)].astype(float)
    times = _times(rng.integers(0, n_subjects, size=(n_draws, n_subjects)))
    n_repeated = 0
    for _ in range(_ROUNDS):
        lacking = ~(times @ needed).all(axis=1)
        n_lacking = int(lacking.sum())
        if not n_lacking:
            return Draws(times, n_repeated)
        n_repeated += n_lacking
        times[lacking] = _times(rng.integers(0, n_subjects, size=(n_lacking, n_subjects)))
    raise DataError(
        f"Of {n_subjects} subjects so few have clips of some class or fold that they cannot be drawn anew."
    )


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
    clips = counts.reshape(len(counts), -1, *counts.shape[-2:])[:, 0].sum(axis=2)  # (S, K)
    if not clips.any(axis=0).all():
        raise DataError("An interval takes clips of every class; some class has none.")
    draws = draw_subjects(clips, rng, n_draws)
    return draws.interval(draws.values(counts, statistic), statistic(counts.sum(axis=0)[None])[0], level)


def _times(drawn: IntArray) -> FloatArray:
    """Count how often each of S subjects is in each draw of S, (R, S) from (R, S)."""
    n_draws, n_subjects = drawn.shape
    flat = drawn + n_subjects * np.arange(n_draws)[:, None]
    return np.bincount(flat.ravel(), minlength=drawn.size).reshape(drawn.shape).astype(float)
