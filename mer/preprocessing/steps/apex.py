"""Step: say where the apex frame is."""

from dataclasses import replace
from typing import Literal, Self

from pydantic import Field, model_validator

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Clip, FloatArray
from mer.preprocessing.apex_spotting import (
    divide_and_conquer,
    largest_cell_ratio,
    largest_deviation,
    largest_difference,
)
from mer.preprocessing.told_apex import told

_BY_FRAMES = {"difference": largest_difference, "deviation": largest_deviation}
_BY_LANDMARKS = {"ten_cells": largest_cell_ratio, "divide_and_conquer": divide_and_conquer}


class ApexParams(Params):
    """Where the apex frame is taken from."""

    source: Literal["annotated", "spotted"] = Field(
        default="annotated",
        description="'annotated' spots the apex only where none is annotated, as in all of SMIC; 'spotted' "
        "spots it in every clip.",
    )
    spotting: Literal["middle", "difference", "deviation", "ten_cells", "divide_and_conquer", "refuse"] = (
        Field(
            default="middle",
            description="How an apex is spotted: 'middle' of onset and offset, 'difference' to the onset "
            "frame (FR), 'deviation' on thumbnails (STRCN), 'ten_cells' (CapsuleNet), 'divide_and_conquer' "
            "(Liong 2015). 'refuse' leaves out methods that need an apex where none is annotated.",
        )
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.source == "spotted" and self.spotting == "refuse":
            raise ValueError(
                "'source: spotted' spots every apex, 'spotting: refuse' none: leave one of them out"
            )
        return self

    @property
    def needs_landmarks(self) -> bool:
        """Whether a face must be found to spot an apex."""
        return self.spotting in _BY_LANDMARKS

    @property
    def needs_annotation(self) -> bool:
        """Whether every clip must have an annotated apex."""
        return self.spotting == "refuse"


def apply(clip: Clip, params: ApexParams) -> Clip:
    """Spot the apex on grey frames, where it is not known yet.

    Landmarks are those of the first frame, for all frames: CapsuleNet's program finds them anew in each.

    Raises
    ------
    DataError
        If none is annotated and none may be spotted.
    """
    apex = clip.apex if clip.apex is not None else told(params, len(clip.frames), None)
    if apex is not None:
        return replace(clip, apex=apex)
    from mer.media.frames import grey_frames  # reads images, which planning does not

    if params.spotting in _BY_FRAMES:
        return replace(clip, apex=_BY_FRAMES[params.spotting](grey_frames(clip.frames)))
    if params.spotting in _BY_LANDMARKS:
        landmarks = _known(clip.landmarks)
        return replace(clip, apex=_BY_LANDMARKS[params.spotting](grey_frames(clip.frames), landmarks))
    raise DataError("no apex frame is annotated, and the settings say 'spotting: refuse'")


def _known(landmarks: FloatArray | None) -> FloatArray:
    if landmarks is None:
        raise DataError("the apex cannot be spotted without landmarks")
    return landmarks
