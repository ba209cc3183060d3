"""Rules for the apex on clips whose strongest frame is known."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.preprocessing.apex_spotting import (
    cell_ratios,
    divide_and_conquer,
    eye_and_mouth_boxes,
    halving_search,
    largest_cell_ratio,
    largest_deviation,
    largest_difference,
    pattern_distances,
    ten_cells,
)

MOUTH_LEFT_CELL = np.s_[60:80, 20:40]


@pytest.fixture
def landmarks():
    """68 points of a face in 100 x 100 pixels; those that no rule reads stay at zero."""
    points = np.zeros((68, 2))
    points[8] = (50, 98)
    points[17:22] = [(15, 24), (25, 21), (35, 20), (40, 21), (44, 24)]
    points[22:27] = [(56, 28), (60, 25), (65, 24), (75, 25), (85, 28)]
    points[31], points[35] = (45, 55), (55, 55)
    points[36:42] = [(25, 35), (29, 32), (34, 32), (38, 36), (34, 38), (29, 38)]
    points[42:48] = [(62, 36), (66, 32), (71, 32), (75, 35), (71, 38), (66, 38)]
    points[48:68] = (50, 70)
    points[48], points[51], points[54], points[57] = (30, 70), (50, 64), (70, 70), (50, 78)
    return points


def still(n_frames, size=(100, 100), level=100):
    return np.full((n_frames, *size), level, np.uint8)


@pytest.fixture
def mouth_corner():
    """The left corner of the mouth brightens by 0, 4, 10, 9 and 3 levels."""
    frames = still(5)
    for frame, change in zip(frames, (0, 4, 10, 9, 3), strict=True):
        frame[MOUTH_LEFT_CELL] += np.uint8(change)
    return frames


@pytest.mark.parametrize(
    "rule",
    [
        largest_difference,
        largest_deviation,
        lambda frames: largest_cell_ratio(frames, np.zeros((68, 2))),
        lambda frames: divide_and_conquer(frames, np.zeros((68, 2))),
    ],
)
def test_every_rule_needs_grey_frames_after_the_onset(rule):
    with pytest.raises(DataError, match="an apex cannot be found without a frame after the onset"):
        rule(still(1))
    with pytest.raises(DataError, match=r"expected grey frames .* got \(4, 20, 20, 3\)"):
        rule(np.zeros((4, 20, 20, 3), np.uint8))


def test_landmarks_of_another_shape_are_refused(landmarks):
    for rule in (largest_cell_ratio, divide_and_conquer):
        with pytest.raises(DataError, match=r"expected landmarks of shape \(68, 2\), got \(66, 2\)"):
            rule(still(3), landmarks[:66])
    with pytest.raises(DataError, match="there are landmarks of 2 frames, the clip has 3"):
        largest_cell_ratio(still(3), np.stack([landmarks] * 2))


def test_a_face_outside_the_frame_is_refused(landmarks):
    for far in (landmarks + 200, landmarks - 200):
        for rule in (largest_cell_ratio, divide_and_conquer):
            with pytest.raises(DataError, match="a region of the face lies outside the frame of 100 x 100"):
                rule(still(3), far)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("apex", [1, 4, 8])
def test_the_largest_difference_is_where_a_bump_is(apex, sign):
    frames = still(9, (20, 20))
    for t in range(1, 9):
        frames[t, 5:9, 3:8] = 100 + sign * round(60 * np.exp(-((t - apex) ** 2)))
    before = frames.copy()
    assert largest_difference(frames) == apex
    assert np.array_equal(frames, before)


def test_the_first_of_equal_differences_wins_and_the_onset_never():
    frames = still(5, (20, 20))
    assert largest_difference(frames) == 1
    frames[2, 0, 0], frames[4, 3, 3] = 110, 90
    assert largest_difference(frames) == 2


def test_brightening_and_darkening_do_not_cancel():
    frames = still(3, (20, 20))
    frames[1, :10], frames[1, 10:], frames[2] = 90, 110, 105
    assert largest_difference(frames) == 1


def blob(frame, change):
    frame[:16, :10] += np.uint8(change)


def test_the_largest_deviation_is_uneven_and_not_bright():
    frames = still(20, (40, 40))
    blob(frames[6], 20)
    frames[8] += 100
    assert largest_deviation(frames) == 6
    assert largest_difference(frames) == 8


# A fifth of the clip rounded down to seven tenths rounded up, both included.
@pytest.mark.parametrize(("n", "first", "last"), [(20, 4, 14), (11, 2, 8), (10, 2, 7), (30, 6, 21)])
def test_the_largest_deviation_is_sought_in_the_middle_of_the_clip(n, first, last):
    for t, outside in [(first, first - 1), (last, last + 1)]:
        frames = still(n, (40, 40))
        blob(frames[t], 20)
        blob(frames[outside], 60)
        assert largest_deviation(frames) == t


def test_the_largest_deviation_of_two_frames_is_the_second():
    assert largest_deviation(still(2, (40, 40))) == 1


def test_thumbnails_have_ten_rows_and_eight_columns():
    frames = still(10, (40, 40))
    frames[3, :, ::5] += 100  # the same in every five columns
    frames[4, ::4] += 100  # the same in every four rows
    blob(frames[5], 5)
    assert largest_deviation(frames) == 5


def test_ten_cells_of_a_mouth_forty_pixels_wide(landmarks):
    assert ten_cells(landmarks).tolist() == [
        [60, 80, 20, 40],
        [60, 80, 60, 80],
        [78, 98, 40, 60],
        [40, 60, 25, 45],
        [40, 60, 55, 75],
        [25, 45, 5, 25],
        [25, 45, 75, 95],
        [12, 32, 40, 60],
        [12, 32, 20, 40],
        [12, 32, 60, 80],
    ]


def test_ten_cells_of_an_odd_side_round_as_the_program_does(landmarks):
    landmarks[54] = (72.4, 70)  # the side is 21
    assert ten_cells(landmarks).tolist() == [
        [60, 80, 20, 40],
        [60, 80, 62, 82],
        [77, 98, 40, 60],
        [39, 60, 24, 45],
        [39, 60, 55, 76],
        [24, 45, 4, 25],
        [24, 45, 75, 96],
        [12, 32, 40, 60],
        [11, 32, 18, 39],
        [11, 32, 60, 81],
    ]


def test_cell_ratios_by_hand(mouth_corner, landmarks):
    # One cell of ten: 5/5, 11/7, 10/2 and 4/7; the others stay at one.
    expected = [0, 1, (9 + 11 / 7) / 10, (9 + 5) / 10, (9 + 4 / 7) / 10]
    before = mouth_corner.copy()
    assert np.allclose(cell_ratios(mouth_corner, landmarks), expected)
    assert largest_cell_ratio(mouth_corner, landmarks) == 3
    assert largest_difference(mouth_corner) == 2
    assert np.array_equal(mouth_corner, before)


def test_every_cell_counts_the_same_whatever_its_size(mouth_corner, landmarks):
    landmarks[54] = (72, 70)
    assert cell_ratios(mouth_corner, landmarks)[3] == pytest.approx(1.4)


def test_every_pixel_of_a_cell_has_its_own_ratio(landmarks):
    frames = still(3)
    frames[1:, 60:70, 20:40] += np.uint8(9)
    frames[1, 70:80, 20:40] += np.uint8(4)
    # Upper half (9 + 1) / (0 + 1), lower half (0 + 1) / (4 + 1); a ratio of means would be 5.5 / 3.
    assert cell_ratios(frames, landmarks)[2] == pytest.approx((9 + (10 + 0.2) / 2) / 10)


def test_landmarks_may_move_with_the_face(mouth_corner, landmarks):
    by_frame = np.stack([landmarks] * 5)
    assert largest_cell_ratio(mouth_corner, by_frame) == 3
    by_frame[3] += (20, 0)  # no cell covers the corner then; two are cut at the border
    assert cell_ratios(mouth_corner, by_frame)[3] == pytest.approx(1)
    assert largest_cell_ratio(mouth_corner, by_frame) == 2


def test_cells_are_cut_at_the_border(mouth_corner, landmarks):
    near = landmarks - (10, 0)  # the cell beside the left eye begins at column -5
    assert ten_cells(near)[5].tolist() == [25, 45, -5, 15]
    # The changed pixels, at five, are half of the corner's cell and a twentieth of the chin's.
    assert cell_ratios(mouth_corner, near)[3] == pytest.approx((8 + 3 + 1.2) / 10)


@pytest.mark.parametrize(
    ("curve", "apex"),
    [
        ((0, 1, 0, 2, 0, 5, 0, 1, 0, 1, 0, 1), 5),
        ((0, 3, 0, 3, 0, 3, 0, 0, 5, 0, 0, 0), 3),  # not the highest: 9 > 5, 6 > 3, 3 >= 3
        ((0, 1, 0, 0, 0, 4, 0, 2, 0), 5),  # 1 < 6, then 4 > 2
        ((0, 3, 0, 0, 2, 0, 0, 2, 0), 4),  # frame 4 of 9 is in the second half: 3 < 4, 2 >= 2
        ((0, 1, 2, 2, 2, 0, 0, 0), 2),  # a plateau counts at its beginning
        ((0, 1, 2, 3), 3),  # no peak, since the end is none
        ((0, 0, 0), 1),
        ((0, 2), 1),
    ],
)
def test_halving_search(curve, apex):
    assert halving_search(np.array(curve, dtype=float)) == apex


def test_boxes_bound_eyes_with_brows_and_mouth(landmarks):
    assert eye_and_mouth_boxes(landmarks).tolist() == [[20, 39, 15, 45], [24, 39, 56, 86], [64, 79, 30, 71]]


def test_a_region_with_other_patterns_has_distance_one(landmarks):
    frames = still(4)
    # A ramp has one pattern and a flat region another: their histograms share no bin.
    frames[2, 62:81, 28:73] = 2 * np.arange(45, dtype=np.uint8)
    before = frames.copy()
    boxes = eye_and_mouth_boxes(landmarks)
    assert pattern_distances(frames, boxes).tolist() == pytest.approx([0, 0, 1 / 3, 0])
    assert pattern_distances(frames, boxes[2:]).tolist() == pytest.approx([0, 0, 1, 0])
    assert divide_and_conquer(frames, landmarks) == 2
    assert np.array_equal(frames, before)


def test_half_a_region_by_hand():
    frames = still(2)
    frames[1, 40:62, 40:62] = 2 * np.arange(22, dtype=np.uint8)
    flat_and_ramp = np.array([[41, 61, 41, 61]])
    assert pattern_distances(frames, flat_and_ramp)[1] == pytest.approx(1)

    frames = still(2)
    frames[1, :, 0:50] = 100 - 2 * np.arange(50, 0, -1, dtype=np.uint8)
    region = np.array([[20, 60, 30, 70]])
    # Columns 30 to 49 rise and 50 to 69 are flat, but the first of these has darker neighbours on its
    # left only, and so the pattern of a ramp.
    ramp, flat = 21, 19
    assert pattern_distances(frames, region)[1] == pytest.approx(1 - flat / np.hypot(ramp, flat))


def test_patterns_do_not_see_brightness(landmarks):
    frames = np.random.default_rng(0).integers(0, 200, (1, 100, 100), dtype=np.uint8)
    clip = np.concatenate([frames, frames + np.uint8(50), frames])
    assert np.allclose(pattern_distances(clip, eye_and_mouth_boxes(landmarks)), 0, atol=1e-12)


def test_a_region_sees_one_pixel_around_it():
    box = np.array([[40, 50, 40, 50]])
    frames = still(3)
    frames[1, 45, 39], frames[2, 45, 38] = 60, 60
    distances = pattern_distances(frames, box)
    assert distances[1] > 1e-6
    assert distances[2] == pytest.approx(0, abs=1e-12)


def test_a_region_without_a_pixel_that_has_all_its_neighbours_is_refused():
    with pytest.raises(DataError, match="a region of the face lies outside the frame of 100 x 100"):
        pattern_distances(still(3), np.array([[99, 110, 10, 20]]))
