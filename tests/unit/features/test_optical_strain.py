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
    backward = optical_strain(np.stack(flow), "backward")
    assert np.allclose(backward[1:, 1:], expected)


def test_backward_differences_leave_the_first_row_and_column_as_the_authors_program_does():
    u = np.array([[0.0, 1.0, 3.0], [0.0, 2.0, 6.0]])
    # u_x of the second row: 0, 2, 4; u_y: 0, 1, 3 against the row above.
    expected = np.sqrt(np.array([[0, 1, 2], [0, 2, 4]]) ** 2 + np.array([[0, 0, 0], [0, 1, 3]]) ** 2 / 2)
    assert np.allclose(optical_strain(np.stack([u, np.zeros_like(u)]), "backward"), expected)
