"""Phase-based motion magnification by the Riesz pyramid."""

import cv2
import numpy as np

# Its stubs are a package of their own.
from scipy.signal import butter, sosfilt

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray
from mer.preprocessing.evm import (
    RGB_TO_YIQ,
    collapse,
    laplacian_pyramid,
    like,
    n_bands,
    unit_range,
)


def magnify_phase(
    frames: Array,
    alpha: float,
    *,
    band_hz: tuple[float, float],
    fps: float,
    order: int = 1,
    blur: float = 2.0,
) -> Array:
    """Magnify a clip by shifting the local phase of each band of a pyramid.

    A movement of d pixels at a passed frequency becomes one of (1 + alpha) d pixels for a pattern of
    4 pixels, and a tenth to a fifth less for patterns of 6 to 16, as long as it stays well below the
    size of the pattern. No paper at hand states settings for
    micro-expressions: alpha and the frequencies are the caller's, order and blur are customary
    values. The pyramid is the Laplacian one instead of the original's 9 x 9 filters, and its residual
    is left as it is. Colour clips are changed in brightness only, which is a choice made here.

    Parameters
    ----------
    frames
        Grey of shape (T, H, W) or RGB of shape (T, H, W, 3), uint8 or floats in [0, 1].
    alpha
        Amplification of the phase.
    band_hz
        Lowest and highest frequency that is amplified.
    fps
        Frames per second.
    order
        Order of the Butterworth band-pass in time, which begins at rest.
    blur
        Standard deviation in pixels of the blur of the phase, at every level.

    Returns
    -------
    ndarray of the shape of ``frames``
        Clipped to the range; uint8 for uint8, else float32.

    Raises
    ------
    DataError
        If the frames are not such a clip, or too slow for the frequencies.

    References
    ----------
    Wadhwa et al. 2014, "Riesz pyramids for fast phase-based video magnification".
    """
    if fps <= 2 * band_hz[1]:
        raise DataError(
            f"frequencies up to {band_hz[1]:g} Hz need more than {2 * band_hz[1]:g} frames per second, "
            f"the clip has {fps:g}"
        )
    clip = unit_range(frames)
    colour = clip.ndim == 4
    grey = clip @ RGB_TO_YIQ[0].astype(np.float32) if colour else clip
    sections = butter(order, band_hz, btype="bandpass", fs=fps, output="sos")
    by_frame = [laplacian_pyramid(frame, n_bands(*grey.shape[1:])) for frame in grey]
    *bands, residual = [np.stack(level) for level in zip(*by_frame, strict=True)]
    moved = [_magnify_band(band, alpha, sections, blur) for band in bands]
    result = np.stack([collapse(list(levels)) for levels in zip(*moved, residual, strict=True)])
    # Brightness has weight one in red, green and blue.
    return like(clip + (result - grey)[..., None] if colour else result, frames)


def riesz_pair(band: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Approximate the two Riesz transforms of a band by the taps 0.5, 0, -0.5.

    They are exact at a quarter of the sampling frequency, where bands have most of their power; the
    taps are the customary ones and stated by no paper at hand. Zero along the frame's border.

    Parameters
    ----------
    band
        Array of shape (T, H, W).

    Returns
    -------
    tuple of two ndarrays of shape (T, H, W)
        Along columns (x), then along rows (y); ``sin p`` for a band ``cos p`` that varies along one
        axis at that frequency.
    """
    along_x, along_y = np.zeros_like(band), np.zeros_like(band)
    along_x[:, :, 1:-1] = (band[:, :, :-2] - band[:, :, 2:]) / 2
    along_y[:, 1:-1] = (band[:, :-2] - band[:, 2:]) / 2
    return along_x, along_y


def accumulated_phase(band: FloatArray, along_x: FloatArray, along_y: FloatArray) -> FloatArray:
    """Sum up the change of local phase since the first frame.

    The change from one frame to the next is the angle of the quotient of the quaternions (band,
    along_x, along_y), along the direction of its vector part. The original takes an arc cosine; the
    arc tangent is the same angle and keeps its digits where it is small.

    Parameters
    ----------
    band, along_x, along_y
        Arrays of shape (T, H, W).

    Returns
    -------
    ndarray of shape (2, T, H, W)
        Radians along x and y, zero at the first frame.
    """
    now, before = slice(1, None), slice(None, -1)
    real = band[now] * band[before] + along_x[now] * along_x[before] + along_y[now] * along_y[before]
    vector = np.stack(
        [
            along_x[now] * band[before] - band[now] * along_x[before],
            along_y[now] * band[before] - band[now] * along_y[before],
        ]
    )
    length = np.hypot(vector[0], vector[1])
    steps = vector * _divided(np.arctan2(length, real), length)
    phase = np.zeros((2, *band.shape), dtype=band.dtype)
    phase[:, 1:] = np.cumsum(steps, axis=1)
    return phase


def shift_phase(band: FloatArray, along_x: FloatArray, along_y: FloatArray, phase: FloatArray) -> FloatArray:
    """Move the pattern of a band by a phase along x and y.

    Parameters
    ----------
    band, along_x, along_y
        Arrays of shape (T, H, W).
    phase
        Radians, shape (2, T, H, W).

    Returns
    -------
    ndarray of shape (T, H, W)
        ``cos(p + phase)`` for ``cos p``.
    """
    angle = np.hypot(phase[0], phase[1])
    across = phase[0] * along_x + phase[1] * along_y
    return np.cos(angle) * band - np.sin(angle) * _divided(across, angle)


def blur_by_amplitude(phase: FloatArray, amplitude: FloatArray, sigma: float) -> FloatArray:
    """Blur a phase in space, weighted by how strong the pattern is.

    Parameters
    ----------
    phase
        Array of shape (T, H, W).
    amplitude
        Weights of shape (T, H, W), not negative.
    sigma
        Standard deviation of the Gaussian in pixels.
    """
    above = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in phase * amplitude]
    below = [cv2.GaussianBlur(frame, (0, 0), sigma) for frame in amplitude]
    return _divided(np.stack(above), np.stack(below))


def _magnify_band(band: FloatArray, alpha: float, sections: FloatArray, blur: float) -> FloatArray:
    along_x, along_y = riesz_pair(band)
    amplitude = np.sqrt(band**2 + along_x**2 + along_y**2)
    passed = sosfilt(sections, accumulated_phase(band, along_x, along_y), axis=1).astype(band.dtype)
    smooth = np.stack([blur_by_amplitude(part, amplitude, blur) for part in passed])
    return shift_phase(band, along_x, along_y, alpha * smooth)


def _divided(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide, and give zero where there is nothing to divide by: no pattern has no phase."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
