"""Analytic displacement fields."""

import numpy as np
import pytest

from mer.features.optical_strain import optical_strain

Y, X = np.mgrid[0:9, 0:11].astype(float)
ZERO = np.zeros_like(X)


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ((ZERO + 2, ZERO - 1), 0),
        ((-0.1 * Y, 0.1 * X), 0),
        ((0.2 * X, 0.2 * Y), 0.2 * np.sqrt(2)),
        ((0.3 * Y, ZERO), 0.3 / np.sqrt(2)),
        ((-0.4 * X, ZERO), 0.4),
    ],
    ids=["translation", "rotation", "dilation", "shear", "uniaxial"],
)
def test_analytic_fields(flow, expected):
    assert np.allclose(optical_strain(np.stack(flow)), expected)
