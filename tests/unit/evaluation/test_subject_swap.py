"""Example E9 of the specification of statistics: the six subjects of E8, methods A and B."""

import numpy as np
import pytest
from scipy import stats

from mer.core.errors import DataError
from mer.evaluation.metrics import uf1
from mer.evaluation.subject_swap import subject_swap
from tests.unit.evaluation.test_subject_bootstrap import counts

A, B = counts(1), counts(2)


def rng():
    return np.random.default_rng(0)


def test_all_swaps_of_the_example():
    found = subject_swap(A, B, uf1, rng())
    assert found.difference == pytest.approx(0.097337, abs=1e-6)
    assert (found.p, found.p_greater) == (0.4375, 0.21875)
    # Subject s1 is predicted alike, so that five differ; swapping it as well changes nothing.
    assert (found.n_subjects, found.n_differing, found.n_swaps, found.exact) == (6, 5, 32, True)
    assert found.smallest_p == 0.0625
    assert found.beyond_reach


def test_scipy_gives_the_same():
    def statistic(a, b):
        first, second = a.astype(int), b.astype(int)
        both = np.concatenate([A, B])
        return uf1(both[first].sum(axis=0)) - uf1(both[second].sum(axis=0))

    found = stats.permutation_test(
        (np.arange(6), np.arange(6, 12)), statistic, permutation_type="samples", n_resamples=9999
    )
    assert found.pvalue == subject_swap(A, B, uf1, rng()).p


def test_the_other_way_round_has_the_same_p():
    found = subject_swap(B, A, uf1, rng())
    assert found.difference == pytest.approx(-0.097337, abs=1e-6)
    assert found.p == 0.4375


@pytest.mark.parametrize(("n", "exact", "n_swaps"), [(13, True, 2**13), (14, False, 999)])
def test_beyond_thirteen_differing_subjects_swaps_are_drawn(n, exact, n_swaps):
    """One method is always right, the other always wrong: only no swap or all are as extreme."""
    right = np.tile(np.eye(2, dtype=int), (n, 1, 1))
    wrong = np.tile(1 - np.eye(2, dtype=int), (n, 1, 1))
    found = subject_swap(right, wrong, uf1, rng(), n_swaps=999)
    assert (found.exact, found.n_swaps, found.difference) == (exact, n_swaps, 1.0)
    if exact:
        assert found.p == found.smallest_p == 2 / 2**13
    else:
        assert found.smallest_p == 1 / 1000
        assert 1 / 1000 <= found.p <= 3 / 1000


def test_drawn_swaps_come_close_to_all():
    """Twice the six subjects: ten differ, 1024 swaps, of which 2000 are drawn when not all may be made."""
    a, b = np.concatenate([A, A]), np.concatenate([B, B])
    exact = subject_swap(a, b, uf1, rng())
    fourfold = subject_swap(np.concatenate([a, a]), np.concatenate([b, b]), uf1, rng(), n_swaps=4000)
    assert exact.exact
    assert not fourfold.exact
    assert fourfold.p < exact.p < 0.4375


def test_a_seed_that_is_averaged_is_no_evidence():
    once = subject_swap(A[:, None], B[:, None], lambda pooled: uf1(pooled).mean(axis=1), rng())
    twice = [np.stack([one, one], axis=1) for one in (A, B)]
    assert subject_swap(*twice, lambda pooled: uf1(pooled).mean(axis=1), rng()) == once


def test_equal_methods_do_not_differ():
    found = subject_swap(A, A, uf1, rng())
    assert (found.p, found.difference, found.n_differing, found.beyond_reach) == (1.0, 0.0, 0, True)


def test_counts_of_different_shape_are_refused():
    with pytest.raises(DataError, match="one shape"):
        subject_swap(A, B[:5], uf1, rng())
