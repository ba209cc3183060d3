"""Tests of two methods on tasks: one score per method and task, such as the experiments of CDMER."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from mer.core.errors import DataError
from mer.core.types import FloatArray
from mer.evaluation.attainable import smallest_two_sided_p
from mer.evaluation.fold_tests import Posterior, Scores
from mer.evaluation.multiple_comparisons import holm

# scipy's distribution without ties goes up to 50 pairs; with ties, all signs of up to 13 pairs are flipped.
_EXACT_UP_TO = 50
_FLIPPED_UP_TO = 13


@dataclass(frozen=True)
class PairTest:
    """Outcome of a test of two methods on N tasks.

    Attributes
    ----------
    statistic
        The smaller sum of ranks (Wilcoxon) or number of wins (sign test).
    p
        Two-sided.
    wins, losses
        Tasks on which the first method scores higher, and lower; ties are left out.
    exact
        Whether p is from the exact distribution, not from the normal one.
    smallest_p
        The smallest p that as many differing tasks can give.
    beyond_reach
        Whether that exceeds alpha, so that no outcome would have been significant.
    """

    statistic: float
    p: float
    wins: int
    losses: int
    exact: bool
    smallest_p: float
    beyond_reach: bool


@dataclass(frozen=True)
class AgainstControl:
    """One method compared with the control, and p adjusted for all such comparisons."""

    method: int
    test: PairTest
    p_holm: float


@dataclass(frozen=True)
class SignedRank(Posterior):
    """Posterior of the Bayesian signed-rank test; ``shares`` are mean shares of first, neither and second."""

    shares: tuple[float, float, float]


def wilcoxon_signed_rank(
    first: Scores, second: Scores, *, alpha: float = 0.05, normal: bool = False
) -> PairTest:
    """Test whether the differences lie around zero (Wilcoxon 1945, Demsar 2006); takes them as symmetric.

    Tasks without a difference are dropped. Without ties p is exact up to 50 tasks; with ties, up to 13.

    Parameters
    ----------
    first, second
        Scores of two methods on the same N tasks; seeds are averaged before.
    alpha
        What p is to be compared with.
    normal
        Whether to approximate p in any case, without correction, as some papers do.
    """
    differences, wins, losses = _compared(first, second)
    n = wins + losses
    smallest = smallest_two_sided_p(n)
    if not n:
        return PairTest(0.0, 1.0, 0, 0, True, smallest, smallest > alpha)
    tied = len(np.unique(abs(differences))) < n
    exact = not normal and n <= (_FLIPPED_UP_TO if tied else _EXACT_UP_TO)
    method: Any = "exact" if exact else "approx"
    if exact and tied:
        method = stats.PermutationMethod(n_resamples=2**n)
    found = stats.wilcoxon(differences, method=method)
    p = min(1.0, float(found.pvalue))
    return PairTest(float(found.statistic), p, wins, losses, exact, smallest, smallest > alpha)


def sign_test(first: Scores, second: Scores, *, alpha: float = 0.05) -> PairTest:
    """Test whether the first method wins on half of the tasks or subjects; ties are dropped.

    It asks for nothing but independence and finds little (Dixon and Mood 1946, Demsar 2006).

    Parameters
    ----------
    first, second
        Scores of two methods on the same N tasks; seeds are averaged before.
    alpha
        What p is to be compared with.
    """
    _, wins, losses = _compared(first, second)
    n = wins + losses
    p = float(stats.binomtest(wins, n).pvalue) if n else 1.0
    smallest = smallest_two_sided_p(n)
    return PairTest(float(min(wins, losses)), p, wins, losses, True, smallest, smallest > alpha)


def wilcoxon_against_control(
    scores: FloatArray, control: int, *, alpha: float = 0.05
) -> tuple[AgainstControl, ...]:
    """Compare every method with one, by Wilcoxon's test and Holm's adjustment.

    Parameters
    ----------
    scores
        Of M methods on N tasks, shape (N, M).
    control
        Column of the method that the others are compared with.
    alpha
        What p is to be compared with.
    """
    others = [method for method in range(scores.shape[1]) if method != control]
    tests = [wilcoxon_signed_rank(scores[:, one], scores[:, control], alpha=alpha) for one in others]
    adjusted = holm([test.p for test in tests])
    return tuple(map(AgainstControl, others, tests, adjusted))


def bayesian_signed_rank(
    first: Scores,
    second: Scores,
    rng: np.random.Generator,
    *,
    rope: float,
    prior_strength: float = 0.5,
    n_samples: int = 50_000,
) -> SignedRank:
    """Say how probable it is that each method is better on a further task (Benavoli et al. 2014, 2017).

    The tasks get random weights (Dirichlet), and with them one more task on which there is no difference: the
    prior. Each sample is won by what most of the weighted pairs of tasks say: first, neither or second.

    Parameters
    ----------
    first, second
        Scores of two methods on the same N tasks; seeds are averaged before.
    rng
        Draws weights.
    rope
        Region of practical equivalence: differences up to this, in either direction, make no difference.
    prior_strength
        Weight of the prior; 1 is that of a task.
    n_samples
        Weights that are drawn.
    """
    differences = np.concatenate([[0.0], _paired(first, second)])
    pairs = differences[:, None] + differences
    regions = np.stack([pairs > 2 * rope, abs(pairs) <= 2 * rope, pairs < -2 * rope]).astype(float)
    strengths = np.ones(len(differences))
    strengths[0] = prior_strength
    weights = rng.dirichlet(strengths, n_samples)
    shares = np.stack([((weights @ region) * weights).sum(axis=1) for region in regions], axis=1)
    won = np.bincount(shares.argmax(axis=1), minlength=3) / n_samples
    means = shares.mean(axis=0)
    return SignedRank(
        float(won[0]), float(won[1]), float(won[2]), (float(means[0]), float(means[1]), float(means[2]))
    )


def _paired(first: Scores, second: Scores) -> FloatArray:
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise DataError(f"Expected scores on the same tasks, shape (N,), got {a.shape} and {b.shape}.")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise DataError("Every method needs a score on every task; some are missing.")
    return a - b


def _compared(first: Scores, second: Scores) -> tuple[FloatArray, int, int]:
    """Return the differences that are not zero, and how many are positive and negative."""
    # Rounded, so that equal differences of decimal numbers are ties.
    differences = np.round(_paired(first, second), 12)
    differences = differences[differences != 0]
    wins = int((differences > 0).sum())
    return differences, wins, len(differences) - wins
