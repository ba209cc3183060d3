"""Examples E5 and E12 of the specification of statistics."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.evaluation.clip_tests import cochran_q, mcnemar


def clips(both, only_first, only_second, neither):
    numbers = (both, only_first, only_second, neither)
    return (
        np.repeat([True, True, False, False], numbers),
        np.repeat([True, False, True, False], numbers),
    )


def test_mcnemar():
    found = mcnemar(*clips(101, 9, 21, 33))
    assert (found.only_first, found.only_second) == (9, 21)
    assert found.p_exact == pytest.approx(0.042774, abs=1e-6)
    assert found.p_mid == pytest.approx(0.029449, abs=1e-6)
    assert found.chi2_corrected == pytest.approx(4.033333, abs=1e-6)
    assert found.p_corrected == pytest.approx(0.044610, abs=1e-6)
    assert found.chi2 == pytest.approx(4.8)
    assert found.p_chi2 == pytest.approx(0.028460, abs=1e-6)
    assert found.difference == pytest.approx(-0.073171, abs=1e-6)
    assert not found.beyond_reach


def test_few_discordant_clips_cannot_be_significant_and_the_result_says_so():
    found = mcnemar(*clips(50, 4, 0, 3))
    assert found.p_mid == pytest.approx(0.5**4)
    assert found.smallest_p == 0.5**4
    assert found.p_exact == 0.125
    assert found.beyond_reach
    assert not mcnemar(*clips(50, 5, 0, 3)).beyond_reach


@pytest.mark.parametrize(("each", "p"), [(1, 1 - 0.5 / 2), (5, 1 - 252 / 1024 / 2)])
def test_as_many_clips_on_both_sides_are_all_equally_far_from_the_middle(each, p):
    """Of 2 clips, one each way has probability 1/2; of 10, five each way 252/1024. Half of it is left out."""
    assert mcnemar(*clips(3, each, each, 4)).p_mid == pytest.approx(p)


def test_the_same_clips_right_is_no_difference():
    found = mcnemar(*clips(5, 0, 0, 3))
    assert (found.p_mid, found.p_exact, found.difference, found.beyond_reach) == (1.0, 1.0, 0.0, True)


def test_cochran_q():
    right = [[1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 1, 1], [1, 0, 1], [1, 1, 0], [0, 0, 0], [1, 1, 0]]  # fmt: skip
    found = cochran_q(np.array(right))
    assert (found.q, found.df) == (pytest.approx(6.0), 2)
    assert found.p == pytest.approx(0.049787, abs=1e-6)
    # The seven telling clips, two of one right method, stacked: columns of 7, 5 and 0; Q is 11.142857.
    assert found.smallest_p == pytest.approx(np.exp(-11.142857 / 2), abs=1e-6)
    assert not found.beyond_reach


def test_cochran_q_of_few_telling_clips_is_out_of_reach():
    found = cochran_q(np.array([[1, 0, 0], [1, 0, 0], [1, 1, 1]]))
    # Columns of 2, 0 and 0, rows of 1 and 1: Q = 2 (3 * 4 - 4) / (3 * 2 - 2) = 4.
    assert found.q == pytest.approx(4.0)
    assert found.p == found.smallest_p == pytest.approx(np.exp(-2))
    assert found.beyond_reach


def test_methods_that_are_right_together_do_not_differ():
    assert cochran_q(np.array([[1, 1], [0, 0]])).p == 1.0


def test_refuses_other_shapes():
    with pytest.raises(DataError, match="one shape"):
        mcnemar(np.array([True]), np.array([True, False]))
    with pytest.raises(DataError, match="at least two methods"):
        cochran_q(np.ones((3, 1), dtype=bool))
