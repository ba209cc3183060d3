"""TV-L1 optical flow between two frames."""

import cv2
import numpy as np

from mer.core.types import FloatArray, UInt8Array


def tvl1(first: UInt8Array, second: UInt8Array) -> FloatArray:
    """Compute dense optical flow by OpenCV's duality-based TV-L1.

    OpenCV's defaults: lambda 0.15 on grey levels 0 to 255, theta 0.3, tau 0.25, 5 scales by 0.8,
    5 warps, 30 inner and 10 outer iterations, 5x5 median filter. It shrinks motions below
    0.2 pixels by about a quarter.

    Parameters
    ----------
    first, second
        Grey frames of shape (H, W). OpenCV multiplies float input by 255, so only uint8 is taken.

    Returns
    -------
    ndarray of shape (2, H, W)
        float32 displacement (u, v) in pixels from ``first`` to ``second``.

    Raises
    ------
    TypeError
        If a frame is not uint8.

    References
    ----------
    Zach, Pock and Bischof 2007; Sanchez, Meinhardt-Llopis and Facciolo 2013.
    """
    if first.dtype != np.uint8 or second.dtype != np.uint8:
        raise TypeError(f"TV-L1 takes uint8 frames, got {first.dtype} and {second.dtype}.")
    solver = cv2.optflow.DualTVL1OpticalFlow_create()  # type: ignore[attr-defined]  # contrib has no stubs
    flow = solver.calc(np.ascontiguousarray(first), np.ascontiguousarray(second), None)
    return np.ascontiguousarray(flow.transpose(2, 0, 1))
