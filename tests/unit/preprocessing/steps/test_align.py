import numpy as np
import pytest

from mer.core.types import Clip
from mer.preprocessing.alignment import AlignedFrame
from mer.preprocessing.steps.align import apply, turned_box


@pytest.fixture
def clip():
    """Eyes 20 pixels apart and level, 30 pixels below the top."""
    points = np.tile([40.0, 50.0], (68, 1))
    points[36:42], points[42:48] = (30, 30), (50, 30)
    frames = np.random.default_rng(0).integers(0, 255, (2, 100, 80), dtype=np.uint8)
    return Clip(frames, 0, 1, 1, None, points, np.array([20.0, 70.0, 15.0, 65.0]))


def test_landmarks_and_box_move_with_the_frames(clip):
    target = AlignedFrame(eye_distance=40)
    done = apply(clip, target)
    assert done.frames.shape[1:] == target.shape
    left, right = done.landmarks[36], done.landmarks[42]
    assert np.allclose(right - left, [40, 0])
    # Everything is twice as large: the box of 50 x 50 pixels reaches 10.5 pixels above the eyes' centres.
    top, bottom, first, last = done.face_box
    assert (bottom - top, last - first) == pytest.approx((100, 100))
    assert left[1] - (top - 0.5) == pytest.approx(2 * (30 - 19.5))


def test_a_turned_box_bounds_its_corners():
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]])  # x, y to -y, x
    assert turned_box(np.array([0.0, 2.0, 0.0, 6.0]), quarter).tolist() == [0, 6, -1, 1]


def test_without_landmarks_nothing_is_done(clip):
    bare = Clip(clip.frames, 0, 1, 1)
    assert apply(bare, AlignedFrame(eye_distance=40)) is bare
