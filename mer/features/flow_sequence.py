"""Sequences of flow images: from the onset to each frame, or from each frame to the next."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from mer.core.errors import DataError
from mer.core.types import Array, Clip, Execution
from mer.features.base import FeatureSpec
from mer.features.flow_maps import FlowMapParams, flow_device, flow_maps


class FlowSequenceParams(FlowMapParams):
    """Settings of a sequence of flow images."""

    pairs: Literal["consecutive", "from_onset"] = Field(
        default="consecutive",
        description="'consecutive' is the flow from each frame to the next (ELRCN), 'from_onset' that from "
        "the onset frame to each later one (MDMO).",
    )


@dataclass(frozen=True)
class FlowSequence:
    """Flow images of T frames, one fewer than there are frames.

    ELRCN interpolates clips to ten frames and so has nine images (its program; section III.A of the
    paper): set ``length`` of the preprocessing, or clips of different lengths cannot be put together.
    """

    params: FlowSequenceParams
    device: str = "cpu"

    def compute(self, clip: Clip) -> Array:
        """Compute the images of one clip, shape (T - 1, C, size, size); uint8, or float32 for ``pixels``."""
        frames = clip.frames
        if len(frames) < 2:
            raise DataError(f"a sequence of flows needs two frames, the clip has {len(frames)}")
        from_onset = self.params.pairs == "from_onset"
        first = frames[:1].repeat(len(frames) - 1, axis=0) if from_onset else frames[:-1]
        return flow_maps(first, frames[1:], self.params, self.device)


def build(params: FlowSequenceParams, execution: Execution) -> FlowSequence:
    """Make the representation."""
    return FlowSequence(params, flow_device(params.flow, execution.device))


SPEC = FeatureSpec(
    name="flow_sequence",
    title="Sequence of flow images",
    params=FlowSequenceParams,
    build=build,
    takes_floats=lambda params: params.flow != "dis",
    uses_gpu=lambda params: params.flow == "tvl1_torch",
)
