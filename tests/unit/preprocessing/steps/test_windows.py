import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.preprocessing.steps.windows import WindowParams, cut


@pytest.fixture
def clip():
    frames = np.arange(10, dtype=np.uint8)[:, None, None] * np.ones((1, 4, 4), np.uint8)
    return Clip(frames, 0, 5, 9, 100.0)


def test_windows_slide_over_the_clip(clip):
    windows = cut(clip, WindowParams(n_frames=4, stride=3))
    assert [window.frames[:, 0, 0].tolist() for window in windows] == [
        [0, 1, 2, 3],
        [3, 4, 5, 6],
        [6, 7, 8, 9],
    ]
    assert [(window.onset, window.apex, window.offset) for window in windows] == [
        (0, None, 3),
        (0, 2, 3),
        (0, None, 3),
    ]
    assert {window.fps for window in windows} == {100.0}


def test_frames_after_the_last_whole_window_are_left_out(clip):
    assert len(cut(clip, WindowParams(n_frames=9, stride=2))) == 1


def test_a_clip_that_is_too_short_is_an_error(clip):
    with pytest.raises(DataError, match="a window of 11 frames does not fit into a clip of 10"):
        cut(clip, WindowParams(n_frames=11))
