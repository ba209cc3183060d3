"""Examples E1, E2 and E10 of the specification of statistics: fold accuracies of the TLCNN paper, TIM32."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.evaluation.fold_tests import bayesian_correlated_t, corrected_resampled_t, paired_t

TLCNN = (76.17, 68.95, 67.77, 72.32, 70.73)
C5_SVM = (64.29, 65.18, 64.29, 57.14, 66.07)


def test_paired_t():
    found = paired_t(TLCNN, C5_SVM)
    assert found.difference == pytest.approx(7.794)
    assert found.sd == pytest.approx(5.382228, abs=1e-6)
    assert (found.t, found.df) == (pytest.approx(3.238048, abs=1e-6), 4)
    assert found.p == pytest.approx(0.031733, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((1.111081, 14.476919), abs=1e-6)


def test_corrected_resampled_t():
    found = corrected_resampled_t(TLCNN, C5_SVM, test_share=112 / 448)
    assert (found.t, found.df) == (pytest.approx(2.158699, abs=1e-6), 4)
    assert found.p == pytest.approx(0.09703, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-2.230378, 17.818378), abs=1e-6)
    assert found.t == pytest.approx(paired_t(TLCNN, C5_SVM).t * 2 / 3)


def test_without_overlap_nothing_is_corrected():
    assert corrected_resampled_t(TLCNN, C5_SVM, test_share=0) == paired_t(TLCNN, C5_SVM)


def test_bayesian_correlated_t():
    found = bayesian_correlated_t(TLCNN, C5_SVM, correlation=0.2, rope=1)
    assert (found.location, found.df) == (pytest.approx(7.794), 4)
    assert found.scale == pytest.approx(3.610508, abs=1e-6)
    assert found.p_first == pytest.approx(0.933492, abs=1e-6)
    assert found.p_equivalent == pytest.approx(0.030737, abs=1e-6)
    assert found.p_second == pytest.approx(0.035771, abs=1e-6)


def test_without_a_region_of_equivalence_it_is_the_corrected_test():
    found = bayesian_correlated_t(TLCNN, C5_SVM, correlation=0.2, rope=0)
    assert found.p_first == pytest.approx(0.951485, abs=1e-6)
    assert 1 - found.p_first == pytest.approx(corrected_resampled_t(TLCNN, C5_SVM, test_share=0.25).p / 2)
    assert bayesian_correlated_t(C5_SVM, TLCNN, correlation=0.2, rope=0).p_second == pytest.approx(
        found.p_first
    )


def test_equal_folds_do_not_differ_and_equal_differences_are_certain():
    # The differences of tenths are equal but for rounding.
    a, b = np.array([0.3, 0.6, 0.9]), np.array([0.2, 0.5, 0.8])
    for made in (paired_t(a, a), corrected_resampled_t(a, a, test_share=0.5)):
        assert (made.difference, made.t, made.p) == (0.0, 0.0, 1.0)
    for made in (paired_t(a, b), corrected_resampled_t(a, b, test_share=0.5)):
        assert made.p == 0.0
        assert made.t == np.inf
        assert made.low == made.high == pytest.approx(0.1)
    assert paired_t(b, a).t == -np.inf
    with pytest.raises(DataError, match="all the same"):
        bayesian_correlated_t(a, b, correlation=0.2, rope=0)


@pytest.mark.parametrize("b", [(1.0,), (1.0, 2.0, 3.0)])
def test_folds_must_be_the_same_and_several(b):
    with pytest.raises(DataError, match="same two or more folds"):
        paired_t((1.0,) if len(b) == 1 else (1.0, 2.0), b)
