"""Golden numbers of linear Eulerian magnification, and a plain restatement of it."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.preprocessing.evm import (
    collapse,
    laplacian_pyramid,
    level_gains,
    low_pass,
    magnify,
    n_bands,
)

# Inverse of the NTSC matrix: red, green and blue of one unit of I.
RGB_OF_I = np.array([0.956, -0.272, -1.106])


@pytest.fixture
def clip():
    """Grey in 0.4 to 0.6 with a weak movement, so that nothing is clipped."""
    rng = np.random.default_rng(0)
    still = 0.4 + 0.2 * rng.random((44, 38))
    return (still + 0.002 * rng.normal(size=(6, 44, 38))).astype(np.float32)


def per_coefficient(frames, alpha):
    """Restate the program: filter every coefficient of every level, in the order of the frames."""
    gains = level_gains(*frames.shape[1:], alpha=alpha, cutoff_wavelength=16)
    first = laplacian_pyramid(frames[0], len(gains) - 1)
    fast, slow = [level.copy() for level in first], [level.copy() for level in first]
    out = []
    for frame in frames:
        for number, level in enumerate(laplacian_pyramid(frame, len(gains) - 1)):
            fast[number] = (1 - 0.4) * fast[number] + 0.4 * level
            slow[number] = (1 - 0.05) * slow[number] + 0.05 * level
        bands = [gain * (a - b) for gain, a, b in zip(gains, fast, slow, strict=True)]
        out.append(np.clip(frame + collapse(bands), 0, 1))
    return np.array(out)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        (np.zeros((40, 40), np.uint8), r"expected frames of shape .* got \(40, 40\)"),
        (np.zeros((4, 40, 40, 2), np.uint8), r"got \(4, 40, 40, 2\)"),
        (np.zeros((0, 40, 40), np.uint8), r"got \(0, 40, 40\)"),
        (np.zeros((4, 40, 40), np.int64), "expected frames of uint8 or floats in .* got int64"),
        (np.full((4, 40, 40), 255.0), "expected floats in .* got 255 to 255"),
        (np.full((4, 40, 40), np.nan), "expected floats in .* got nan"),
        (np.zeros((4, 9, 40), np.uint8), "frames of 9 x 40 pixels are too small .* at least 10"),
    ],
)
def test_what_is_no_clip_is_refused(frames, message):
    with pytest.raises(DataError, match=message):
        magnify(frames)


@pytest.mark.parametrize("settings", [{"fast_rate": 0.05, "slow_rate": 0.4}, {"slow_rate": 0}, {"alpha": -1}])
def test_settings_that_mean_nothing_are_refused(clip, settings):
    with pytest.raises(ValueError, match="EVM needs 0 < slow_rate < fast_rate <= 1 and alpha >= 0"):
        magnify(clip, **settings)


@pytest.mark.parametrize("shape", [(5, 20, 24), (5, 20, 24, 3)])
def test_shape_and_type_are_those_of_the_clip(shape):
    frames = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before = frames.copy()
    assert magnify(frames).shape == shape
    assert magnify(frames).dtype == np.uint8
    assert magnify(frames / 255).dtype == np.float32
    assert np.array_equal(frames, before)


def test_whole_levels_are_rounded(clip):
    levels = np.rint(clip * 255).astype(np.uint8)
    exact = magnify(levels.astype(np.float32) / 255).astype(float) * 255
    assert np.abs(magnify(levels) - exact).max() < 0.501


def test_golden_step_response():
    step = np.repeat([0.0, 1.0], [1, 6])
    band = low_pass(step, 0.4) - low_pass(step, 0.05)
    assert np.allclose(band, [0, 0.35, 0.5425, 0.64138, 0.68491, 0.69602, 0.68844], atol=5e-6)


GOLDEN_GAINS = [
    (10, 16, (0, 4.309, 10, 10, 10, 0)),
    (20, 16, (0, 10.0437, 20, 20, 20, 0)),
    # Four times the wavelength shifts the raw values, 1.154, 4.309 and 10.617, by two levels.
    (10, 64, (0, 0, 1.154, 4.309, 10, 0)),
    (0, 16, (0, 0, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(("alpha", "cutoff", "gains"), GOLDEN_GAINS)
def test_golden_gains_from_fine_to_coarse(alpha, cutoff, gains):
    assert np.allclose(level_gains(170, 140, alpha=alpha, cutoff_wavelength=cutoff), gains, atol=5e-4)
    assert np.allclose(level_gains(140, 170, alpha=alpha, cutoff_wavelength=cutoff), gains, atol=5e-4)


def test_the_pyramid_is_as_deep_as_the_kernel_fits():
    sizes = [(170, 140), (340, 280), (10, 99), (9, 9), (5, 5), (4, 80)]
    assert [n_bands(*size) for size in sizes] == [5, 6, 2, 1, 1, 0]


def test_the_pyramid_is_binomial_and_adds_up():
    image = np.zeros((16, 16), np.float32)
    image[8, 8] = 256
    band, residual = laplacian_pyramid(image, 1)
    assert residual.shape == (8, 8)
    assert residual[3:6, 3:6].tolist() == [[1, 6, 1], [6, 36, 6], [1, 6, 1]]
    assert np.allclose(collapse([band, residual]), image, atol=1e-4)


@pytest.mark.parametrize("size", [(170, 140), (43, 35)])
def test_a_deep_pyramid_adds_up(size):
    image = np.random.default_rng(0).random(size, dtype=np.float32)
    levels = laplacian_pyramid(image, n_bands(*size))
    assert np.abs(collapse(levels) - image).max() < 1e-6
    assert np.abs(laplacian_pyramid(np.ones(size, np.float32), 3)[1]).max() < 1e-6


@pytest.mark.parametrize("shape", [(170, 140), (40, 40, 3)])
def test_a_clip_that_does_not_move_stays(shape):
    still = np.random.default_rng(0).random(shape, dtype=np.float32)
    frames = np.stack([still] * 5)
    assert np.abs(magnify(frames) - frames).max() < 2e-7
    whole = (frames * 255).astype(np.uint8)
    assert np.array_equal(magnify(whole), whole)


def test_alpha_zero_changes_nothing(clip):
    assert np.array_equal(magnify(clip, 0), clip)


@pytest.mark.parametrize("alpha", [4, 10])
def test_filtering_the_frames_equals_filtering_the_coefficients(clip, alpha):
    assert np.abs(magnify(clip, alpha) - clip).max() > 1e-3
    assert np.abs(magnify(clip, alpha) - per_coefficient(clip, alpha)).max() < 1e-6


def test_every_frame_is_done(clip):
    frames = np.stack([clip[0]] * 12 + [clip[1]])
    changed = np.abs(magnify(frames) - frames).max(axis=(1, 2)) > 1e-3
    assert changed.tolist() == [False] * 12 + [True]


def test_values_stay_in_range():
    frames = np.random.default_rng(0).random((6, 40, 40))
    out = magnify(frames, 20)
    assert out.min() == 0
    assert out.max() == 1


def test_a_grey_clip_in_colour_is_magnified_as_in_grey(clip):
    colour = np.repeat(clip[..., None], 3, axis=-1)
    assert np.abs(magnify(colour) - magnify(clip)[..., None]).max() < 1e-6


def test_changes_of_colour_are_magnified_by_the_share_of_chroma(clip):
    change = (clip - clip[0])[..., None] * RGB_OF_I / 4
    frames = (0.5 + change).astype(np.float32)
    added = {chroma: magnify(frames, chroma=chroma) - frames for chroma in (0, 0.1, 1)}
    assert np.abs(added[1]).max() > 5e-4
    # The inverse is rounded to three digits, so that a thousandth of the change is brightness.
    assert np.abs(added[0]).max() < 5e-3 * np.abs(added[1]).max()
    assert np.allclose(added[0.1] - added[0], 0.1 * (added[1] - added[0]), atol=1e-6)


def test_a_later_frame_changes_no_earlier_one(clip):
    assert np.array_equal(magnify(clip)[:3], magnify(clip[:3]))
