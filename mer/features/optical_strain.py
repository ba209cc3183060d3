"""Optical strain: how the skin is stretched and sheared by a displacement."""

import numpy as np

from mer.core.types import FloatArray


def optical_strain(flow: FloatArray) -> FloatArray:
    """Compute the magnitude of the optical strain tensor.

    ``sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)`` with central differences (STSTNet and ELRCN,
    equations 2 to 4 of the latter; ELRCN's program takes backward differences instead).

    Parameters
    ----------
    flow
        Displacement (u, v) in pixels, shape (2, H, W).

    Returns
    -------
    ndarray of shape (H, W)
        Not negative; zero for translations and rotations.
    """
    u, v = flow
    u_y, u_x = np.gradient(u)
    v_y, v_x = np.gradient(v)
    return np.asarray(np.sqrt(u_x**2 + v_y**2 + (u_y + v_x) ** 2 / 2))
