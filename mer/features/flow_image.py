"""Onset-to-apex flow images: horizontal flow, vertical flow, optical strain or the flow's length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mer.core.errors import DataError
from mer.core.types import Array, Clip, Execution, UInt8Array
from mer.features.base import FeatureSpec
from mer.features.flow_maps import FlowMapParams, flow_device, flow_maps
from mer.media.square import to_square


class FlowImageParams(FlowMapParams):
    """Settings of an onset-to-apex flow image."""


@dataclass(frozen=True)
class FlowImage:
    """Flow and strain between onset and apex at native size, then shrunk.

    The STSTNet paper (section III.B) names TV-L1 and the three channels; how the maps are shrunk to
    28x28 is not stated there. Here it is by area averaging, and displacements keep the unit of the
    native pixels. The authors spot the apex of SMIC, which annotates none; here it is the middle frame
    unless the preprocessing says otherwise.
    """

    params: FlowImageParams
    device: str = "cpu"

    def compute(self, clip: Clip) -> Array:
        """Compute the image of one clip, shape (C, size, size); uint8, or float32 for ``pixels``."""
        (image,) = self.compute_many([clip])
        if isinstance(image, DataError):
            raise image
        return image

    def compute_many(self, clips: Sequence[Clip]) -> Sequence[Array | DataError]:
        """Compute the images of clips, those of one size at once."""
        unknown = DataError("the flow image needs an apex frame and none is known")
        images: list[Array | DataError] = [unknown] * len(clips)
        pairs = {row: _pair(clip) for row, clip in enumerate(clips) if clip.apex is not None}
        for shape in dict.fromkeys(pair.shape for pair in pairs.values()):
            rows = [row for row, pair in pairs.items() if pair.shape == shape]
            onsets, apexes = np.stack([pairs[row] for row in rows], axis=1)
            for row, image in zip(rows, flow_maps(onsets, apexes, self.params, self.device), strict=True):
                images[row] = image
        return images

    def accept(self, images: UInt8Array) -> Array:
        """Take finished images (u, v, strain) of shape (N, 3, H, W); the strain may be left off.

        Images of another size than ``size`` are interpolated linearly, or averaged where they shrink: the
        published ones are 28x28, and enlarging them for networks that take more adds no detail.
        """
        if self.params.scaling != "minmax_255":
            raise DataError("finished flow images are scaled to 0-255: set 'scaling: minmax_255'")
        if self.params.channels == "u_v_magnitude":
            raise DataError("finished flow images hold u, v and strain: set 'channels' to these or to u_v")
        if images.ndim != 4 or images.shape[1] != 3:
            raise DataError(f"flow images have shape {images.shape}, expected (N, 3, H, W)")
        return _resized(images[:, : self.params.n_channels], self.params.size)


def _resized(images: UInt8Array, side: int) -> UInt8Array:
    """Bring images (N, C, H, W) to a square of this side."""
    if images.shape[2:] == (side, side):
        return images
    resized = [to_square(image.transpose(1, 2, 0), side) for image in images]
    return np.ascontiguousarray(np.stack(resized).transpose(0, 3, 1, 2))


def _pair(clip: Clip) -> Array:
    """Return onset and apex frame, shape (2, H, W)."""
    return clip.frames[[clip.onset, clip.apex or 0]]


def build(params: FlowImageParams, execution: Execution) -> FlowImage:
    """Make the representation."""
    return FlowImage(params, flow_device(params.flow, execution.device))


SPEC = FeatureSpec(
    name="flow_image",
    title="Flow image, onset to apex",
    params=FlowImageParams,
    build=build,
    looks_at=lambda params: "onset_apex",
    accepts_flow_images=True,
    takes_floats=lambda params: params.flow != "dis",
    uses_gpu=lambda params: params.flow == "tvl1_torch",
)
