"""Golden numbers of TIM, and choices of frames worked out by hand."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.preprocessing.interpolation import interpolate, subsample, tim_matrix, windows


@pytest.fixture
def clip():
    return np.random.default_rng(0).integers(0, 256, (7, 5, 6), dtype=np.uint8)


def published_tim(frames, length):
    """Follow the published steps, as far as the closed form leaves them out: one frame per row."""
    n = len(frames)
    x = frames.T
    mean = x.mean(axis=1, keepdims=True)
    u, s, vt = np.linalg.svd(x - mean, full_matrices=False)
    u, q = u[:, : n - 1], (s[:, None] * vt)[: n - 1]
    k = np.arange(1, n)

    def curve(t):
        return np.sin(np.pi * np.outer(t, k) + np.pi * (n - k) / (2 * n))

    y = curve(np.arange(1, n + 1) / n)
    w = np.linalg.solve(q @ q.T, q @ y)
    scale = (q[:, 0] @ w) / y[0]
    t = np.linspace(0, 1, length) * (1 - 1 / n) + 1 / n
    return (u @ np.linalg.solve(w.T, (scale * curve(t)).T) + mean).T


def test_no_frames_and_no_length_are_refused(clip):
    with pytest.raises(DataError, match="a clip without frames cannot be interpolated"):
        interpolate(clip[:0], 4)
    with pytest.raises(ValueError, match="Interpolation to 0 frames"):
        interpolate(clip, 0)


@pytest.mark.parametrize("shape", [(7, 5, 6), (7, 5, 6, 3)])
@pytest.mark.parametrize("length", [1, 4, 7, 12])
def test_shapes_and_types(shape, length):
    frames = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before = frames.copy()
    assert interpolate(frames, length).shape == (length, *shape[1:])
    assert interpolate(frames, length).dtype == np.float64
    assert interpolate(frames, length, as_uint8=True).dtype == np.uint8
    assert np.array_equal(frames, before)


GOLDEN_COLUMNS = [
    (2, 3, 0, (1, 0)),
    (2, 3, 1, (0.5, 0.5)),
    (2, 3, 2, (0, 1)),
    (3, 5, 1, (0.455342, 0.666667, -0.122008)),
    (4, 3, 1, (-0.103553, 0.603553, 0.603553, -0.103553)),
]


@pytest.mark.parametrize(("n", "length", "column", "weights"), GOLDEN_COLUMNS)
def test_golden_weights(n, length, column, weights):
    assert np.allclose(tim_matrix(n, length)[:, column], weights, atol=1e-6)


@pytest.mark.parametrize("n", [1, 2, 9, 64])
def test_as_many_frames_as_before_are_the_same_frames(n):
    assert np.abs(tim_matrix(n, n) - np.eye(n)).max() < 1e-13


@pytest.mark.parametrize(("n", "length"), [(1, 5), (2, 3), (9, 1), (9, 4), (9, 32), (32, 64), (64, 10)])
def test_weights_of_a_frame_sum_to_one_and_the_ends_stay(n, length):
    weights = tim_matrix(n, length)
    assert weights.shape == (n, length)
    assert np.allclose(weights.sum(axis=0), 1, atol=1e-12)
    assert np.allclose(weights[:, 0], np.eye(n)[0], atol=1e-12)
    if length > 1:
        assert np.allclose(weights[:, -1], np.eye(n)[-1], atol=1e-12)


def test_one_frame_repeats_and_one_wanted_is_the_first(clip):
    assert np.allclose(interpolate(clip[:1], 3), clip[[0, 0, 0]], atol=1e-9)
    assert np.allclose(interpolate(clip, 1), clip[:1], atol=1e-9)


def test_evenly_divided_frames_are_frames_of_the_clip(clip):
    assert np.allclose(interpolate(clip[:5], 3), clip[[0, 2, 4]], atol=1e-9)


def test_golden_ramp_is_no_straight_line():
    ramp = np.arange(5.0).reshape(5, 1, 1)
    expected = [0, 0.444007, 1, 1.529772, 2, 2.470228, 3, 3.555993, 4]
    assert np.allclose(interpolate(ramp, 9).ravel(), expected, atol=1e-6)


def test_golden_step_overshoots_and_uint8_is_clipped():
    step = np.repeat([0, 255], 4).astype(np.uint8).reshape(8, 1, 1)
    exact = interpolate(step, 15) / 255
    assert exact.max() == pytest.approx(1.1407, abs=1e-4)
    assert exact.min() == pytest.approx(-0.1407, abs=1e-4)
    whole = interpolate(step, 15, as_uint8=True).ravel()
    # Bytes that wrap around would be 220 and 35.
    assert whole[exact.argmin()] == 0
    assert whole[exact.argmax()] == 255


def test_halves_round_up():
    frames = np.array([[0, 1, 2, 7], [1, 2, 3, 8]], dtype=np.uint8).reshape(2, 1, 4)
    assert interpolate(frames, 3, as_uint8=True)[1].ravel().tolist() == [1, 2, 3, 8]


def test_the_greatest_negative_weight_from_32_to_64_frames():
    assert tim_matrix(32, 64).min() == pytest.approx(-0.30, abs=0.005)


def test_time_may_be_reversed_before_or_after(clip):
    assert np.allclose(interpolate(clip[::-1], 10), interpolate(clip, 10)[::-1], atol=1e-9)


@pytest.mark.parametrize("length", [3, 6, 20])
def test_the_closed_form_equals_the_published_steps(length):
    frames = np.random.default_rng(1).normal(size=(6, 40))
    assert (
        np.abs(
            interpolate(frames.reshape(6, 5, 8), length).reshape(length, 40) - published_tim(frames, length)
        ).max()
        < 1e-9
    )


def test_repeated_frames_do_not_disturb(clip):
    still = clip[[0, 0, 0, 0]]
    assert np.allclose(interpolate(still, 9), clip[[0] * 9], atol=1e-9)


def test_colour_channels_do_not_mix(clip):
    other = clip[::-1]
    both = interpolate(np.stack([clip, other], axis=-1), 10)
    assert np.allclose(both[..., 0], interpolate(clip, 10))
    assert np.allclose(both[..., 1], interpolate(other, 10))


def test_the_matrix_is_kept_and_cannot_be_changed():
    assert tim_matrix(6, 4) is tim_matrix(6, 4)
    with pytest.raises(ValueError, match="read-only"):
        tim_matrix(6, 4)[0, 0] = 2


@pytest.mark.parametrize(
    ("n", "length", "positions"),
    [
        (9, 5, [0, 2, 4, 6, 8]),
        (10, 4, [0, 3, 6, 9]),
        (4, 3, [0, 2, 3]),  # 1.5 goes to the later frame
        (6, 3, [0, 3, 5]),  # so does 2.5
        (2, 5, [0, 0, 1, 1, 1]),
        (1, 3, [0, 0, 0]),
        (7, 1, [0]),
        (3, 3, [0, 1, 2]),
    ],
)
def test_subsample_takes_the_nearest_frames(n, length, positions):
    assert subsample(n, length).tolist() == positions


def test_subsample_refuses_no_frames():
    with pytest.raises(DataError, match="a clip without frames"):
        subsample(0, 3)
    with pytest.raises(ValueError, match="A choice of 0 frames"):
        subsample(3, 0)


@pytest.mark.parametrize(
    ("n", "length", "stride", "positions"),
    [
        (5, 3, 1, [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
        (7, 3, 2, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        (8, 3, 3, [[0, 1, 2], [3, 4, 5]]),  # frames 6 and 7 fill no window
        (4, 4, 5, [[0, 1, 2, 3]]),
    ],
)
def test_windows_slide_from_the_first_frame(n, length, stride, positions):
    assert windows(n, length, stride=stride).tolist() == positions


def test_windows_refuse_a_clip_that_is_too_short():
    with pytest.raises(DataError, match="a window of 13 frames does not fit into a clip of 12"):
        windows(12, 13)
    with pytest.raises(ValueError, match="got 3 and 0"):
        windows(12, 3, stride=0)
