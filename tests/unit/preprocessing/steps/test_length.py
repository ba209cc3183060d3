import numpy as np
import pytest

from mer.core.types import Clip
from mer.preprocessing.interpolation import interpolate
from mer.preprocessing.steps.length import LengthParams, apply


@pytest.fixture
def clip():
    frames = np.random.default_rng(0).integers(0, 255, (9, 6, 7), dtype=np.uint8)
    return Clip(frames, 0, 6, 8, 200.0)


def test_tim_brings_clips_to_one_length(clip):
    done = apply(clip, LengthParams(n_frames=5))
    assert done.frames.dtype == np.uint8
    assert np.array_equal(done.frames, clip.frames[::2])  # 5 of 9 frames are frames of the clip
    # Frame 6 of 0 to 8 is frame 3 of 0 to 4; the time between two frames has doubled.
    assert (done.onset, done.apex, done.offset, done.fps) == (0, 3, 4, 100.0)


def test_an_apex_after_the_onset_stays_after_it(clip):
    early = Clip(clip.frames, 0, 1, 8)
    assert apply(early, LengthParams(n_frames=3)).apex == 1
    at_onset = Clip(clip.frames, 0, 0, 8)
    assert apply(at_onset, LengthParams(n_frames=3)).apex == 0


def test_what_lies_between_grey_levels_may_be_kept(clip):
    done = apply(clip, LengthParams(n_frames=6, exact=True))
    assert done.frames.dtype == np.float32
    assert np.allclose(done.frames, np.clip(interpolate(clip.frames, 6), 0, 255))
    assert done.frames.min() >= 0
    assert done.frames.max() <= 255


def test_frames_may_be_chosen_instead(clip):
    done = apply(clip, LengthParams(method="subsample", n_frames=3))
    assert np.array_equal(done.frames, clip.frames[[0, 4, 8]])
    assert done.apex == 2  # 1.5, halves to the later one


def test_a_single_frame_repeats(clip):
    still = Clip(clip.frames[:1], 0, 0, 0)
    done = apply(still, LengthParams(n_frames=4))
    assert np.array_equal(done.frames, np.repeat(clip.frames[:1], 4, axis=0))
    assert (done.apex, done.offset, done.fps) == (0, 3, None)
