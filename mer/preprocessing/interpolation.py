"""The temporal interpolation model (TIM), and plain choices of frames."""

from functools import lru_cache

import numpy as np

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray, IntArray

# Sums that are equal on paper differ in their last digits from one machine to the next.
_ROUNDING_SLACK = 1e-6


@lru_cache(maxsize=512)
def tim_matrix(n_frames: int, length: int) -> FloatArray:
    """Compute the weights by which TIM mixes frames.

    TIM embeds the frames in the path graph's eigenvectors, which are the basis of the discrete
    cosine transform, and maps a curve through them back to images. Where the frames are linearly
    independent all steps collapse to this matrix, which depends on no pixel; it is used for every
    clip, also where frames repeat and the published route by singular values has no solution.
    New frames lie evenly from the first to the last frame, both included. That a single new frame
    is the first frame is a choice made here.

    Parameters
    ----------
    n_frames
        Frames of the clip, n.
    length
        Frames wanted, N; may be more or fewer.

    Returns
    -------
    ndarray of shape (n, N)
        float64, read-only; new frame j is the sum of the frames weighted by column j, and every
        column sums to one. Weights may be negative.

    Raises
    ------
    DataError
        If the clip has no frame.
    ValueError
        If no frame is wanted.

    References
    ----------
    Zhou, Zhao and Pietikainen 2011, "Towards a practical lipreading system"; the TLCNN paper
    (section 4.2) takes 32 and 64 frames, the ELRCN paper (section IV.B) 10.
    """
    if n_frames < 1:
        raise DataError("a clip without frames cannot be interpolated")
    if length < 1:
        raise ValueError(f"Interpolation to {length} frames is asked for, at least 1 is needed.")
    n = n_frames
    k = np.arange(1, n)
    place = np.linspace(0, n - 1, length)
    old = np.cos(np.pi * np.outer(np.arange(n) + 0.5, k) / n)
    new = np.cos(np.pi * np.outer(k, place + 0.5) / n)
    weights = 1 / n + 2 / n * (old @ new)
    weights.flags.writeable = False  # every caller gets the same array
    return weights


def interpolate(frames: Array, length: int, *, as_uint8: bool = False) -> Array:
    """Interpolate a clip in time by TIM.

    Linear in the frames, so that colour channels may be done together; not the straight line between
    neighbours, and without smoothing where frames are lost.

    Parameters
    ----------
    frames
        Clip of shape (T, H, W) or (T, H, W, C), of any number type.
    length
        Frames wanted, N.
    as_uint8
        Round to the nearest whole grey level, halves upwards, and clip to 0 to 255: the weights
        overshoot. Descriptors of grey levels want it; optical flow takes more from the exact values.

    Returns
    -------
    ndarray of shape (N, H, W) or (N, H, W, C)
        float64, or uint8.

    Raises
    ------
    DataError
        If the clip has no frame.
    """
    weights = tim_matrix(len(frames), length)
    mixed = weights.T @ frames.reshape(len(frames), -1).astype(np.float64)
    clip = mixed.reshape(length, *frames.shape[1:])
    if not as_uint8:
        return clip
    # A half rounds up even where it came out as 0.49999999; two frames to three makes many halves.
    return np.clip(np.floor(clip + 0.5 + _ROUNDING_SLACK), 0, 255).astype(np.uint8)


def subsample(n_frames: int, length: int) -> IntArray:
    """Choose frames evenly from the first to the last, both included.

    The plain alternative to TIM: no frame is mixed, and frames repeat where more are wanted than
    there are. Places between two frames go to the nearest, halves to the later one; a single
    wanted frame is the first, as in TIM.

    Parameters
    ----------
    n_frames
        Frames of the clip.
    length
        Frames wanted, N.

    Returns
    -------
    ndarray of shape (N,)
        Positions in the clip, rising.

    Raises
    ------
    DataError
        If the clip has no frame.
    ValueError
        If no frame is wanted.
    """
    if n_frames < 1:
        raise DataError("frames cannot be chosen from a clip without frames")
    if length < 1:
        raise ValueError(f"A choice of {length} frames is asked for, at least 1 is needed.")
    steps = max(length - 1, 1)
    # Whole numbers, so that a half is a half: floor(j (n - 1) / steps + 1 / 2).
    return (2 * np.arange(length) * (n_frames - 1) + steps) // (2 * steps)


def windows(n_frames: int, length: int, *, stride: int = 1) -> IntArray:
    """List the windows of consecutive frames that slide over a clip.

    The VGGFace2+LSTM paper (section 4.2) cuts clips so for its recurrent layers; it does not state the
    stride. Frames after the last whole window are left out.

    Parameters
    ----------
    n_frames
        Frames of the clip.
    length
        Frames of a window, N.
    stride
        Frames between the beginnings of two windows.

    Returns
    -------
    ndarray of shape (windows, N)
        Positions in the clip.

    Raises
    ------
    DataError
        If the clip is shorter than one window.
    ValueError
        If length or stride is below 1.
    """
    if length < 1 or stride < 1:
        raise ValueError(f"A window has at least 1 frame and stride 1, got {length} and {stride}.")
    if n_frames < length:
        raise DataError(f"a window of {length} frames does not fit into a clip of {n_frames}")
    starts = np.arange(0, n_frames - length + 1, stride)
    return starts[:, None] + np.arange(length)
