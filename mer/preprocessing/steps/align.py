"""Step: level the eyes of a clip at a fixed distance."""

from dataclasses import replace

import numpy as np

from mer.core.types import Clip, FloatArray
from mer.preprocessing.alignment import AlignedFrame, align_clip, alignment_matrix, transform_points


def apply(clip: Clip, params: AlignedFrame) -> Clip:
    """Align all frames by the landmarks of the first; a clip without landmarks stays as it is."""
    if clip.landmarks is None:
        return clip
    frames, landmarks = align_clip(clip.frames, clip.landmarks, params)
    box = None
    if clip.face_box is not None:
        box = turned_box(clip.face_box, alignment_matrix(clip.landmarks, params))
    return replace(clip, frames=frames, landmarks=landmarks, face_box=box)


def turned_box(box: FloatArray, matrix: FloatArray) -> FloatArray:
    """Bound a box after a transform (2, 3) of points; edges lie half a pixel beside centres of pixels."""
    top, bottom, left, right = box - 0.5
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    (first_column, first_row), (last_column, last_row) = (
        bound(transform_points(corners, matrix), axis=0) for bound in (np.min, np.max)
    )
    return np.array([first_row, last_row, first_column, last_column]) + 0.5
