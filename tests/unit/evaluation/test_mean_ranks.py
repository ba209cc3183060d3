"""Examples E6 and E6c of the specification of statistics: UF1 of the twelve CDMER experiments, FR paper."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.evaluation.mean_ranks import critical_difference, iman_davenport, mean_ranks

METHODS = ("lbp-top", "lbp-sip", "lpq-top", "higo-top", "fr")
UF1 = np.array(
    [
        [0.8002, 0.8574, 0.9455, 0.8445, 0.7065],
        [0.5421, 0.4886, 0.5523, 0.5186, 0.5971],
        [0.5455, 0.4977, 0.5456, 0.4793, 0.5335],
        [0.4878, 0.4038, 0.4729, 0.4322, 0.5137],
        [0.6186, 0.5444, 0.5416, 0.5054, 0.7934],
        [0.6078, 0.3994, 0.6365, 0.4056, 0.7921],
        [0.3697, 0.3772, 0.3060, 0.2978, 0.4670],
        [0.3245, 0.3742, 0.3852, 0.3609, 0.4883],
        [0.4701, 0.5846, 0.2525, 0.3679, 0.5678],
        [0.5367, 0.6065, 0.4866, 0.5699, 0.5929],
        [0.5295, 0.3469, 0.3020, 0.3395, 0.4399],
        [0.2368, 0.2790, 0.2094, 0.1743, 0.5963],
    ]
)


def test_friedman_and_what_follows():
    found = mean_ranks(UF1)
    assert found.ranks == pytest.approx((2.916667, 3, 3.166667, 4.166667, 1.75), abs=1e-6)
    assert (found.chi2, found.df) == (pytest.approx(14.2), 4)
    assert found.p == pytest.approx(0.00668335, abs=1e-8)
    assert found.f == pytest.approx(4.621302, abs=1e-6)
    assert found.p_f == pytest.approx(0.00334506, abs=1e-8)
    assert found.critical_difference == pytest.approx(1.760771, abs=1e-6)
    assert found.p_nemenyi[4][:4] == pytest.approx((0.369169, 0.297889, 0.181599, 0.001698), abs=1e-6)
    assert not found.beyond_reach


def test_the_example_of_demsar():
    ranks, n_tasks, k = np.array([3.143, 2.000, 2.893, 1.964]), 14, 4
    chi2 = 12 * n_tasks / (k * (k + 1)) * (np.square(ranks).sum() - k * (k + 1) ** 2 / 4)
    assert chi2 == pytest.approx(9.2836, abs=1e-4)
    assert iman_davenport(chi2, n_tasks, k)[0] == pytest.approx(3.6889, abs=1e-4)
    assert critical_difference(k, n_tasks) == pytest.approx(1.2536, abs=1e-4)


def test_five_methods_on_three_databases_are_hardly_told_apart():
    assert critical_difference(5, 3) == pytest.approx(3.52, abs=0.005)
    # With two, the largest difference of mean ranks, 4, is not enough.
    found = mean_ranks(UF1[:2])
    assert found.critical_difference > 4
    assert found.beyond_reach
    # Five methods that always come in the same order on two tasks: chi2 is 2 * 4.
    assert found.smallest_p == pytest.approx(0.0915782, abs=1e-6)


def test_a_pool_in_which_no_pair_can_be_told_apart_is_out_of_reach_although_friedman_is_not():
    """Ten methods on two tasks: the critical difference is 9.58 of at most 9 ranks."""
    found = mean_ranks(np.tile(np.arange(10) / 10, (2, 1)))
    assert found.p == pytest.approx(found.smallest_p)
    assert found.smallest_p < 0.05
    assert found.critical_difference == pytest.approx(9.58, abs=0.01)
    assert found.beyond_reach


def test_the_best_method_has_rank_one_and_ties_share_theirs():
    found = mean_ranks(np.array([[0.9, 0.5, 0.5], [0.9, 0.8, 0.1]]))
    assert found.ranks == (1.0, 2.25, 2.75)


def test_equal_methods_do_not_differ_and_one_order_throughout_is_certain():
    assert mean_ranks(np.full((4, 3), 0.5)).p == 1.0
    found = mean_ranks(np.tile([0.9, 0.5, 0.1], (6, 1)))
    assert (found.f, found.p_f) == (np.inf, 0.0)
    assert found.p == pytest.approx(found.smallest_p)


def test_refuses_two_methods_and_missing_scores():
    with pytest.raises(DataError, match="three methods"):
        mean_ranks(UF1[:, :2])
    with pytest.raises(DataError, match="some are missing"):
        mean_ranks(np.where(UF1 > 0.9, np.nan, UF1))
