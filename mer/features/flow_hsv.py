"""Onset-to-apex flow as a colour image: hue says where to, brightness how far, saturation is the apex's."""

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution, FloatArray, UInt8Array
from mer.features.base import FeatureSpec
from mer.media.square import to_square


class FlowHsvParams(Params):
    """Settings of flow as a colour image."""

    size: int = Field(default=224, ge=8, le=512, description="Height and width of the image in pixels.")


@dataclass(frozen=True)
class FlowHsv:
    """Flow by polynomial expansion (Farneback 2003) at native size, coloured, then brought to size.

    Input of EMR (Liu, Du, Zheng and Gedeon 2019). Flow with the settings of the authors' program: one
    level, windows of 15 pixels, 2 iterations, polynomials over 5 pixels weighted by a Gaussian of 1.1.
    The hue is the direction (red rightwards, then clockwise), the value the length, scaled to span 0 to 1
    in each image, the saturation that of the apex frame. Where frames are grey, as in SAMM, the
    saturation is 0, so that the image shows lengths alone; that is so in the program too.

    The program passes the three channels on as floats in the ranges of 8-bit images, which OpenCV reads
    as degrees and as fractions: its hues span half the circle, its saturations are up to 255 times too
    large, and the result wraps around. Here the channels have the ranges that OpenCV expects. The
    program computes the flow on face chips of 320 pixels; here frames keep the size that they come in.
    Pixels are averaged where the image shrinks and interpolated linearly where it grows, a choice made
    here.
    """

    params: FlowHsvParams

    def compute(self, clip: Clip) -> Array:
        """Compute the image of one clip, shape (3, size, size): red, green and blue, uint8."""
        if clip.apex is None:
            raise DataError("the flow image needs an apex frame and none is known")
        if clip.frames.ndim != 4:
            raise DataError(f"the coloured flow image needs frames in colour, got shape {clip.frames.shape}")
        onset, apex = clip.frames[clip.onset], clip.frames[clip.apex]
        image = coloured(_farneback(onset, apex), saturation(apex))
        return np.ascontiguousarray(to_square(image, self.params.size).transpose(2, 0, 1))


def coloured(field: FloatArray, saturations: FloatArray) -> UInt8Array:
    """Show displacements as colours.

    Parameters
    ----------
    field
        Displacement (u, v) of shape (2, H, W). Where all are equally long, the image is black.
    saturations
        From 0 to 1, shape (H, W).

    Returns
    -------
    ndarray of shape (H, W, 3)
        RGB, uint8.
    """
    import cv2

    u, v = field.astype(np.float32)
    lengths = np.hypot(u, v)
    span = lengths.max() - lengths.min()
    values = (lengths - lengths.min()) / (span if span > 0 else 1)
    hues = np.degrees(np.arctan2(v, u)) % 360
    hsv = np.stack([hues, saturations, values], axis=2).astype(np.float32)
    return np.rint(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)).astype(np.uint8)


def saturation(frame: Array) -> FloatArray:
    """Compute the saturation of a frame (H, W, 3): from 0 for grey and black to 1, shape (H, W)."""
    most = frame.max(axis=2).astype(np.float32)
    least = frame.min(axis=2).astype(np.float32)
    return (most - least) / np.where(most > 0, most, 1)


def _farneback(onset: Array, apex: Array) -> FloatArray:
    """Compute the flow (2, H, W) between frames in colour, in pixels."""
    import cv2

    grey = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in (onset, apex)]
    field = cv2.calcOpticalFlowFarneback(  # type: ignore[call-overload]  # None allocates
        *grey, None, pyr_scale=0.5, levels=1, winsize=15, iterations=2, poly_n=5, poly_sigma=1.1, flags=0
    )
    return np.ascontiguousarray(field.transpose(2, 0, 1))


def build(params: FlowHsvParams, execution: Execution) -> FlowHsv:
    """Make the representation."""
    return FlowHsv(params)


SPEC = FeatureSpec(
    name="flow_hsv",
    title="Flow in colour, onset to apex",
    params=FlowHsvParams,
    build=build,
    looks_at=lambda params: "onset_apex",
    colour=lambda params: True,
)
