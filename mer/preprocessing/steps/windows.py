"""Last step: cut a clip into windows of consecutive frames, each of which is represented on its own."""

from dataclasses import replace

from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Clip
from mer.preprocessing.interpolation import windows


class WindowParams(Params):
    """Which windows slide over a clip."""

    n_frames: int = Field(ge=1, le=512, description="Frames of a window; VGGFace2+LSTM tries 11 to 17.")
    stride: int = Field(default=1, ge=1, description="Frames between the beginnings of two windows.")


def cut(clip: Clip, params: WindowParams) -> tuple[Clip, ...]:
    """Cut a clip into windows; frames after the last whole one are left out.

    A window has the clip's apex if it holds that frame. Landmarks stay those of the clip's first frame.

    Raises
    ------
    DataError
        If the clip is shorter than a window.
    """
    last = params.n_frames - 1
    cuts = []
    for positions in windows(len(clip.frames), params.n_frames, stride=params.stride):
        inside = clip.apex is not None and positions[0] <= clip.apex <= positions[-1]
        apex = int(clip.apex - positions[0]) if clip.apex is not None and inside else None
        cuts.append(replace(clip, frames=clip.frames[positions], apex=apex, offset=last))
    return tuple(cuts)
