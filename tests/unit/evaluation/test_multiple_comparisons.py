"""Example E7 of the specification of statistics: TLCNN against nine methods."""

import pytest

from mer.evaluation.multiple_comparisons import benjamini_hochberg, holm

P = (0.036348, 0.007156, 0.031733, 0.008027, 0.004235, 5.8e-05, 0.12609, 0.240368, 0.464157)


def test_holm():
    expected = (0.158665, 0.050092, 0.158665, 0.050092, 0.03388, 0.000522, 0.37827, 0.480736, 0.480736)
    assert holm(P) == pytest.approx(expected, abs=1e-6)
    assert sum(p < 0.05 for p in P) == 6
    assert sum(p < 0.05 for p in holm(P)) == 2


def test_benjamini_hochberg():
    expected = (0.054522, 0.018061, 0.054522, 0.018061, 0.018061, 0.000522, 0.162116, 0.270414, 0.464157)
    assert benjamini_hochberg(P) == pytest.approx(expected, abs=1e-6)
    assert sum(p < 0.05 for p in benjamini_hochberg(P)) == 4


def test_no_comparison_is_no_p_value():
    assert holm([]) == benjamini_hochberg([]) == ()
