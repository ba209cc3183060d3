"""Robust principal components of a clip: what stays, and the sparse rest that moves."""

import numpy as np

from mer.core.errors import DataError
from mer.core.types import FloatArray, UInt8Array

_GROWTH = 1.5
_FIRST_STEP = 1.25
_TOLERANCE = 1e-7
_MOST_STEPS = 1000


def sparse_motion(frames: UInt8Array | FloatArray, weight: float | None = None) -> FloatArray:
    """Split a clip into a part of low rank and a sparse one, and return the sparse one.

    Solves min ||A||_* + weight ||E||_1 with A + E the frames as columns (principal component pursuit,
    Candes et al. 2011) by the inexact augmented Lagrangian method (Lin et al. 2010), whose step and
    tolerance are that program's; papers on micro-expressions that use the sparse part state none.

    Parameters
    ----------
    frames
        Grey clip of shape (T, H, W), any real type.
    weight
        Price of the sparse part; 1 / sqrt(H * W) or 1 / sqrt(T), whichever is less, if not given.

    Returns
    -------
    ndarray of shape (T, H, W)
        float64, in the units of the frames; zero where nothing moves.

    Raises
    ------
    DataError
        If the clip has another shape or the iteration does not end.
    """
    if frames.ndim != 3 or frames.size == 0:
        raise DataError(f"Expected a grey clip of shape (T, H, W), got {frames.shape}.")
    data = frames.reshape(len(frames), -1).T.astype(float)
    price = 1 / np.sqrt(max(data.shape)) if weight is None else weight
    size, largest = np.linalg.norm(data), _singular_values(data)[0]
    if size == 0:
        return np.zeros(frames.shape)
    step = _FIRST_STEP / largest
    dual = data / max(largest, abs(data).max() / price)
    sparse = np.zeros_like(data)
    for _ in range(_MOST_STEPS):
        low_rank = _shrink_singular_values(data - sparse + dual / step, 1 / step)
        rest = data - low_rank + dual / step
        sparse = np.sign(rest) * np.maximum(abs(rest) - price / step, 0)
        error = data - low_rank - sparse
        dual += step * error
        step *= _GROWTH
        if np.linalg.norm(error) <= _TOLERANCE * size:
            return np.ascontiguousarray(sparse.T).reshape(frames.shape)
    raise DataError(f"Separating a clip of shape {frames.shape} did not end in {_MOST_STEPS} steps.")


def _singular_values(matrix: FloatArray) -> FloatArray:
    """Compute singular values, largest first, from the small Gram matrix: a clip has few frames."""
    return np.sqrt(np.maximum(np.linalg.eigvalsh(matrix.T @ matrix)[::-1], 0))


def _shrink_singular_values(matrix: FloatArray, by: float) -> FloatArray:
    """Lessen every singular value, down to zero: U (S - by)+ V', by way of the Gram matrix."""
    squares, right = np.linalg.eigh(matrix.T @ matrix)
    values = np.sqrt(np.maximum(squares, 0))
    kept = values > by
    factors = (values[kept] - by) / values[kept]
    return np.asarray((matrix @ right[:, kept] * factors) @ right[:, kept].T)
