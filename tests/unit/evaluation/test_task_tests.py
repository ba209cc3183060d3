"""Examples E3, E4, E6b, E11 and E13 of the specification of statistics: UF1 of the twelve CDMER experiments."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.evaluation.task_tests import (
    bayesian_signed_rank,
    sign_test,
    wilcoxon_against_control,
    wilcoxon_signed_rank,
)
from tests.unit.evaluation.test_mean_ranks import METHODS, UF1

FR, LBP_TOP = UF1[:, METHODS.index("fr")], UF1[:, METHODS.index("lbp-top")]
TLCNN = (76.17, 68.95, 67.77, 72.32, 70.73)
C5_SVM = (64.29, 65.18, 64.29, 57.14, 66.07)


def test_wilcoxon_exactly_and_approximately():
    found = wilcoxon_signed_rank(FR, LBP_TOP)
    assert (found.statistic, found.exact) == (12, True)
    assert found.p == pytest.approx(0.034180, abs=1e-6)
    approximate = wilcoxon_signed_rank(FR, LBP_TOP, normal=True)
    assert approximate.p == pytest.approx(0.034170, abs=1e-6)
    assert not approximate.exact


def test_five_pairs_cannot_be_significant_and_the_result_says_so():
    found = wilcoxon_signed_rank(TLCNN, C5_SVM)
    assert (found.statistic, found.p, found.smallest_p) == (0, 0.0625, 0.0625)
    assert found.beyond_reach
    assert sign_test(TLCNN, C5_SVM).beyond_reach
    assert not wilcoxon_signed_rank(TLCNN, C5_SVM, alpha=0.1).beyond_reach


@pytest.mark.parametrize(
    ("n", "smallest"),
    [(4, 0.125), (5, 0.0625), (6, 0.03125), (8, 0.0078125), (10, 0.00195312), (12, 0.00048828), (16, 3.052e-05)],
)  # fmt: skip
def test_the_smallest_p_is_reached_when_one_method_always_wins(n, smallest):
    better = np.arange(1, n + 1) / 100
    for test in (wilcoxon_signed_rank, sign_test):
        found = test(better, np.zeros(n))
        assert found.p == found.smallest_p == pytest.approx(smallest, abs=1e-8)
        assert found.beyond_reach == (smallest > 0.05)


def test_sign_test():
    found = sign_test(FR, LBP_TOP)
    assert (found.wins, found.losses) == (9, 3)
    assert found.p == pytest.approx(0.145996, abs=1e-6)


def test_ties_are_dropped_and_equal_differences_share_their_rank():
    # Differences 1, -1, 2, 3, 0.5 and 0: the negative one has rank 2.5; of 32 choices of signs the sums 0, 1
    # and twice 2.5 are as small, on either side.
    a, b = [1, 1, 2, 3, 0.5, 7], [0, 2, 0, 0, 0, 7]
    found = wilcoxon_signed_rank(a, b)
    assert (found.statistic, found.wins, found.losses) == (2.5, 4, 1)
    assert found.exact
    assert found.p == pytest.approx(2 * 4 / 32)
    assert sign_test(a, b).p == pytest.approx(2 * 6 / 32)


def test_many_ties_are_approximated():
    a = np.repeat([0.1, 0.2], 7)
    assert not wilcoxon_signed_rank(a, np.zeros(14)).exact
    assert wilcoxon_signed_rank(a[1:], np.zeros(13)).exact
    # Without ties fourteen are exact, too.
    assert wilcoxon_signed_rank(np.arange(1, 15), np.zeros(14)).exact


def test_differences_of_decimal_numbers_are_ties_although_rounding_moves_them():
    assert 0.3 - 0.2 != 0.2 - 0.1
    assert wilcoxon_signed_rank([0.3, 0.1, 0.5], [0.2, 0.2, 0.2]).statistic == 1.5


def test_equal_methods_do_not_differ():
    for test in (wilcoxon_signed_rank, sign_test):
        found = test(FR, FR)
        assert (found.p, found.smallest_p, found.beyond_reach) == (1.0, 1.0, True)


def test_wilcoxon_with_holm_against_a_control():
    found = wilcoxon_against_control(UF1, METHODS.index("fr"))
    assert [one.method for one in found] == [0, 1, 2, 3]
    assert [one.test.p for one in found] == pytest.approx([0.03418, 0.03418, 0.020996, 0.009277], abs=1e-6)
    assert [one.p_holm for one in found] == pytest.approx([0.068359, 0.068359, 0.062988, 0.037109], abs=1e-6)


def test_bayesian_signed_rank():
    found = bayesian_signed_rank(LBP_TOP, FR, np.random.default_rng(42), rope=0.01)
    assert (found.p_first, found.p_equivalent, found.p_second) == pytest.approx((0.0133, 0, 0.9867), abs=0.01)
    assert found.shares == pytest.approx((0.1541, 0.0696, 0.7764), abs=0.01)


def test_differences_inside_the_region_of_equivalence_make_none():
    found = bayesian_signed_rank(FR, FR + 0.005, np.random.default_rng(0), rope=0.01, n_samples=100)
    assert found.p_equivalent == 1.0


def test_a_missing_score_is_refused():
    with pytest.raises(DataError, match="on every task"):
        wilcoxon_signed_rank([0.1, np.nan], [0.2, 0.3])
    with pytest.raises(DataError, match="same tasks"):
        sign_test([0.1], [0.2, 0.3])
