"""Eulerian video magnification (EVM), linear: small changes of brightness are amplified."""

import cv2
import numpy as np

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray

# Side of the binomial kernel: a level with a shorter side is not halved again.
_KERNEL_SIDE = 5
_EXAGGERATION = 2.0
RGB_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
_YIQ_TO_RGB = np.linalg.inv(RGB_TO_YIQ)


def magnify(
    frames: Array,
    alpha: float = 10.0,
    *,
    cutoff_wavelength: float = 16.0,
    fast_rate: float = 0.4,
    slow_rate: float = 0.05,
    chroma: float = 0.1,
) -> Array:
    """Magnify a clip by a Laplacian pyramid in space and two recursive low-passes in time.

    What changes at a rate between the two low-passes is amplified per level of the pyramid and added
    to the frames. The authors' program filters every coefficient of the pyramid; as pyramid, colour
    space and low-pass are all linear, here the frames are filtered first, which gives the same and
    needs one clip of memory. Their program leaves out the last ten frames; here all are done.

    Parameters
    ----------
    frames
        Grey of shape (T, H, W) or RGB of shape (T, H, W, 3), uint8 or floats in [0, 1], at the rate
        of the camera.
    alpha
        Amplification. The papers take 8 to 20: 20 for CASME II and SAMM, 8 for SMIC in ELBPTOP.
    cutoff_wavelength
        Wavelength in pixels below which amplification fades.
    fast_rate, slow_rate
        Rates of the low-passes per frame, not per second: the same rates pass other frequencies at
        another frame rate. The defaults are those of every public program for micro-expressions.
    chroma
        Share of the amplification that the two colour channels get.

    Returns
    -------
    ndarray of the shape of ``frames``
        Clipped to the range; uint8 for uint8, else float32. A clip that does not move comes back
        as it was.

    Raises
    ------
    DataError
        If the frames are not such a clip, or so small that no level would be amplified.
    ValueError
        If the rates are not rising from slow to fast in (0, 1], or alpha is negative.

    References
    ----------
    Wu et al. 2012, "Eulerian video magnification for revealing subtle changes in the world".
    """
    if not 0 < slow_rate < fast_rate <= 1 or alpha < 0:
        raise ValueError(
            "EVM needs 0 < slow_rate < fast_rate <= 1 and alpha >= 0, "
            f"got {slow_rate}, {fast_rate} and {alpha}."
        )
    clip = unit_range(frames)
    gains = level_gains(clip.shape[1], clip.shape[2], alpha=alpha, cutoff_wavelength=cutoff_wavelength)
    change = low_pass(clip, fast_rate) - low_pass(clip, slow_rate)
    colour = clip.ndim == 4
    if colour:
        change = change @ (RGB_TO_YIQ.T * [1, chroma, chroma]).astype(np.float32)
    amplified = np.stack([_weigh_levels(frame, gains) for frame in change])
    if colour:
        amplified = amplified @ _YIQ_TO_RGB.T.astype(np.float32)
    return like(clip + amplified, frames)


def low_pass(clip: FloatArray, rate: float) -> FloatArray:
    """Follow a clip with a first-order recursive low-pass, beginning at its first frame.

    ``L += rate * (x - L)``, which leaves a clip that does not move exactly as it is.

    Parameters
    ----------
    clip
        Array of shape (T, ...).
    rate
        Share of the new frame, in (0, 1].

    Returns
    -------
    ndarray of the shape of ``clip``
        Of its type.
    """
    followed = np.empty_like(clip)
    state = clip[0].copy()
    for position, frame in enumerate(clip):
        state += rate * (frame - state)
        followed[position] = state
    return followed


def level_gains(height: int, width: int, *, alpha: float, cutoff_wavelength: float) -> FloatArray:
    """Compute the amplification of every level of the pyramid.

    A displacement that alpha may amplify without artefacts is bounded by ``delta = cutoff_wavelength /
    (8 (1 + alpha))``; a level of wavelength w gets ``min(alpha, 2 (w / (8 delta) - 1))``. The coarsest
    level has the wavelength of a third of the diagonal, each finer one half of the next coarser. The
    coarsest and the finest level get nothing. The authors' formula turns negative at short
    wavelengths; here it ends at zero.

    Parameters
    ----------
    height, width
        Of a frame, in pixels.
    alpha
        Greatest amplification.
    cutoff_wavelength
        In pixels.

    Returns
    -------
    ndarray of shape (levels,)
        From the finest level to the residual.

    Raises
    ------
    DataError
        If the finest band and the residual are the only levels.
    """
    levels = n_bands(height, width) + 1
    if levels < 3:
        raise DataError(
            f"frames of {height} x {width} pixels are too small to be magnified, the shorter side must "
            f"have at least {2 * _KERNEL_SIDE}"
        )
    delta = cutoff_wavelength / (8 * (1 + alpha))
    wavelength = np.hypot(height, width) / 3 / 2.0 ** np.arange(levels - 1, -1, -1)
    gains = np.clip(_EXAGGERATION * (wavelength / (8 * delta) - 1), 0, alpha)
    gains[[0, -1]] = 0
    return gains


def n_bands(height: int, width: int) -> int:
    """Count the bands of a pyramid, without its residual.

    One per halving, rounded down, for as long as both sides hold the kernel of 5 pixels. The rule is
    that of the pyramid toolbox behind the authors' program as far as is known; OpenCV's levels round
    up and may be a pixel larger than those counted here.
    """
    side = min(height, width)
    bands = 0
    while side >= _KERNEL_SIDE:
        bands += 1
        side //= 2
    return bands


def laplacian_pyramid(image: FloatArray, bands: int) -> list[FloatArray]:
    """Split an image into bands, from fine to coarse, and the residual.

    Parameters
    ----------
    image
        float32 or float64 of shape (H, W) or (H, W, C).
    bands
        Number of bands; each has half the sides of the one before, rounded up.
    """
    levels = []
    for _ in range(bands):
        smaller: FloatArray = np.asarray(cv2.pyrDown(image), dtype=image.dtype)
        levels.append(image - cv2.pyrUp(smaller, dstsize=image.shape[1::-1]))
        image = smaller
    return [*levels, image]


def collapse(levels: list[FloatArray]) -> FloatArray:
    """Add up the levels of a pyramid; the inverse of ``laplacian_pyramid``."""
    image = levels[-1]
    for band in reversed(levels[:-1]):
        image = band + cv2.pyrUp(image, dstsize=band.shape[1::-1])
    return image


def unit_range(frames: Array) -> FloatArray:
    """Bring a clip to float32 in [0, 1].

    Raises
    ------
    DataError
        If the shape is not (T, H, W) or (T, H, W, 3), or the values are neither uint8 nor floats in
        [0, 1].
    """
    if (frames.ndim != 3 and (frames.ndim != 4 or frames.shape[3] != 3)) or frames.size == 0:
        raise DataError(f"expected frames of shape (T, H, W) or (T, H, W, 3), got {frames.shape}")
    if frames.dtype == np.uint8:
        return frames.astype(np.float32) / 255
    if not np.issubdtype(frames.dtype, np.floating):
        raise DataError(f"expected frames of uint8 or floats in [0, 1], got {frames.dtype}")
    if not (frames.min() >= 0 and frames.max() <= 1):
        raise DataError(f"expected floats in [0, 1], got {frames.min():g} to {frames.max():g}")
    return frames.astype(np.float32)


def like(clip: FloatArray, frames: Array) -> Array:
    """Clip values to [0, 1] and bring them to uint8 where ``frames`` are; else to float32."""
    inside = np.clip(clip, 0, 1)
    if frames.dtype == np.uint8:
        return np.rint(255 * inside).astype(np.uint8)
    return inside.astype(np.float32)


def _weigh_levels(image: FloatArray, gains: FloatArray) -> FloatArray:
    levels = laplacian_pyramid(image, len(gains) - 1)
    # A Python float keeps float32 what it is.
    return collapse([float(gain) * level for gain, level in zip(gains, levels, strict=True)])
