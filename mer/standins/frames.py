"""Frames of stand-ins: which face moves how."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mer.core.seeds import stream
from mer.core.types import FloatArray, UInt8Array
from mer.standins.plan import PlannedClip
from mer.synthetic.clip import render_motion
from mer.synthetic.identity import NeutralFace, draw_identity, render_neutral
from mer.synthetic.motion import Motion, draw_motion, landmarks_at
from mer.synthetic.movement import Movement

# Displacements are drawn for frames of this height.
_REFERENCE_HEIGHT = 128
_NOISE = 1.5
# Of a still three frames are drawn: the apex and rest on both sides.
_STILL_APEX = 1


@dataclass(frozen=True)
class RenderedClip:
    """What a stand-in shows of a planned clip.

    Attributes
    ----------
    frames
        RGB of shape (T, H, W, 3).
    landmarks
        Points of shape (68, 2), x and y in pixels, in the first frame of each sample that a reader
        makes of the clip, by the sample's name.
    """

    frames: UInt8Array
    landmarks: Mapping[str, FloatArray]


def face_of(person: str, height: int) -> NeutralFace:
    """Render a person's face at rest; the same in every stand-in and before every camera."""
    return render_neutral(draw_identity(stream("stand-in person", 0, person)), height)


def motion_of(key: str, clip: PlannedClip, face: NeutralFace) -> tuple[Motion, Movement, np.random.Generator]:
    """Draw how a face moves in a planned clip, and when; the stream goes on to draw the noise."""
    rng = stream("stand-in clip", 0, key, clip.subject, clip.clip)
    movement = _movement(clip, face.size[0], rng)
    return draw_motion(face, movement, rng), movement, rng


def render_clip(key: str, clip: PlannedClip, face: NeutralFace) -> RenderedClip:
    """Render a planned clip, and find the landmarks in the frames that readers begin with."""
    motion, movement, rng = motion_of(key, clip, face)
    frames = render_motion(face, motion, movement.noise, rng)
    first = clip.samples or {clip.clip: clip.onset}
    if clip.kind == "still":
        first = dict.fromkeys(first, _STILL_APEX)
    landmarks = {name: landmarks_at(face, motion, position) for name, position in first.items()}
    return RenderedClip(_taken(clip, frames), landmarks)


def _taken(clip: PlannedClip, frames: UInt8Array) -> UInt8Array:
    """Take the frames that are written; of a video the one in its middle is read."""
    if clip.files[0].endswith(".avi"):
        return np.concatenate([frames[:1], frames, frames[:1]])  # rest, apex in the middle, rest
    still = slice(_STILL_APEX, _STILL_APEX + 1)
    return frames[still] if clip.kind == "still" else frames[: len(clip.files)]


def _annotated_apex(clip: PlannedClip) -> int | None:
    """Count the frames from onset to apex as the annotation has them; None where it makes no sense."""
    onset, apex, offset = clip.row.get("marks", (0, 0, 0))
    # Some cells of annotations hold words, or an apex outside the clip.
    if not all(isinstance(mark, int) for mark in (onset, apex, offset)) or not onset < apex <= offset:
        return None
    return int(apex - onset)


def _movement(clip: PlannedClip, height: int, rng: np.random.Generator) -> Movement:
    """Draw how far and when the face moves: 0.2 to 3 pixels in clips, 3 to 8 times as much in stills."""
    scale = height / _REFERENCE_HEIGHT
    strength = scale * float(np.exp(rng.uniform(*np.log((0.2, 3.0)))))
    onset, offset, n_frames = clip.onset, max(clip.offset, clip.onset + 2), len(clip.files)
    apex = onset + max(1, round((offset - onset) * rng.uniform(0.35, 0.65)))
    apex = onset + (_annotated_apex(clip) or apex - onset)
    if clip.kind != "clip":
        strength = scale * float(rng.uniform(3, 8)) * float(rng.uniform(0.6, 1.2))
        n_frames = 3 if clip.kind == "still" else n_frames
        onset, apex, offset = (0, 1, 2) if clip.kind == "still" else (0, n_frames - 1, n_frames)
    return Movement(
        emotion=clip.emotion,
        activations=clip.activations,
        amplitude=strength if clip.activations else 0.0,
        distraction=(),
        distraction_amplitude=0.0,
        n_frames=n_frames,
        onset=onset,
        apex=min(apex, offset - 1) if clip.kind == "clip" else apex,
        offset=offset,
        fps=round(clip.fps),
        drift=0.6 * scale,
        noise=_NOISE,
    )
