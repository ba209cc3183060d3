"""Tests on clips: a second opinion, for they take clips of one subject to be independent."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mer.core.errors import DataError
from mer.core.types import BoolArray, IntArray


@dataclass(frozen=True)
class McNemar:
    """Outcome of McNemar's test: do two methods have the same accuracy on the same clips.

    Attributes
    ----------
    only_first, only_second
        Clips that one method alone has right; all others say nothing.
    difference
        Accuracy of the first less that of the second.
    p_mid
        Mid-p (Fagerland, Lydersen and Laake 2013), the one to report.
    p_exact
        From the binomial distribution; more cautious.
    chi2, p_chi2
        Approximation without correction.
    chi2_corrected, p_corrected
        Approximation with correction for continuity.
    smallest_p
        The smallest mid-p that as many discordant clips can give.
    beyond_reach
        Whether that exceeds alpha, so that no outcome would have been significant.
    """

    only_first: int
    only_second: int
    difference: float
    p_mid: float
    p_exact: float
    chi2: float
    p_chi2: float
    chi2_corrected: float
    p_corrected: float
    smallest_p: float
    beyond_reach: bool


@dataclass(frozen=True)
class CochranQ:
    """Outcome of Cochran's test: do several methods have the same accuracy on the same clips.

    ``smallest_p`` is what the same clips would give if the methods were as unequal as the number of them that
    have each clip right allows; ``beyond_reach`` tells whether it exceeds alpha.
    """

    q: float
    df: int
    p: float
    smallest_p: float
    beyond_reach: bool


def mcnemar(first: BoolArray, second: BoolArray, *, alpha: float = 0.05) -> McNemar:
    """Compare the accuracy of two methods on the same clips (McNemar 1947, Dietterich 1998).

    Clips of one subject share errors, so that p is too small where subjects have many clips.

    Parameters
    ----------
    first, second
        Which of N clips each method has right, shape (N,).
    alpha
        What p is to be compared with.

    Raises
    ------
    DataError
        If the arrays are not of one length.
    """
    from statsmodels.stats.contingency_tables import mcnemar as test

    if first.shape != second.shape or first.ndim != 1 or not len(first):
        raise DataError(f"Expected clips of one shape (N,), got {first.shape} and {second.shape}.")
    a, b = (first & ~second).sum(), (~first & second).sum()
    n = int(a + b)
    table = [[(first & second).sum(), a], [b, (~first & ~second).sum()]]
    if not n:
        return McNemar(0, 0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, alpha < 1.0)
    exact = float(test(table, exact=True).pvalue)
    plain, corrected = test(table, exact=False, correction=False), test(table, exact=False, correction=True)
    # Half of what is exactly as far from the middle as was found, on one side or on both.
    as_far = float(stats.binom.pmf(min(a, b), n, 0.5)) * (1 if a == b else 2)
    smallest = 0.5**n
    return McNemar(
        only_first=int(a),
        only_second=int(b),
        difference=float((a - b) / len(first)),
        p_mid=exact - as_far / 2,
        p_exact=exact,
        chi2=float(plain.statistic),
        p_chi2=float(plain.pvalue),
        chi2_corrected=float(corrected.statistic),
        p_corrected=float(corrected.pvalue),
        smallest_p=smallest,
        beyond_reach=smallest > alpha,
    )


def cochran_q(correct: BoolArray | IntArray, *, alpha: float = 0.05) -> CochranQ:
    """Compare the accuracy of several methods on the same clips (Cochran 1950).

    Parameters
    ----------
    correct
        Which of N clips each of M methods has right, shape (N, M).
    alpha
        What p is to be compared with.

    Raises
    ------
    DataError
        If there are fewer than two methods.
    """
    if correct.ndim != 2 or correct.shape[1] < 2:
        raise DataError(f"Expected clips of at least two methods, shape (N, M), got {correct.shape}.")
    right = np.asarray(correct, dtype=int)
    q, p = _q(right)
    # The same clips with all their right answers given to the last methods.
    _, smallest = _q(np.sort(right, axis=1))
    return CochranQ(q, correct.shape[1] - 1, p, smallest, smallest > alpha)


def _q(right: IntArray) -> tuple[float, float]:
    from statsmodels.stats.contingency_tables import cochrans_q

    # Clips that all or none have right say nothing, and with no others the statistic is 0 / 0.
    telling = right[(right.min(axis=1) != right.max(axis=1))]
    if not len(telling):
        return 0.0, 1.0
    found = cochrans_q(telling)
    return float(found.statistic), float(found.pvalue)
