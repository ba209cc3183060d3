"""Landmarks go where the picture of the face goes."""

from dataclasses import replace

import numpy as np
import pytest

from mer.core.seeds import stream
from mer.synthetic.clip import render, render_motion
from mer.synthetic.identity import NeutralFace, draw_identity, render_neutral
from mer.synthetic.motion import Motion, draw_motion, landmarks_at
from mer.synthetic.movement import draw_movement

ROWS, COLUMNS = 60, 50
BLANK = np.zeros((2 * ROWS, 2 * COLUMNS, 3), np.float32)


def spread_points():
    """68 points on a lattice inside the frame."""
    y, x = np.mgrid[10:46:9j, 8:40:8j]
    return np.stack([x.ravel(), y.ravel()], axis=1)[:68]


POINTS = spread_points()


def motion(field=None, head=(0.0, 0.0, 0.0), *, progress=1.0, blink_field=None, blink=0.0):
    """One frame of a motion, after one at rest."""
    still = np.zeros((2, ROWS, COLUMNS))
    return Motion(
        field=still if field is None else field,
        progress=np.array([0.0, progress]),
        blink_field=still if blink_field is None else blink_field,
        blink=np.array([0.0, blink]),
        head=np.array([(0.0, 0.0, 0.0), head]),
    )


def field(u, v):
    """A displacement field from functions of x and y."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(float)
    return np.stack([u(x, y) + 0 * x, v(x, y) + 0 * x])


def found(drawn):
    return landmarks_at(NeutralFace(BLANK, POINTS), drawn, 1)


def test_at_rest_landmarks_are_where_they_were():
    drawn = motion(field(lambda x, y: 3, lambda x, y: 3), head=(5.0, 5.0, 0.1))
    assert landmarks_at(NeutralFace(BLANK, POINTS), drawn, 0).tolist() == POINTS.tolist()


def test_a_shift_of_the_head_shifts_them():
    assert found(motion(head=(2.5, -1.25, 0.0))) == pytest.approx(np.add(POINTS, [2.5, -1.25]), abs=0.01)


def test_a_turn_of_the_head_turns_them():
    """What is seen at a place q from the centre came from (qx + 0.1 qy, qy - 0.1 qx)."""
    q = POINTS - [COLUMNS / 2, ROWS / 2]
    turned = np.stack([q[:, 0] - 0.1 * q[:, 1], q[:, 1] + 0.1 * q[:, 0]], axis=1) / 1.01
    assert found(motion(head=(0.0, 0.0, 0.1))) == pytest.approx(
        np.add(turned, [COLUMNS / 2, ROWS / 2]), abs=0.01
    )


def test_a_displacement_moves_them_as_far_as_it_has_gone():
    drawn = motion(field(lambda x, y: 2, lambda x, y: -3), progress=0.5)
    assert found(drawn) == pytest.approx(np.add(POINTS, [1, -1.5]), abs=0.01)


def test_a_blink_moves_them_too():
    drawn = motion(blink_field=field(lambda x, y: 0, lambda x, y: 4), blink=0.25)
    assert found(drawn) == pytest.approx(np.add(POINTS, [0, 1]), abs=0.01)


def test_the_displacement_counts_where_the_landmark_arrives():
    """Where u = 0.1 x, what is seen at x came from 0.9 x; where v = 0.05 y - 1, from 0.95 y + 1."""
    drawn = motion(field(lambda x, y: 0.1 * x, lambda x, y: 0.05 * y - 1))
    wanted = np.stack([POINTS[:, 0] / 0.9, (POINTS[:, 1] - 1) / 0.95], axis=1)
    assert found(drawn) == pytest.approx(wanted, abs=0.01)


def test_beyond_the_border_the_displacement_is_that_of_the_border():
    drawn = motion(field(lambda x, y: x - 39, lambda x, y: 0))
    outside = NeutralFace(BLANK, np.tile([41.0, 10.0], (68, 1)))
    # At the last column, 49, skin is moved by 10: beyond it point 41 is seen at 51.
    assert landmarks_at(outside, drawn, 1)[0] == pytest.approx([51, 10], abs=0.01)


def test_where_a_pull_folds_the_skin_the_landmark_is_still_seen_there():
    """Here the displacement changes by up to two pixels per pixel."""
    bump = field(lambda x, y: 13 * np.exp(-((x - 24) ** 2 + (y - 28) ** 2) / 32), lambda x, y: 0)
    drawn = motion(bump)
    places = found(drawn)
    assert np.diff(bump[0], axis=1).min() < -1.5
    assert places[:, 1] == pytest.approx(POINTS[:, 1], abs=0.01)
    for (x, y), wanted in zip(places, POINTS[:, 0], strict=True):
        left, top = int(x), int(y)
        a, b = x - left, y - top
        cell = bump[0, top : top + 2, left : left + 2]
        moved = np.array([1 - b, b]) @ cell @ np.array([1 - a, a])
        assert x - moved == pytest.approx(wanted, abs=0.01)


def test_flow_is_how_far_things_move_between_two_frames():
    """With the face, the lids and the head at once; from the second frame to the first it is the opposite."""
    drawn = motion(
        field(lambda x, y: 2, lambda x, y: -3),
        (0.5, 0.25, 0.0),
        progress=0.5,
        blink_field=field(lambda x, y: 0, lambda x, y: 4),
        blink=0.25,
    )
    u, v = drawn.flow(0, 1)
    assert u.shape == (ROWS, COLUMNS)
    assert u == pytest.approx(np.full((ROWS, COLUMNS), 1 + 0.5))
    assert v == pytest.approx(np.full((ROWS, COLUMNS), -1.5 + 1 + 0.25))
    assert drawn.flow(1, 0) == pytest.approx(-drawn.flow(0, 1))
    assert not drawn.flow(1, 1).any()


def test_flow_follows_landmarks_where_they_hardly_move():
    face = render_neutral(draw_identity(stream("person")), 96)
    movement = draw_movement("surprise", stream("m"), amplitude=(0.2, 0.2), noise=1.0)
    drawn = draw_motion(face, movement, stream("clip"))
    onset, apex = (landmarks_at(face, drawn, frame) for frame in (movement.onset, movement.apex))
    flow = drawn.flow(movement.onset, movement.apex)
    x, y = np.rint(face.landmarks).astype(int).T
    moved = apex - onset
    assert np.abs(moved).max() > 0.1
    assert pytest.approx(moved, abs=0.05) == flow[:, y, x].T


def spot(place):
    """A face that is black but for a spot around one place."""
    y, x = np.mgrid[0 : 2 * ROWS, 0 : 2 * COLUMNS]
    distance2 = (x - (2 * place[0] + 0.5)) ** 2 + (y - (2 * place[1] + 0.5)) ** 2
    image = 250 * np.exp(-distance2 / (2 * 2.5**2))
    return np.repeat(image[..., None], 3, axis=2).astype(np.float32)


def centre(frame):
    """Centre of a spot, in pixels."""
    light = frame[..., 0].astype(float)
    y, x = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]]
    return np.array([(light * x).sum(), (light * y).sum()]) / light.sum()


@pytest.mark.parametrize("point", [0, 21, 36, 60])
def test_the_picture_shows_a_landmark_where_it_is_said_to_be(point):
    drawn = motion(
        field(lambda x, y: 0.06 * (y - 20), lambda x, y: 2 - 0.04 * x), head=(1.5, -2.0, 0.05), progress=0.9
    )
    face = NeutralFace(spot(POINTS[point]), POINTS)
    frames = render_motion(face, drawn, 0.0, stream("no noise"))
    assert centre(frames[0]) == pytest.approx(POINTS[point], abs=0.05)
    assert np.linalg.norm(centre(frames[1]) - POINTS[point]) > 1
    assert centre(frames[1]) == pytest.approx(landmarks_at(face, drawn, 1)[point], abs=0.05)


def test_a_drawn_motion_is_the_one_that_is_rendered():
    face = render_neutral(draw_identity(stream("person")), 48)
    movement = replace(draw_movement("positive", stream("m"), amplitude=(2.0, 2.0), noise=1.0), drift=5.0)
    rng = stream("clip")
    drawn = draw_motion(face, movement, rng)
    again = render_motion(face, drawn, movement.noise, rng)
    assert np.array_equal(again, render(face, movement, stream("clip")))
    assert np.ptp(drawn.head[:, 0]) > 1
