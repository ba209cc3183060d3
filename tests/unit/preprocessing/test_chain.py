"""From settings to the frames that are read, and to what is done to them."""

from dataclasses import replace

import numpy as np
import pytest

from mer.core.errors import DataError, NoFaceError
from mer.core.types import Clip, Reading
from mer.preprocessing.chain import choice, looked_at, preprocess
from mer.preprocessing.steps import STEPS, Preprocessing


def settings(**plain):
    return Preprocessing.from_plain(plain)


@pytest.fixture
def clip(tiny_demo):
    """A clip with landmarks: eyes 40 pixels apart, not quite level."""
    frames = np.random.default_rng(0).integers(0, 255, (9, 100, 120), dtype=np.uint8)
    points = np.tile([60.0, 70.0], (68, 1))
    points[36:42], points[42:48] = (40, 40), (80, 44)
    points[0], points[16], points[8] = (20, 45), (99, 47), (60, 95)
    return Clip(frames, 0, 4, 8, 100.0, points)


@pytest.mark.parametrize(
    ("plain", "looks_at", "annotated", "expected"),
    [
        ({}, "onset_apex", 6, Reading((0, 6), 6)),
        ({}, "onset_apex", None, Reading((0, 4), 4)),  # the middle of nine frames
        ({}, "onset_apex", 0, Reading((0,), 0)),
        ({"apex": {"source": "spotted"}}, "onset_apex", 6, Reading((0, 4), 4)),
        ({"apex": {"spotting": "difference"}}, "onset_apex", 6, Reading((0, 6), 6)),
        ({"apex": {"spotting": "difference"}}, "onset_apex", None, Reading(None, None)),
        ({"apex": {"source": "spotted", "spotting": "difference"}}, "onset_apex", 6, Reading(None, None)),
        ({"apex": {"spotting": "refuse"}}, "onset_apex", None, Reading(None, None)),
        ({"magnification": {"method": "evm"}}, "onset_apex", 6, Reading(None, 6)),
        ({"length": {"n_frames": 5}}, "onset", None, Reading(None, 4)),
        ({}, "onset", 6, Reading((0,), None)),
        ({"apex": None}, "all", 6, Reading(None, None)),
    ],
)
def test_only_frames_that_are_looked_at_are_read(plain, looks_at, annotated, expected):
    assert choice(settings(**plain), looks_at)(9, annotated) == expected


def test_by_default_nothing_is_done(clip):
    done = preprocess(clip, Preprocessing())
    assert done.frames is clip.frames
    assert done.apex == 4


def test_who_needs_a_face_only_to_spot_an_apex_does_without_where_it_is_annotated(clip):
    faceless = replace(clip, landmarks=None)
    spotting = settings(landmarks="dlib", apex={"spotting": "ten_cells"})
    assert preprocess(faceless, spotting).apex == 4
    with pytest.raises(NoFaceError, match="dlib finds no face"):
        preprocess(replace(faceless, apex=None), spotting)
    with pytest.raises(NoFaceError):
        preprocess(faceless, settings(landmarks="dlib", crop={}, apex={"spotting": "ten_cells"}))


def test_steps_are_done_in_their_order(clip, monkeypatch):
    called = []
    for name, module in STEPS.items():
        monkeypatch.setattr(module, "apply", lambda clip, params, name=name: called.append(name) or clip)
    everything = settings(
        landmarks="given",
        length={"n_frames": 5},
        magnification={"method": "evm"},
        crop={},
        align={"eye_distance": 20},
    )
    preprocess(clip, everything)
    assert called == list(STEPS) == ["align", "crop", "apex", "magnification", "length"]


def test_a_face_is_aligned_cropped_and_brought_to_size(clip):
    done = preprocess(
        clip, settings(landmarks="given", align={"eye_distance": 40}, crop={"margin": 0.1, "size": 64})
    )
    assert done.frames.shape == (9, 64, 64)
    left, right = done.landmarks[36:42].mean(axis=0), done.landmarks[42:48].mean(axis=0)
    assert left[1] == pytest.approx(right[1])
    assert (done.onset, done.apex, done.offset) == (0, 4, 8)


@pytest.mark.parametrize("plain", [{"align": {"eye_distance": 20}}, {"crop": {}}])
def test_a_clip_without_landmarks(clip, plain):
    without = replace(clip, landmarks=None)
    with pytest.raises(NoFaceError, match="landmarks.csv has no row with its subject and clip"):
        preprocess(without, settings(landmarks="given", **plain))
    with pytest.raises(NoFaceError, match="dlib finds no face"):
        preprocess(without, settings(landmarks="dlib", without_face="drop", **plain))
    whole = preprocess(without, settings(landmarks="dlib", without_face="whole_frame", **plain))
    assert np.array_equal(whole.frames, clip.frames)


def test_an_apex_that_may_not_be_spotted_is_an_error(clip):
    with pytest.raises(DataError, match="no apex frame is annotated"):
        preprocess(replace(clip, apex=None), settings(apex={"spotting": "refuse"}))


def test_frames_that_were_read_to_spot_the_apex_are_not_kept(clip):
    kept = looked_at(clip, "onset_apex")
    assert np.array_equal(kept.frames, clip.frames[[0, 4]])
    assert (kept.onset, kept.apex, kept.offset) == (0, 1, 1)
    still = looked_at(replace(clip, apex=0), "onset_apex")
    assert np.array_equal(still.frames, clip.frames[:1])
    assert (still.onset, still.apex, still.offset) == (0, 0, 0)
    assert looked_at(clip, "all") is clip
