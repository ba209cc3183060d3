from dataclasses import replace

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.preprocessing.steps.crop import CropParams, apply


@pytest.fixture
def clip():
    frames = np.zeros((2, 60, 80), np.uint8)
    frames[:, 20, 30] = 200  # one bright pixel, on a landmark
    points = np.tile([30.0, 20.0], (68, 1))
    points[0], points[16] = (20, 10), (59, 29)
    return Clip(frames, 0, 1, 1, None, points)


def test_without_settings_the_rectangle_of_the_landmarks_is_cut_out(clip):
    done = apply(clip, CropParams())
    assert done.frames.shape == (2, 20, 40)  # rows 10 to 29, columns 20 to 59
    assert done.frames[0, 10, 10] == 200
    assert done.landmarks[1].tolist() == [10, 10]
    assert done.landmarks[0].tolist() == [0, 0]


def test_margin_and_forehead_are_shares_of_the_box(clip):
    done = apply(clip, CropParams(margin=0.1, forehead=0.2))
    assert done.frames.shape == (2, 20 + 2 * 2 + 4, 40 + 2 * 4)
    assert done.landmarks[0].tolist() == [4, 6]


def test_what_lies_beyond_the_frame_is_left_away(clip):
    done = apply(clip, CropParams(margin=0.5, forehead=0.5))
    assert done.frames.shape == (2, 40, 80)  # rows -10 to 39, columns 0 to 79
    assert done.frames[0][tuple(done.landmarks[1][::-1].astype(int))] == 200


@pytest.mark.parametrize(("size", "zoom"), [(80, 2), (20, 0.5)])
def test_a_square_is_brought_to_size_and_landmarks_follow(clip, size, zoom):
    done = apply(clip, CropParams(size=size))
    assert done.frames.shape == (2, size, size)
    # The square of 40 pixels around rows 10 to 29 begins at row 0, column 20.
    assert np.allclose(done.landmarks[1], [(10 + 0.5) * zoom - 0.5, (20 + 0.5) * zoom - 0.5])
    row, column = np.unravel_index(done.frames[0].argmax(), (size, size))
    assert np.abs(done.landmarks[1] - [column, row]).max() <= 0.5


def test_a_clip_without_landmarks_stays_whole(clip):
    whole = Clip(clip.frames, 0, 1, 1)
    assert apply(whole, CropParams()) is whole


def test_the_box_of_a_detector_may_be_cut_out_instead(clip):
    boxed = replace(clip, face_box=np.array([5.0, 35.0, 10.0, 70.0]))
    done = apply(boxed, CropParams(around="detector"))
    assert done.frames.shape == (2, 30, 60)
    assert done.landmarks[1].tolist() == [20, 15]
    assert done.face_box is None
    with pytest.raises(DataError, match="box of a face detector is asked for and none is known"):
        apply(clip, CropParams(around="detector"))
