"""Step: bring clips to one number of frames."""

from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Array, Clip
from mer.preprocessing.interpolation import interpolate, subsample


class LengthParams(Params):
    """How clips come to one number of frames."""

    method: Literal["tim", "subsample"] = Field(
        default="tim",
        description="'tim' is the temporal interpolation model, 'subsample' takes the nearest frames.",
    )
    exact: bool = Field(
        default=False,
        description="Of 'tim': keep what lies between whole grey levels, as optical flow profits from; "
        "descriptors of grey levels want them whole.",
    )
    n_frames: int = Field(
        ge=2, le=512, description="Frames wanted: 10 in ELRCN, 32 and 64 in TLCNN, 10 to 15 in others."
    )


def apply(clip: Clip, params: LengthParams) -> Clip:
    """Interpolate or choose frames; the apex goes to the place nearest to where it was."""
    n, wanted = len(clip.frames), params.n_frames
    if params.method == "tim":
        frames: Array = interpolate(clip.frames, wanted, as_uint8=not params.exact)
        # It overshoots, and what comes after counts on grey levels.
        frames = np.clip(frames, 0, 255).astype(np.float32) if params.exact else frames
    else:
        frames = clip.frames[subsample(n, wanted)]
    scale = (wanted - 1) / max(n - 1, 1)
    apex = None if clip.apex is None else int(np.floor(clip.apex * scale + 0.5))
    # An apex after the onset stays after it: the onset frame moves nowhere from itself.
    apex = max(apex, 1) if apex is not None and clip.apex else apex
    fps = None if clip.fps is None else clip.fps * scale
    return replace(clip, frames=frames, apex=apex, offset=wanted - 1, fps=fps)
