"""What a comparison takes for granted, and the counts that it looks at."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mer.core.errors import DataError
from mer.core.types import IntArray
from mer.evaluation.averaging import Pooling, averaged
from mer.evaluation.counts import count_by
from mer.evaluation.metrics import Counts, Metric
from mer.evaluation.subject_bootstrap import Draws, Statistic, draw_subjects

# With fewer, intervals cover too rarely.
FEW_SUBJECTS = 30


@dataclass(frozen=True)
class Design:
    """How predictions are scored and compared.

    Attributes
    ----------
    classes
        K class names of the task.
    pooling
        Whether scores come from all predictions together or are the mean of the folds' scores.
    test_share
        ``n_test / n_train`` of a cross-validation whose folds can be compared; None where they cannot.
    n_draws
        Draws of subjects for an interval.
    n_swaps
        Swaps of subjects where not all can be made.
    level
        Of intervals.
    alpha
        What p-values are to be compared with.
    """

    classes: tuple[str, ...]
    pooling: Pooling = "pooled"
    test_share: float | None = None
    n_draws: int = 10_000
    n_swaps: int = 9_999
    level: float = 0.95
    alpha: float = 0.05


def counts_of(rows: pd.DataFrame, design: Design) -> IntArray:
    """Count predictions of one method by subject, seed and, where scores are means of folds, fold.

    Parameters
    ----------
    rows
        With the columns of prediction files; every seed has the same clips.
    design
        Classes and the rule for folds.

    Returns
    -------
    ndarray of shape (S, N seeds, F, K, K)
        Subjects and seeds in order; F is 1 where folds are pooled.
    """
    if design.pooling == "pooled":
        _, counts = count_by(rows, design.classes, ("person", "seed"))
        return counts[:, :, None]
    return count_by(rows, design.classes, ("person", "seed", "fold"))[1]


def mean_over_seeds(metric: Metric, design: Design) -> Statistic:
    """Make the statistic that scores pooled counts (R, N seeds, F, K, K) and averages over seeds, to (R,)."""

    def statistic(counts: Counts) -> np.ndarray:
        return np.asarray(averaged(metric, counts, design.pooling).mean(axis=1))

    return statistic


def draws_of(counts: IntArray, design: Design, rng: np.random.Generator) -> Draws | None:
    """Draw subjects so that no class of no fold loses its last clip; None where that cannot be done.

    Neither can it where all draws are the same, as everybody is needed: they say nothing of other subjects.

    Parameters
    ----------
    counts
        Shape (S, N seeds, F, K, K).
    design
        Number of draws.
    rng
        Draws subjects.
    """
    if len(counts) < 2:
        return None
    clips = counts[:, 0].sum(axis=-1)  # (S, F, K)
    try:
        draws = draw_subjects(clips.reshape(len(counts), -1), rng, design.n_draws)
    except DataError:
        return None
    return None if (draws.times == draws.times[0]).all() else draws


def with_as_many_seeds(first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Repeat seeds until two methods have equally many; their means over seeds stay as they are."""
    n = int(np.lcm(first.shape[1], second.shape[1]))
    return np.tile(first, (1, n // first.shape[1], 1, 1, 1)), np.tile(
        second, (1, n // second.shape[1], 1, 1, 1)
    )


# From the name of what is drawn to a random stream; the same name gives the same draws.
Streams = Callable[[str], np.random.Generator]
