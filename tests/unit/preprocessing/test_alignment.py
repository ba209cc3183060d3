"""Alignment undoes known rotations; crops worked out by hand."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mer.core.errors import DataError
from mer.preprocessing.alignment import (
    AlignedFrame,
    align_clip,
    alignment_matrix,
    bounding_box,
    crop_clip,
    crop_square,
    eye_centres,
    face_box,
    square_box,
    transform_points,
    warp_clip,
)
from mer.synthetic.face import LANDMARKS, photo

TARGET = AlignedFrame(eye_distance=40)
IDENTITY = np.eye(2, 3)


@pytest.fixture(scope="module")
def aligned():
    """A face that is aligned already, and its landmarks."""
    frames, landmarks = align_clip(photo()[None], LANDMARKS, TARGET)
    return frames[0], landmarks


def turn(degrees, centre):
    """Turn clockwise as one sees it, where y points downwards."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([matrix, centre - matrix @ centre])


def test_eyes_lie_where_they_shall(aligned):
    frame, landmarks = aligned
    assert frame.shape == (140, 120, 3)
    assert np.allclose(eye_centres(landmarks), [[39.5, 50], [79.5, 50]])


def test_eye_centres_by_hand():
    landmarks = np.zeros((68, 2))
    landmarks[36:42] = [[1, 5], [2, 4], [3, 4], [4, 5], [3, 6], [2, 6]]
    landmarks[42:48] = landmarks[36:42] + np.array([10, 1])
    assert np.allclose(eye_centres(landmarks), [[2.5, 5], [12.5, 6]])


def test_an_aligned_face_stays_as_it_is(aligned):
    frame, landmarks = aligned
    assert np.allclose(alignment_matrix(landmarks, TARGET), IDENTITY, atol=1e-12)
    again, points = align_clip(frame[None], landmarks, TARGET)
    assert np.array_equal(again[0], frame)
    assert np.allclose(points, landmarks)


@given(
    degrees=st.floats(-60, 60),
    scale=st.floats(0.3, 3),
    shift=st.tuples(st.floats(-99, 99), st.floats(-99, 99)),
)
def test_a_turn_is_undone(degrees, scale, shift):
    level = transform_points(LANDMARKS, alignment_matrix(LANDMARKS, TARGET))
    moved = scale * transform_points(level, turn(degrees, np.array([60.0, 70.0]))) + shift
    matrix = alignment_matrix(moved, TARGET)
    assert np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])) == pytest.approx(-degrees, abs=1e-6)
    assert np.linalg.det(matrix[:, :2]) == pytest.approx(scale**-2)
    assert np.allclose(transform_points(moved, matrix), level, atol=1e-6)


@pytest.mark.parametrize("degrees", [-20, 7, 33])
def test_a_turned_image_comes_back_with_its_landmarks(degrees):
    smooth = cv2.GaussianBlur(photo(), (0, 0), 2)
    level, points = align_clip(smooth[None], LANDMARKS, TARGET)
    matrix = turn(degrees, np.array([225.0, 130.0]))
    turned = warp_clip(smooth[None], matrix, smooth.shape[:2])
    again, again_points = align_clip(turned, transform_points(LANDMARKS, matrix), TARGET)
    assert np.allclose(again_points, points)
    difference = np.abs(again[0].astype(int) - level[0])[20:120, 15:105]
    assert difference.mean() < 1
    assert difference.max() < 16


@pytest.mark.parametrize("kind", [np.uint8, np.float32, np.float64])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_all_frames_share_one_matrix(kind, colours):
    frames = np.random.default_rng(0).integers(0, 256, (4, 90, 80, *colours)).astype(kind)
    landmarks = LANDMARKS - [180, 80]
    before = frames.copy()
    together, _ = align_clip(frames, landmarks, TARGET)
    alone = [warp_clip(frame[None], alignment_matrix(landmarks, TARGET), TARGET.shape)[0] for frame in frames]
    assert together.shape == (4, 140, 120, *colours)
    assert together.dtype == kind
    assert np.array_equal(together, alone)
    assert np.array_equal(frames, before)


def test_a_shift_by_whole_pixels_moves_pixels_and_repeats_the_border():
    frames = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
    shifted = warp_clip(frames, np.array([[1.0, 0, 1], [0, 1, 1]]), (3, 4))
    assert shifted[0].tolist() == [[0, 0, 1, 2], [0, 0, 1, 2], [4, 4, 5, 6]]


def test_fine_texture_is_smoothed_when_it_shrinks():
    stripes = np.zeros((1, 80, 80), np.float32)
    stripes[:, :, ::2] = 200
    small = warp_clip(stripes, IDENTITY / 4, (20, 20))
    assert np.abs(small[:, 2:-2, 2:-2] - 100).max() < 1


def test_landmarks_that_cannot_be_aligned():
    with pytest.raises(DataError, match="expected landmarks of shape \\(68, 2\\), got \\(66, 2\\)"):
        alignment_matrix(LANDMARKS[:66], TARGET)
    with pytest.raises(DataError, match="0.00 pixels apart, at least 1 is needed"):
        alignment_matrix(np.zeros((68, 2)), TARGET)
    with pytest.raises(DataError, match="are the landmarks mirrored"):
        alignment_matrix(LANDMARKS * [-1, 1], TARGET)
    holes = LANDMARKS.copy()
    holes[[3, 40], 0] = np.nan
    with pytest.raises(DataError, match="no numbers: points 3, 40"):
        alignment_matrix(holes, TARGET)


def test_clips_that_cannot_be_warped():
    with pytest.raises(DataError, match="expected frames of shape .* got \\(4, 5\\)"):
        warp_clip(np.zeros((4, 5), np.uint8), IDENTITY, (4, 5))
    with pytest.raises(DataError, match="got \\(1, 4, 5, 4\\)"):
        warp_clip(np.zeros((1, 4, 5, 4), np.uint8), IDENTITY, (4, 5))
    with pytest.raises(DataError, match="has no pixels"):
        warp_clip(np.zeros((0, 4, 5), np.uint8), IDENTITY, (4, 5))
    with pytest.raises(DataError, match="got int64"):
        warp_clip(np.zeros((1, 4, 5), np.int64), IDENTITY, (4, 5))


def test_bounding_rectangle_by_hand():
    points = np.full((68, 2), [20.0, 30.0])
    points[8], points[0], points[16], points[19] = [20.5, 41.2], [10, 30], [31.9, 30], [18, 22.7]
    assert bounding_box(points).tolist() == [22, 43, 10, 33]


def test_bounding_rectangle_needs_no_inner_corners_of_the_mouth():
    without = LANDMARKS.copy()
    without[[60, 64]] = without[62]
    assert np.array_equal(bounding_box(without), bounding_box(LANDMARKS))


def test_widened_boxes_by_hand():
    box = np.array([10, 30, 40, 50])
    assert face_box(box, 0).tolist() == [10, 30, 40, 50]
    assert face_box(box, 0.1).tolist() == [8, 32, 39, 51]
    assert face_box(box, 0.1, forehead=0.2).tolist() == [4, 32, 39, 51]
    assert face_box(box + 0.4, 0).tolist() == [10, 31, 40, 51]
    assert square_box(box, 0).tolist() == [10, 30, 35, 55]
    assert square_box(box, 0.25).tolist() == [5, 35, 30, 60]
    assert square_box(np.array([0, 5, 0, 4]), 0).tolist() == [0, 5, -1, 4]


def test_crops_by_hand():
    frames = np.arange(2 * 4 * 5, dtype=np.uint8).reshape(2, 4, 5)
    assert np.array_equal(crop_clip(frames, np.array([1, 3, 2, 5])), frames[:, 1:3, 2:5])
    assert np.array_equal(crop_clip(frames, np.array([-2, 3, 2, 9])), frames[:, :3, 2:])
    assert crop_clip(frames[..., None].repeat(3, 3), np.array([0, 1, 0, 2])).shape == (2, 1, 2, 3)


def test_square_crops_by_hand():
    frames = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    assert crop_square(frames, np.array([0, 4, 0, 4]), 4).tolist() == frames.tolist()
    means = frames.reshape(2, 2, 2, 2).mean(axis=(1, 3))
    assert np.abs(crop_square(frames.astype(float), np.array([0, 4, 0, 4]), 2)[0] - means).max() < 1e-9
    beyond = crop_square(frames, np.array([-1, 2, 2, 5]), 3)
    assert beyond[0].tolist() == [[2, 3, 3], [2, 3, 3], [6, 7, 7]]
    assert crop_square(np.zeros((2, 90, 80, 3), np.uint8), np.array([0, 90, 0, 90])).shape == (2, 224, 224, 3)


@pytest.mark.parametrize("box", [(0, 4, 5, 9), (4, 9, 0, 5), (-3, 0, 0, 5), (0, 4, -3, 0)])
def test_boxes_outside_the_frame(box):
    frames = np.zeros((1, 4, 5), np.uint8)
    for crop in (crop_clip, crop_square):
        with pytest.raises(DataError, match="lies outside the frame of 4 x 5 pixels"):
            crop(frames, np.array(box))


def test_empty_boxes():
    frames = np.zeros((1, 4, 5), np.uint8)
    for box in ((2, 2, 0, 5), (0, 4, 3, 1)):
        for refuse in (
            lambda box: crop_clip(frames, box),
            lambda box: crop_square(frames, box),
            lambda box: square_box(box, 0.1),
            lambda box: face_box(box, 0.1),
        ):
            with pytest.raises(DataError, match="is empty"):
                refuse(np.array(box))
