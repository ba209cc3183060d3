"""Optical strain: how the skin is stretched and sheared by a displacement."""

from typing import Literal

import numpy as np

from mer.core.types import FloatArray


def optical_strain(flow: FloatArray, differences: Literal["central", "backward"] = "central") -> FloatArray:
    """Compute the magnitude of the optical strain tensor.

    ``sqrt(u_x^2 + v_y^2 + (u_y + v_x)^2 / 2)`` (STSTNet and ELRCN, equations 2 to 4 of the latter).

    Parameters
    ----------
    flow
        Displacement (u, v) in pixels, shape (2, H, W).
    differences
        ``central``, one-sided at the border, is the textbook's; ``backward`` is that of ELRCN's program,
        which leaves zero in the first row and column.

    Returns
    -------
    ndarray of shape (H, W)
        Not negative; zero for translations and rotations.
    """
    u, v = flow
    u_y, u_x = _slopes(u, differences)
    v_y, v_x = _slopes(v, differences)
    return np.asarray(np.sqrt(u_x**2 + v_y**2 + (u_y + v_x) ** 2 / 2))


def _slopes(plane: FloatArray, differences: str) -> tuple[FloatArray, FloatArray]:
    """Differentiate along rows and along columns."""
    if differences == "central":
        return np.gradient(plane, axis=0), np.gradient(plane, axis=1)
    return np.diff(plane, axis=0, prepend=plane[:1]), np.diff(plane, axis=1, prepend=plane[:, :1])
