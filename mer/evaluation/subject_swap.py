"""Equality of two methods, from exchanging their predictions subject by subject."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mer.core.errors import DataError
from mer.core.types import BoolArray, FloatArray
from mer.evaluation.attainable import smallest_two_sided_p
from mer.evaluation.metrics import Counts
from mer.evaluation.subject_bootstrap import Statistic

# Up to so many subjects on which the methods differ all swaps are made, 8192 of them.
EXACT_UP_TO = 13
_TOLERANCE = 1e-12
_AT_ONCE = 8_000_000


@dataclass(frozen=True)
class SubjectSwap:
    """Outcome of a swap test.

    Attributes
    ----------
    difference
        First method less the second.
    p
        Share of swaps whose difference is at least as large, whichever its sign.
    p_greater
        Share of swaps whose difference is at least as large, with its sign: for the first being better.
    n_subjects, n_differing
        Subjects, and those on whose clips the methods differ; only these are evidence.
    n_swaps
        Swaps that were made.
    exact
        Whether these were all that there are.
    smallest_p
        The smallest p that as many differing subjects and swaps can give.
    beyond_reach
        Whether that exceeds alpha, so that no outcome would have been significant.
    """

    difference: float
    p: float
    p_greater: float
    n_subjects: int
    n_differing: int
    n_swaps: int
    exact: bool
    smallest_p: float
    beyond_reach: bool


def subject_swap(
    first: Counts,
    second: Counts,
    statistic: Statistic,
    rng: np.random.Generator,
    *,
    n_swaps: int = 9999,
    alpha: float = 0.05,
) -> SubjectSwap:
    """Test whether two methods score the same, by swapping whole subjects (Noreen 1989, Yeh 2000).

    If the methods are alike, it is chance which of them predicted what for a subject. All clips and all
    seeds of a subject are swapped together: clips of one subject share errors, and seeds are no evidence.

    Parameters
    ----------
    first, second
        Counts of two methods for the same S subjects, shape (S, ..., K, K); between them seeds, folds.
    statistic
        Score of one method from pooled counts (R, ..., K, K), averaged over seeds; to (R,).
    rng
        Draws swaps where there are too many to make all.
    n_swaps
        How many are drawn then.
    alpha
        What p is to be compared with.

    Raises
    ------
    DataError
        If the counts are not of the same shape.
    """
    if first.shape != second.shape:
        raise DataError(f"A swap takes counts of one shape, got {first.shape} and {second.shape}.")
    differ = (first != second).any(axis=tuple(range(1, first.ndim)))
    n_differing = int(differ.sum())
    exact = n_differing <= EXACT_UP_TO
    observed = _differences(first, second, differ, np.zeros((1, n_differing), dtype=bool), statistic)[0]
    swaps = _all_swaps(n_differing) if exact else rng.random((n_swaps, n_differing)) < 0.5
    found = _differences(first, second, differ, swaps, statistic)
    # The observed outcome is one of the possible ones: it is among all swaps, and is added to drawn ones.
    added = 0 if exact else 1

    def share(values: FloatArray, least: float) -> float:
        return float(((values >= least - _TOLERANCE).sum() + added) / (len(values) + added))

    smallest = max(smallest_two_sided_p(n_differing), 0.0 if exact else 1 / (n_swaps + 1))
    return SubjectSwap(
        difference=float(observed),
        p=share(abs(found), abs(observed)),
        p_greater=share(found, observed),
        n_subjects=len(first),
        n_differing=n_differing,
        n_swaps=len(swaps),
        exact=exact,
        smallest_p=smallest,
        beyond_reach=smallest > alpha,
    )


def _all_swaps(n: int) -> BoolArray:
    """List all choices of some of n subjects, (2**n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(bool)


def _differences(
    first: Counts, second: Counts, differ: BoolArray, swaps: BoolArray, statistic: Statistic
) -> FloatArray:
    """Score both methods after each of R swaps, (R, n differing); returns their differences, (R,)."""
    totals = first.sum(axis=0).astype(float), second.sum(axis=0).astype(float)
    change = (second - first)[differ].reshape(int(differ.sum()), totals[0].size).astype(float)

    def of(part: BoolArray) -> FloatArray:
        moved = (part.astype(float) @ change).reshape(-1, *first.shape[1:])
        return np.asarray(statistic(totals[0] + moved) - statistic(totals[1] - moved))

    return np.concatenate([of(part) for part in _parts(swaps, change.shape[1])])


def _parts(swaps: BoolArray, n_counts: int) -> Iterator[BoolArray]:
    size = max(1, _AT_ONCE // n_counts)
    for start in range(0, len(swaps), size):
        yield swaps[start : start + size]
