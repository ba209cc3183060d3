"""Which pairs of scores some confusion matrix with given class sizes has: full enumeration.

For given correct counts of the classes, the wrong clips may be predicted as any other class. Totals
``a_k`` of wrong clips that are predicted as class k are possible exactly if they sum to all wrong
clips and no class takes more than the wrong clips of the others (a transport problem whose
diagonal is forbidden). UF1 depends on nothing else, so every matrix is covered without listing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from mer.audit.printed import Printed
from mer.core.types import FloatArray, IntArray

# Floating point: sums of a few quotients of small integers.
_MARGIN = 1e-9


@dataclass(frozen=True)
class Span:
    """Whether a UF1 can be had, and between which values it lies otherwise (None if it was not asked)."""

    is_reached: bool
    low: float | None = None
    high: float | None = None


def correct_with_uar(sizes: Sequence[int], uar: Printed, slack: Fraction = Fraction(0)) -> IntArray:
    """List the correct counts of the classes whose UAR rounds to a printed one.

    Parameters
    ----------
    sizes
        Clips of the K classes.
    uar
        As printed.
    slack
        How far it may be off beyond its last digit.

    Returns
    -------
    ndarray of shape (M, K)
        All of them.
    """
    grid = _all_correct(tuple(sizes))
    product = int(np.prod(sizes))
    # Exact: UAR times K times the product of the sizes is a whole number.
    sums = sum(grid[:, k] * (product // n) for k, n in enumerate(sizes))
    scale = product * len(sizes)
    half = uar.step / 2 + slack
    low, high = (uar.value - half) * scale, (uar.value + half) * scale
    return grid[(sums >= -(-low.numerator // low.denominator)) & (sums <= high.numerator // high.denominator)]


def correct_with_total(sizes: Sequence[int], total: int) -> IntArray:
    """List the correct counts of the classes that sum to a total, shape (M, K)."""
    grid = _all_correct(tuple(sizes))
    return grid[grid.sum(axis=1) == total]


def uf1_span(sizes: Sequence[int], correct: IntArray, uf1: Printed) -> Span:
    """Search all confusion matrices with given class sizes and correct counts for a UF1.

    Parameters
    ----------
    sizes
        Clips of the K classes.
    correct : ndarray of shape (M, K)
        Correct counts that are allowed.
    uf1
        As printed.

    Returns
    -------
    Span
        Reached, or the smallest and the largest UF1 that there is.
    """
    low, high = float(uf1.value - uf1.step / 2) - _MARGIN, float(uf1.value + uf1.step / 2) + _MARGIN
    smallest, largest = np.inf, -np.inf
    for row in _likely_first(sizes, correct, float(uf1.value)):
        values = all_uf1(sizes, row)
        if ((values >= low) & (values <= high)).any():
            return Span(is_reached=True)
        smallest, largest = min(smallest, values.min()), max(largest, values.max())
    return Span(False, float(smallest), float(largest)) if len(correct) else Span(False)


def all_uf1(sizes: Sequence[int], correct: IntArray) -> FloatArray:
    """Compute the UF1 of every confusion matrix with given class sizes and correct counts, repeats left out.

    Examples
    --------
    >>> all_uf1([2, 1], np.array([2, 0])).round(4).tolist()
    [0.4]
    """
    wrong = np.asarray(sizes) - correct
    taken = _taken(wrong)
    scores = 2 * correct / (np.asarray(sizes) + correct + taken)
    return np.asarray(scores.mean(axis=1))


def _likely_first(sizes: Sequence[int], correct: IntArray, uf1: float) -> IntArray:
    """Order correct counts so that a UF1 is found soon if it can be had; nothing is left out."""
    wrong = np.asarray(sizes) - correct
    most = wrong.sum(axis=1, keepdims=True) - wrong
    typical = most / (len(sizes) - 1)
    scores = 2 * correct / (np.asarray(sizes) + correct + typical)
    return correct[np.argsort(abs(scores.mean(axis=1) - uf1), kind="stable")]


def _taken(wrong: IntArray) -> IntArray:
    """List the numbers of wrong clips that the classes can be predicted for, shape (M, K)."""
    total = int(wrong.sum())
    most = total - wrong
    free = np.meshgrid(*(np.arange(n + 1) for n in most[:-1]), indexing="ij", sparse=True)
    last = np.asarray(total - sum(free))
    fits = (last >= 0) & (last <= most[-1])
    places = np.nonzero(fits)
    return np.stack([*places, last[places]], axis=1)


@lru_cache(maxsize=8)
def _all_correct(sizes: tuple[int, ...]) -> IntArray:
    axes = np.meshgrid(*(np.arange(n + 1) for n in sizes), indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)
