"""The face that was found in a clip: how the representation ``landmarks`` is read."""

from dataclasses import replace

import numpy as np

from mer.core.types import Array, Clip


def with_face(clip: Clip, found: Array | None) -> Clip:
    """Give a clip the face that was found in it, shape (70, 2), or none."""
    if found is None:
        return replace(clip, landmarks=None)
    (left, top), (right, bottom) = found[68:]
    return replace(clip, landmarks=np.array(found[:68]), face_box=np.array([top, bottom, left, right]))
