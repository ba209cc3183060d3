"""Landmarks of a stand-in are those of the frame that a reader begins with; faces move as annotated."""

import numpy as np
import pytest

from mer.standins.frames import _movement, render_clip
from mer.standins.plan import PlannedClip, StandInParams
from mer.standins.planned import plan
from mer.synthetic.action_units import Activation
from mer.synthetic.identity import NeutralFace, draw_identity, render_neutral
from mer.synthetic.movement import intensity

LEFT_MOUTH_CORNER = 48


@pytest.fixture(scope="module")
def face():
    """A black face with a bright spot at a corner of the mouth."""
    real = render_neutral(draw_identity(np.random.default_rng(1)), 128)
    y, x = np.mgrid[0 : real.image.shape[0], 0 : real.image.shape[1]]
    place = 2 * real.landmarks[LEFT_MOUTH_CORNER] + 0.5
    spot = 250 * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / (2 * 3**2))
    return NeutralFace(np.repeat(spot[..., None], 3, axis=2).astype(np.float32), real.landmarks)


def planned(kind, files, **more):
    usual = {"onset": 0, "offset": 2, "samples": {}}
    return PlannedClip(
        subject="s",
        clip="c",
        emotion="happiness",
        person="p",
        folder="f",
        files=tuple(files),
        fps=100,
        activations=(Activation("au12"),),
        kind=kind,
        **{**usual, **more},
    )


def spot(frame):
    """Centre of the bright spot, in pixels; noise is cut off."""
    light = np.clip(frame[..., 0].astype(float) - 40, 0, None)
    y, x = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]]
    return np.array([(light * x).sum(), (light * y).sum()]) / light.sum()


FIFTY = [f"{number}.jpg" for number in range(50)]
CLIPS = [
    # A movement begins at its onset.
    (planned("clip", FIFTY, onset=40, offset=48), {"c": 40}),
    # A long clip has further events.
    (planned("clip", FIFTY, onset=10, offset=28, samples={"c": 10, "c_2": 20}), {"c": 10, "c_2": 20}),
    # Every image of a sequence is a sample, the last one at the apex.
    (
        planned("rising", FIFTY[:6], offset=5, samples={"c_0": 0, "c_3": 3, "c_5": 5}),
        {"c_0": 0, "c_3": 3, "c_5": 5},
    ),
    (planned("still", ["c.png"]), {"c": 0}),
    # Of a video with five frames a reader takes the third.
    (planned("still", ["c.avi"]), {"c": 2}),
]


@pytest.mark.parametrize(("clip", "first"), CLIPS)
def test_landmarks_are_where_the_frame_shows_them(clip, first, face):
    rendered = render_clip("casme2", clip, face)
    assert list(rendered.landmarks) == list(first)
    assert len(rendered.frames) == (5 if clip.files == ("c.avi",) else len(clip.files))
    for name, position in first.items():
        corner = rendered.landmarks[name][LEFT_MOUTH_CORNER]
        assert np.linalg.norm(corner - spot(rendered.frames[position])) < 0.1, name


@pytest.mark.parametrize(("clip", "first"), CLIPS[1:])
def test_they_differ_from_those_at_rest(clip, first, face):
    """The corner moves by 0.2 to 3 pixels in clips, and by several times as much in stills."""
    landmarks = list(render_clip("casme2", clip, face).landmarks.values())[-1]
    moved = np.linalg.norm(landmarks - face.landmarks, axis=1)[LEFT_MOUTH_CORNER]
    assert moved > (0.5 if clip.kind == "clip" else 2)


@pytest.mark.parametrize("key", ["casme2", "samm", "casme3_a", "mmew"])
def test_the_face_moves_furthest_where_the_apex_is_annotated(key):
    clips = [clip for clip in plan(key, StandInParams(scale=0.05, size=48)).clips if clip.activations]
    marked = [(clip, *clip.row["marks"]) for clip in clips if "marks" in clip.row]
    usual = [one for one in marked if isinstance(one[2], int) and one[1] < one[2] < one[3]]
    assert len(usual) > 5
    for clip, onset, apex, _ in usual:
        progress = intensity(_movement(clip, 48, np.random.default_rng(0)))
        assert progress.argmax() == clip.onset + apex - onset
