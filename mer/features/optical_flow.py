"""Optical flow between two frames, by several programs behind one function."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np

from mer.core.errors import ConfigError, DataError, unknown_name
from mer.core.types import Array, FloatArray, UInt8Array

# A few pairs keep a processor's caches warm, a graphics card wants hundreds: no matter of the result.
_PAIRS_ON_A_PROCESSOR, _PAIRS_ON_A_CARD = 8, 256


def flow(
    first: UInt8Array | FloatArray,
    second: UInt8Array | FloatArray,
    backend: str = "tvl1_opencv",
    **settings: float,
) -> FloatArray:
    """Compute dense optical flow.

    Parameters
    ----------
    first, second
        Grey frames of shape (H, W): uint8, or float from 0 to 1.
    backend
        A name in ``BACKENDS``.
    settings
        What the backend's function takes by name beside the frames.

    Returns
    -------
    ndarray of shape (2, H, W)
        float32 displacement (u, v) in pixels from ``first`` to ``second``.

    Raises
    ------
    ConfigError
        If there is no such backend.
    DataError
        If the frames are no two grey frames of one size, or float frames are not between 0 and 1.
    """
    if backend not in BACKENDS:
        raise ConfigError(unknown_name("flow backend", backend, BACKENDS))
    if first.ndim != 2 or first.shape != second.shape or first.size == 0:
        raise DataError(
            f"Expected two grey frames of one shape (H, W), got {first.shape} and {second.shape}."
        )
    return BACKENDS[backend](_checked(first), _checked(second), **settings)


def flows(first: Array, second: Array, backend: str, device: str = "cpu", **settings: float) -> FloatArray:
    """Compute the flow of N pairs of frames.

    Parameters
    ----------
    first, second
        Grey frames of shape (N, H, W): uint8, or float from 0 to 255.
    backend
        A name in ``BACKENDS``.
    device
        Where ``tvl1_torch`` computes, which takes all pairs at once; the others do not care.
    settings
        What the backend's function takes by name beside the frames.

    Returns
    -------
    ndarray of shape (N, 2, H, W)
        float32 displacement (u, v) in pixels.
    """
    if backend != "tvl1_torch":
        pairs = zip(_unit_floats(first), _unit_floats(second), strict=True)
        return np.stack([flow(before, after, backend, **settings) for before, after in pairs])
    import torch

    from mer.features.tvl1_torch import TVL1Settings, tvl1_batch

    before, after = (torch.from_numpy(np.ascontiguousarray(frames)).to(device) for frames in (first, second))
    at_once = _PAIRS_ON_A_CARD if before.device.type == "cuda" else _PAIRS_ON_A_PROCESSOR
    return tvl1_batch(before, after, TVL1Settings.from_plain(settings), at_once=at_once).cpu().numpy()


def tvl1_opencv(first: UInt8Array | FloatArray, second: UInt8Array | FloatArray) -> FloatArray:
    """Compute TV-L1 flow by OpenCV's duality-based implementation.

    OpenCV's defaults: lambda 0.15 on grey levels 0 to 255, theta 0.3, tau 0.25, 5 scales by 0.8,
    5 warps, 30 inner and 10 outer iterations, 5x5 median filter. It shrinks motions below
    0.2 pixels by about a quarter: it warps by cubic interpolation with a = -0.75, which moves a smooth
    picture by 0.071 pixels where it is told 0.05, so that 0.036 are enough to explain a motion of 0.05.

    Parameters
    ----------
    first, second
        Grey frames of shape (H, W): uint8, or float from 0 to 1, which OpenCV multiplies by 255.

    References
    ----------
    Zach, Pock and Bischof 2007; Sanchez, Meinhardt-Llopis and Facciolo 2013.
    """
    solver = cv2.optflow.DualTVL1OpticalFlow_create()  # type: ignore[attr-defined]  # contrib has no stubs
    return _planes(solver.calc(np.ascontiguousarray(first), np.ascontiguousarray(second), None))


def tvl1_skimage(
    first: UInt8Array | FloatArray, second: UInt8Array | FloatArray, *, attachment: float = 38.25
) -> FloatArray:
    """Compute TV-L1 flow by scikit-image: 10 iterations per warp, 5 warps, scales by 0.5, no smoothing.

    Parameters
    ----------
    first, second
        Grey frames of shape (H, W): uint8, or float from 0 to 1.
    attachment
        Weight of the data term on grey levels 0 to 1. 38.25 is lambda 0.15 on 0 to 255, as in IPOL's and
        OpenCV's programs; 15, scikit-image's default, is smoother and less noisy.
    """
    from skimage.registration import optical_flow_tvl1  # only this backend needs it

    before, after = (_grey_levels(frame) / 255 for frame in (first, second))
    v, u = optical_flow_tvl1(before, after, attachment=attachment)  # type: ignore[no-untyped-call]
    return np.stack([u, v])


def tvl1_torch(
    first: UInt8Array | FloatArray, second: UInt8Array | FloatArray, **settings: float
) -> FloatArray:
    """Compute TV-L1 flow by ``mer.features.tvl1_torch`` on the processor.

    Takes the settings of ``TVL1Settings`` by name. Many pairs at once, or a graphics card: call
    ``tvl1_batch`` there.
    """
    import torch  # takes seconds, and only this backend needs it

    from mer.features.tvl1_torch import TVL1Settings, tvl1_batch

    before, after = (torch.from_numpy(_grey_levels(frame))[None] for frame in (first, second))
    return tvl1_batch(before, after, TVL1Settings.from_plain(settings))[0].numpy()


def farneback(first: UInt8Array | FloatArray, second: UInt8Array | FloatArray) -> FloatArray:
    """Compute flow by polynomial expansion (Farneback 2003), OpenCV's implementation.

    Settings of OpenCV's tutorial: 3 levels by 0.5, windows of 15 pixels, 3 iterations, polynomials over
    5 pixels weighted by a Gaussian of 1.2. Near the border equal frames move by up to 0.1 pixels.
    """
    # Its regularisation is made for grey levels up to 255.
    pair = [_grey_levels(frame) for frame in (first, second)]
    return _planes(cv2.calcOpticalFlowFarneback(*pair, None, 0.5, 3, 15, 3, 5, 1.2, 0))  # type: ignore[call-overload]  # None allocates


def dis(first: UInt8Array, second: UInt8Array) -> FloatArray:
    """Compute flow by dense inverse search (Kroeger et al. 2016), OpenCV's preset ``MEDIUM``.

    Raises
    ------
    DataError
        If a frame is not uint8: OpenCV takes nothing else here, and rounding would hide small motions.
    """
    if first.dtype != np.uint8 or second.dtype != np.uint8:
        raise DataError(f"'dis' takes uint8 frames, got {first.dtype} and {second.dtype}.")
    solver = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]
    return _planes(solver.calc(np.ascontiguousarray(first), np.ascontiguousarray(second), None))


def _unit_floats(frames: Array) -> Array:
    """Bring float frames from 0 to 255 to the range that ``flow`` takes."""
    return frames if frames.dtype == np.uint8 else frames.astype(np.float32) / 255


def _planes(field: FloatArray) -> FloatArray:
    """Turn OpenCV's (H, W, 2) into (2, H, W)."""
    return np.ascontiguousarray(field.transpose(2, 0, 1))


def _checked(frame: UInt8Array | FloatArray) -> UInt8Array | FloatArray:
    """Refuse what OpenCV or scikit-image would scale in a way of their own; return uint8 or float32."""
    if frame.dtype == np.uint8:
        return frame
    if not np.issubdtype(frame.dtype, np.floating):
        raise DataError(f"Expected frames of type uint8 or float, got {frame.dtype}.")
    # Written so that it refuses NaN as well.
    if not (frame.min() >= 0 and frame.max() <= 1):
        raise DataError(
            f"Float frames span {frame.min():g} to {frame.max():g}, expected 0 to 1: OpenCV multiplies "
            "them by 255. Pass uint8, or divide by 255."
        )
    return frame.astype(np.float32)


def _grey_levels(frame: UInt8Array | FloatArray) -> FloatArray:
    """Return float32 from 0 to 255."""
    return frame.astype(np.float32) if frame.dtype == np.uint8 else 255 * frame.astype(np.float32)


_BACKENDS: dict[str, Callable[..., FloatArray]] = {
    "tvl1_opencv": tvl1_opencv,
    "tvl1_skimage": tvl1_skimage,
    "tvl1_torch": tvl1_torch,
    "farneback": farneback,
    "dis": dis,
}
BACKENDS: Mapping[str, Callable[..., FloatArray]] = MappingProxyType(_BACKENDS)
