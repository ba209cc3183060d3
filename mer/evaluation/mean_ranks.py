"""Several methods on many tasks: mean ranks, whether they differ, and which."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mer.core.errors import DataError
from mer.core.types import FloatArray


@dataclass(frozen=True)
class MeanRanks:
    """Outcome of the tests of Friedman, of Iman and Davenport, and of Nemenyi for k methods on N tasks.

    Attributes
    ----------
    ranks
        Mean rank of each method; 1 is best, ties share theirs.
    chi2, df, p
        Friedman (1937): are all methods alike.
    f, p_f
        Iman and Davenport (1980): the same, less cautious, with k - 1 and (k - 1)(N - 1) degrees of freedom.
    critical_difference
        Mean ranks that differ by less are not told apart (Nemenyi 1963) at alpha.
    p_nemenyi
        Of every pair of methods, k rows of k. A pair's p depends on which other methods take part
        (Benavoli, Corani and Mangili 2016).
    smallest_p
        The smallest p of the Friedman test for as many methods and tasks.
    beyond_reach
        Whether that exceeds alpha, or the critical difference the largest there is, k - 1: then no pair
        would have been told apart, whatever the scores.
    """

    ranks: tuple[float, ...]
    chi2: float
    df: int
    p: float
    f: float
    p_f: float
    critical_difference: float
    p_nemenyi: tuple[tuple[float, ...], ...]
    smallest_p: float
    beyond_reach: bool


def mean_ranks(scores: FloatArray, *, alpha: float = 0.05) -> MeanRanks:
    """Compare k methods on N tasks by their ranks (Demsar 2006); tasks are taken to be independent.

    Parameters
    ----------
    scores
        Shape (N, k), higher is better; seeds are averaged before.
    alpha
        Of the critical difference.

    Raises
    ------
    DataError
        If there are fewer than three methods or two tasks, or scores are missing.
    """
    from scikit_posthocs import posthoc_nemenyi_friedman

    if scores.ndim != 2 or scores.shape[0] < 2 or scores.shape[1] < 3:
        raise DataError(f"Ranks take at least two tasks and three methods, shape (N, k), got {scores.shape}.")
    if not np.isfinite(scores).all():
        raise DataError("Every method needs a score on every task; some are missing.")
    # Rounded, so that equal scores are ties.
    scores = np.round(scores, 12)
    n_tasks, k = scores.shape
    ranks = stats.rankdata(-scores, axis=1).mean(axis=0)
    chi2, p = (0.0, 1.0) if (scores == scores[:, :1]).all() else stats.friedmanchisquare(*scores.T)
    f, p_f = iman_davenport(float(chi2), n_tasks, k)
    difference = critical_difference(k, n_tasks, alpha=alpha)
    smallest = float(stats.chi2.sf(n_tasks * (k - 1), k - 1))
    return MeanRanks(
        ranks=tuple(float(rank) for rank in ranks),
        chi2=float(chi2),
        df=k - 1,
        p=float(p),
        f=f,
        p_f=p_f,
        critical_difference=difference,
        p_nemenyi=tuple(tuple(map(float, row)) for row in posthoc_nemenyi_friedman(scores).to_numpy()),
        smallest_p=smallest,
        beyond_reach=smallest > alpha or difference > k - 1,
    )


def iman_davenport(chi2: float, n_tasks: int, k: int) -> tuple[float, float]:
    """Return F and p from Friedman's statistic of k methods on N tasks.

    Examples
    --------
    The example of Demsar (2006, section 3.2.3) has chi2 9.28 and F 3.69.

    >>> round(iman_davenport(9.2836, 14, 4)[0], 2)
    3.69
    """
    left = n_tasks * (k - 1) - chi2
    if left <= 1e-9:
        return float("inf"), 0.0
    f = (n_tasks - 1) * chi2 / left
    return f, float(stats.f.sf(f, k - 1, (k - 1) * (n_tasks - 1)))


def critical_difference(k: int, n_tasks: int, *, alpha: float = 0.05) -> float:
    """Return by how much mean ranks of k methods on N tasks must differ to be told apart (Nemenyi 1963).

    Examples
    --------
    With five methods on three databases it is 3.52 of at most 4 ranks.

    >>> round(critical_difference(5, 3), 2)
    3.52
    """
    q = stats.studentized_range.ppf(1 - alpha, k, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(k * (k + 1) / (6 * n_tasks)))
