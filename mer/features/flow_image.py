"""Onset-to-apex flow images: horizontal flow, vertical flow, optical strain."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, FloatArray, UInt8Array
from mer.features.base import FeatureSpec


class FlowImageParams(Params):
    """Settings of a flow image."""

    size: int = Field(default=28, ge=8, le=512, description="Height and width of the image in pixels.")
    flow: Literal["tvl1_opencv", "tvl1_skimage", "tvl1_torch", "farneback", "dis"] = Field(
        default="tvl1_opencv",
        description="How the flow is computed; 'tvl1_torch' finds small motions best "
        "(docs/measurements.md), 'tvl1_opencv' is what most published code used.",
    )
    scaling: Literal["minmax_255", "pixels"] = Field(
        default="minmax_255",
        description="'minmax_255' rescales every channel of every image to span 0 to 255, as the STSTNet "
        "authors distribute their images; 'pixels' keeps displacements in pixels and strain as it is.",
    )
    without_apex: Literal["middle", "refuse"] = Field(
        default="middle",
        description="Clips without an annotated apex, as all of SMIC: 'middle' takes the frame halfway from "
        "onset to offset, 'refuse' leaves the method out.",
    )


@dataclass(frozen=True)
class FlowImage:
    """Flow and strain between onset and apex at native size, then shrunk.

    The STSTNet paper (section III.B) names TV-L1 and the three channels; how the maps are shrunk to
    28x28 is not stated there. Here it is by area averaging, and displacements keep the unit of the
    native pixels. The authors spot the apex of SMIC, which annotates none; here it is the middle frame.
    """

    params: FlowImageParams

    def compute(self, clip: Clip) -> Array:
        """Compute the image of one clip, shape (3, size, size); uint8, or float32 for ``pixels``."""
        import cv2  # planning needs the settings, not the computation

        from mer.features.optical_flow import flow
        from mer.features.optical_strain import optical_strain

        apex = clip.apex
        if apex is None:
            if self.params.without_apex == "refuse":
                raise DataError("the flow image needs an apex frame and none is annotated")
            apex = (clip.onset + clip.offset) // 2
        u, v = field = flow(clip.frames[clip.onset], clip.frames[apex], self.params.flow)
        maps = [u, v, optical_strain(field)]
        side = (self.params.size, self.params.size)
        image = np.stack([cv2.resize(plane, side, interpolation=cv2.INTER_AREA) for plane in maps])
        return image.astype(np.float32) if self.params.scaling == "pixels" else minmax_255(image)

    def accept(self, images: UInt8Array) -> Array:
        """Take finished images of shape (N, 3, size, size)."""
        side = self.params.size
        if self.params.scaling != "minmax_255":
            raise DataError("finished flow images are scaled to 0-255: set 'scaling: minmax_255'")
        if images.shape[1:] != (3, side, side):
            raise DataError(f"flow images have shape {images.shape}, expected (N, 3, {side}, {side})")
        return images


def minmax_255(image: FloatArray) -> UInt8Array:
    """Rescale every channel to span 0 to 255.

    Parameters
    ----------
    image
        Array of shape (C, H, W). A channel of one value becomes all zeros.

    Returns
    -------
    ndarray of shape (C, H, W)
        uint8, rounded to the nearest level.
    """
    least = image.min(axis=(1, 2), keepdims=True)
    span = image.max(axis=(1, 2), keepdims=True) - least
    return np.rint(255 * (image - least) / np.where(span > 0, span, 1)).astype(np.uint8)


SPEC = FeatureSpec(
    name="flow_image",
    title="Flow image (u, v, strain)",
    params=FlowImageParams,
    build=FlowImage,
    needs_apex=lambda params: params.without_apex == "refuse",
    accepts_flow_images=True,
)
