"""The frames themselves, of one size, for networks that look at pictures."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution
from mer.features.base import FeatureSpec
from mer.media.square import to_square


class FramesParams(Params):
    """Settings of frames."""

    which: Literal["all", "apex", "onset_apex"] = Field(
        default="all",
        description="All frames of the clip, or the apex frame alone (ResNet10, CapsuleNet), or onset and "
        "apex frame (MMNet).",
    )
    colour: bool = Field(default=True, description="RGB instead of grey.")
    size: int = Field(default=224, ge=8, le=512, description="Height and width in pixels.")


@dataclass(frozen=True)
class Frames:
    """Frames brought to a square, whatever their shape: crop them to a square to keep the proportions.

    Pixels are averaged where a frame shrinks and interpolated linearly where it grows, a choice made here.
    """

    params: FramesParams

    def compute(self, clip: Clip) -> Array:
        """Bring the frames of one clip to size.

        Returns
        -------
        ndarray of shape (T, C, size, size), or (C, size, size) for the apex alone, or (2, C, size, size)
            Of the frames' type; one channel, or red, green and blue. Of two frames the onset comes first.
        """
        frames, side = clip.frames, self.params.size
        if self.params.which != "all":
            if clip.apex is None:
                raise DataError("the apex frame is asked for and none is known")
            frames = frames[[clip.apex] if self.params.which == "apex" else [clip.onset, clip.apex]]
        sized = np.stack([to_square(frame, side) for frame in frames])
        planes = sized.transpose(0, 3, 1, 2) if sized.ndim == 4 else sized[:, None]
        return np.ascontiguousarray(planes[0] if self.params.which == "apex" else planes)


def build(params: FramesParams, execution: Execution) -> Frames:
    """Make the representation."""
    return Frames(params)


SPEC = FeatureSpec(
    name="frames",
    title="Frames",
    params=FramesParams,
    build=build,
    looks_at=lambda params: "all" if params.which == "all" else "onset_apex",
    colour=lambda params: params.colour,
)
