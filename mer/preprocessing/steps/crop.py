"""Step: cut the face out of a clip."""

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Clip, IntArray
from mer.preprocessing.alignment import bounding_box, crop_clip, crop_square, face_box, square_box


class CropParams(Params):
    """Which box is cut out of all frames, from the landmarks of the first.

    The defaults are TLCNN's crop, the rectangle around the landmarks. FR cuts out the box of a face
    detector, of onset and apex frame; here it is that of the onset frame for both. ELRCN and ResNet10 take
    224 x 224 pixels and do not say with which margin.
    """

    around: Literal["landmarks", "detector"] = Field(
        default="landmarks",
        description="The rectangle around the landmarks, or the box that the face detector returned (FR).",
    )
    margin: float = Field(
        default=0.0, ge=0, le=2, description="Added on each side, as a share of the box's height or width."
    )
    forehead: float = Field(
        default=0.0, ge=0, le=2, description="Added at the top besides, as a share of the box's height."
    )
    size: int | None = Field(
        default=None,
        ge=8,
        le=1024,
        description="Make the box a square and bring it to so many pixels; by default it stays as it is.",
    )


def apply(clip: Clip, params: CropParams) -> Clip:
    """Cut the same box out of all frames; a clip without landmarks stays whole."""
    if clip.landmarks is None:
        return clip
    around = bounding_box(clip.landmarks)
    if params.around == "detector":
        if clip.face_box is None:
            raise DataError("the box of a face detector is asked for and none is known")
        around = np.asarray(clip.face_box)
    box = face_box(around, params.margin, params.forehead)
    if params.size is not None:
        square = square_box(box, margin=0.0)
        zoom = params.size / (square[1] - square[0])
        # Points name centres of pixels, which a zoom moves by half a pixel less than edges.
        landmarks = (clip.landmarks - _corner(square) + 0.5) * zoom - 0.5
        frames = crop_square(clip.frames, square, params.size)
        return replace(clip, frames=frames, landmarks=landmarks, face_box=None)
    inside = np.maximum(box, 0)  # what lies beyond the frame is left away
    landmarks = clip.landmarks - _corner(inside)
    return replace(clip, frames=crop_clip(clip.frames, box), landmarks=landmarks, face_box=None)


def _corner(box: IntArray) -> IntArray:
    """Return x and y of the first pixel of a box."""
    return np.array([box[2], box[0]])
