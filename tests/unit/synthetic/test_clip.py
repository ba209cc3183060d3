"""Synthetic clips move where and how far they are told to."""

from dataclasses import replace

import numpy as np
import pytest

from mer.core.seeds import stream
from mer.synthetic.action_units import ACTION_UNITS, Activation, displacement
from mer.synthetic.clip import render
from mer.synthetic.face import LANDMARKS, MIRRORED, eye_distance
from mer.synthetic.identity import draw_identity, frame_size, render_neutral
from mer.synthetic.movement import EXPRESSIONS, draw_movement, intensity


@pytest.fixture(scope="module")
def face():
    return render_neutral(draw_identity(stream("person")), 96)


@pytest.fixture
def movement():
    drawn = draw_movement("positive", stream("m"), amplitude=(2.0, 2.0), noise=0.0)
    return replace(drawn, n_frames=30, onset=5, apex=15, offset=27, drift=0.0, distraction=())


def test_mirroring_twice_changes_nothing():
    assert np.array_equal(MIRRORED[MIRRORED], np.arange(68))
    # Mirrored points lie opposite each other, within the asymmetry of a real face.
    middle = LANDMARKS[[27, 28, 29, 30, 33, 51, 57, 8], 0].mean()
    assert np.abs(LANDMARKS[:, 0] + LANDMARKS[MIRRORED, 0] - 2 * middle).max() < 12


def test_landmarks_lie_inside_the_frame(face):
    rows, columns = face.size
    assert face.size == frame_size(96)
    assert (face.landmarks.min(axis=0) > 0).all()
    assert (face.landmarks < [columns, rows]).all()
    assert 0.5 * columns < eye_distance(face.landmarks) < 0.9 * columns


def test_people_differ_and_are_reproducible():
    first, again, other = (render_neutral(draw_identity(stream("p", n)), 64).image for n in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 5


@pytest.mark.parametrize("unit", sorted(ACTION_UNITS))
def test_a_units_largest_displacement_is_one_pixel(face, unit):
    field = displacement(face.landmarks, (Activation(unit),), face.size, stream(unit))
    assert field.shape == (2, *face.size)
    assert np.sqrt((field**2).sum(axis=0)).max() == pytest.approx(1)


@pytest.mark.parametrize(
    ("unit", "point", "direction"),
    [
        ("au12", 48, (-1, -1)),
        ("au12", 54, (1, -1)),
        ("au4", 21, (1, 1)),
        ("au4", 22, (-1, 1)),
        ("au1", 21, (0, -1)),
        ("au15", 48, (0, 1)),
        ("au26", 57, (0, 1)),
    ],
)
def test_units_move_their_landmarks_the_right_way(face, unit, point, direction):
    field = displacement(face.landmarks, (Activation(unit),), face.size, stream(unit, point))
    x, y = np.rint(face.landmarks[point]).astype(int)
    u, v = field[:, y, x]
    for component, sign in zip((u, v), direction, strict=True):
        if sign:
            assert component * sign > 0.1


def test_one_sided_movements_stay_on_their_side(face):
    field = displacement(face.landmarks, (Activation("au12", 1.0, 0.0),), face.size, stream("one side"))
    left, right = (np.rint(face.landmarks[p]).astype(int) for p in (48, 54))
    assert np.hypot(*field[:, left[1], left[0]]) > 0.7
    assert np.hypot(*field[:, right[1], right[0]]) < 0.2


def test_intensity_is_zero_at_onset_and_one_at_apex(movement):
    course = intensity(movement)
    assert course.shape == (30,)
    assert course[:6].max() == 0
    assert course[15] == 1 == course.max()
    assert course[27:].tolist() == pytest.approx([0.2] * 3)


def test_frames_before_the_onset_are_still_and_the_apex_moves_most(face, movement):
    # Without a blink: one clip in ten has one.
    frames = render(face, movement, stream("no blink", 1)).astype(int)
    change = np.abs(frames - frames[0]).mean(axis=(1, 2, 3))
    assert change[:6].max() == 0
    assert change.argmax() == 15


def test_every_emotion_draws_clips_of_the_same_kind():
    drawn = {
        emotion: [
            draw_movement(emotion, stream(emotion, n), amplitude=(0.2, 3.0), noise=1.0) for n in range(300)
        ]
        for emotion in EXPRESSIONS
    }
    for movements in drawn.values():
        assert all(0 <= m.onset < m.apex < m.offset < m.n_frames for m in movements)
        assert all(0.2 <= m.amplitude <= 3.0 for m in movements)
        assert {m.fps for m in movements} == {100, 200}
        assert all(0.24 <= m.n_frames / m.fps <= 0.45 for m in movements)
    lengths = [np.mean([m.n_frames for m in movements]) for movements in drawn.values()]
    assert max(lengths) - min(lengths) < 5


def test_clips_are_reproducible(face, movement):
    noisy = replace(movement, noise=2.0)
    assert np.array_equal(render(face, noisy, stream("x")), render(face, noisy, stream("x")))
    assert not np.array_equal(render(face, noisy, stream("x")), render(face, noisy, stream("y")))
