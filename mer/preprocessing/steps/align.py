"""Step: level the eyes of a clip at a fixed distance."""

from dataclasses import replace

from mer.core.types import Clip
from mer.preprocessing.alignment import AlignedFrame, align_clip


def apply(clip: Clip, params: AlignedFrame) -> Clip:
    """Align all frames by the landmarks of the first; a clip without landmarks stays as it is."""
    if clip.landmarks is None:
        return clip
    frames, landmarks = align_clip(clip.frames, clip.landmarks, params)
    return replace(clip, frames=frames, landmarks=landmarks)
