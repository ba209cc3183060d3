"""Tests on the folds of a cross-validation, where every fold has a score of its own.

Folds whose training sets overlap are not independent: of k folds, two share (k - 2) / (k - 1) of what each
is trained on. The plain t-test takes them as if they were, and says 'different' too often (Dietterich 1998);
there is no unbiased estimate of the variance (Bengio and Grandvalet 2004).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mer.core.errors import DataError
from mer.core.types import FloatArray

# Of one method, fold by fold or task by task.
Scores = Sequence[float] | FloatArray
# What rounding leaves of a difference that is none.
_NOTHING = 1e-12


@dataclass(frozen=True)
class FoldTest:
    """Outcome of a t-test on k folds.

    Attributes
    ----------
    difference, sd
        Mean and standard deviation (N - 1) of the folds' differences, first method less the second.
    t, df, p
        Statistic, degrees of freedom, two-sided p.
    low, high
        Ends of the interval of the mean difference.
    """

    difference: float
    sd: float
    t: float
    df: int
    p: float
    low: float
    high: float


@dataclass(frozen=True)
class Posterior:
    """What is believed after seeing the data: which method is better, or that it makes no difference."""

    p_first: float
    p_equivalent: float
    p_second: float


@dataclass(frozen=True)
class CorrelatedT(Posterior):
    """Posterior of the mean difference, a Student distribution of ``df``, ``location`` and ``scale``."""

    location: float
    scale: float
    df: int


def paired_t(first: Scores, second: Scores, *, level: float = 0.95) -> FoldTest:
    """Test k differences as if folds were independent; side by side with the corrected test, never alone.

    Parameters
    ----------
    first, second
        Scores of two methods on the same k folds; seeds are averaged before.
    level
        Of the interval.

    Raises
    ------
    DataError
        If there are fewer than two folds.
    """
    return _t_test(_differences(first, second), 0.0, level)


def corrected_resampled_t(
    first: Scores, second: Scores, *, test_share: float, level: float = 0.95
) -> FoldTest:
    """Test k differences with variance ``(1 / k + n_test / n_train) sd**2``.

    Nadeau and Bengio (2003) derive it for repeated random divisions, for which folds overlap by chance;
    for k folds it is a rule of thumb (Bouckaert and Frank 2004).

    Parameters
    ----------
    first, second
        Scores of two methods on the same k folds; seeds are averaged before.
    test_share
        ``n_test / n_train``, clips tested per clip trained on; 1 / (k - 1) for k equal folds.
    level
        Of the interval.

    Raises
    ------
    DataError
        If there are fewer than two folds.
    """
    return _t_test(_differences(first, second), test_share, level)


def bayesian_correlated_t(first: Scores, second: Scores, *, correlation: float, rope: float) -> CorrelatedT:
    """Say how probable it is that each method is better (Corani and Benavoli 2015).

    Parameters
    ----------
    first, second
        Scores of two methods on the same k folds, which differ in some.
    correlation
        Of two folds' scores: ``n_test / (n_test + n_train)``, 1 / k for k equal folds.
    rope
        Region of practical equivalence: differences up to this, in either direction, make no difference.

    Raises
    ------
    DataError
        If there are fewer than two folds, or all differ alike.
    """
    differences = _differences(first, second)
    k, sd = len(differences), float(differences.std(ddof=1))
    if sd < _NOTHING:
        raise DataError("The folds' differences are all the same, which leaves nothing to estimate from.")
    location = float(differences.mean())
    scale = float(np.sqrt(1 / k + correlation / (1 - correlation)) * sd)
    posterior = stats.t(df=k - 1, loc=location, scale=scale)
    p_second, p_first = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    return CorrelatedT(p_first, 1 - p_first - p_second, p_second, location, scale, k - 1)


def _differences(first: Scores, second: Scores) -> FloatArray:
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise DataError(f"Expected scores of the same two or more folds, got {a.shape} and {b.shape}.")
    return a - b


def _t_test(differences: FloatArray, test_share: float, level: float) -> FoldTest:
    k, sd, mean = len(differences), float(differences.std(ddof=1)), float(differences.mean())
    if sd < _NOTHING:
        # All folds differ alike: not at all, or with certainty.
        t, p = (0.0, 1.0) if abs(mean) < _NOTHING else (float(np.copysign(np.inf, mean)), 0.0)
        return FoldTest(mean, 0.0, t, k - 1, p, mean, mean)
    if test_share == 0:
        found = stats.ttest_1samp(differences, 0.0)
        low, high = found.confidence_interval(level)
        return FoldTest(mean, sd, float(found.statistic), k - 1, float(found.pvalue), float(low), float(high))
    error = float(np.sqrt(1 / k + test_share) * sd)
    t = mean / error
    reach = float(stats.t.ppf((1 + level) / 2, k - 1)) * error
    return FoldTest(mean, sd, t, k - 1, 2 * float(stats.t.sf(abs(t), k - 1)), mean - reach, mean + reach)
