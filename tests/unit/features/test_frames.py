import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.features.frames import SPEC, Frames, FramesParams


@pytest.fixture
def clip():
    frames = np.zeros((3, 20, 40, 3), np.uint8)
    frames[:, :10, :, 0] = 100  # red above
    frames[2, :, :, 2] = 50
    return Clip(frames, 0, 2, 2)


def test_all_frames_are_brought_to_size_with_channels_first(clip):
    frames = Frames(FramesParams(size=10)).compute(clip)
    assert frames.shape == (3, 3, 10, 10)
    assert frames.dtype == np.uint8
    assert (frames[0, 0, :5] == 100).all()
    assert not frames[0, 0, 5:].any()
    assert (frames[2, 2] == 50).all()


def test_grey_frames_have_one_channel(clip):
    grey = Clip(clip.frames[..., 0], 0, 2, 2)
    assert Frames(FramesParams(size=10, colour=False)).compute(grey).shape == (3, 1, 10, 10)


def test_the_apex_alone(clip):
    apex = Frames(FramesParams(size=50, which="apex")).compute(clip)
    assert apex.shape == (3, 50, 50)
    assert (apex[2] == 50).all()
    with pytest.raises(DataError, match="none is known"):
        Frames(FramesParams(which="apex")).compute(Clip(clip.frames, 0, None, 2))


def test_onset_and_apex_come_in_this_order_wherever_they_are(clip):
    frames = np.concatenate([clip.frames[2:], np.full_like(clip.frames[:1], 7), clip.frames[:1]])
    pair = Frames(FramesParams(size=10, which="onset_apex")).compute(Clip(frames, 2, 0, 2))
    assert pair.shape == (2, 3, 10, 10)
    assert not pair[0, 2].any()
    assert (pair[1, 2] == 50).all()
    assert (pair[:, 0, :5] == 100).all()
    grey = Clip(frames[..., 0], 2, 0, 2)
    assert Frames(FramesParams(size=10, which="onset_apex", colour=False)).compute(grey).shape == (
        2,
        1,
        10,
        10,
    )
    with pytest.raises(DataError, match="none is known"):
        Frames(FramesParams(which="onset_apex")).compute(Clip(frames, 2, None, 2))


def test_only_what_is_looked_at_is_read():
    assert SPEC.looks_at(FramesParams()) == "all"
    assert SPEC.looks_at(FramesParams(which="onset_apex")) == "onset_apex"
    assert SPEC.looks_at(FramesParams(which="apex")) == "onset_apex"
    assert SPEC.colour(FramesParams())
    assert not SPEC.colour(FramesParams(colour=False))
