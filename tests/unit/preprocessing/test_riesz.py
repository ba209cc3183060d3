"""Phase-based magnification on patterns whose phase is known."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.preprocessing.riesz import (
    accumulated_phase,
    blur_by_amplitude,
    magnify_phase,
    riesz_pair,
    shift_phase,
)

QUARTER = np.pi / 2  # radians per pixel where the three taps are exact
SETTINGS = {"band_hz": (6.0, 16.0), "fps": 100.0}


def wave(phase, along):
    """Frames of the cosine of a phase of shape (T, positions), varying along one axis."""
    lines = np.cos(phase)[:, None, :].repeat(phase.shape[1], axis=1)
    return lines if along == "x" else lines.transpose(0, 2, 1)


def moving(frequency, speed, n_frames, along):
    t, x = np.mgrid[0:n_frames, 0:24]
    return wave(frequency * (x - speed * t), along)


def shaking(wavelength, displacement, along):
    """Grey clip of a wave that moves to and fro ten times per second."""
    x = np.arange(96)
    phase = 2 * np.pi / wavelength * (x - displacement[:, None])
    return 0.5 + 0.25 * wave(phase, along)


def measured_displacement(clip, wavelength, along):
    """Recover the displacement of a wave from the middle of a clip, in pixels."""
    lines = clip[:, 48, 24:72] if along == "x" else clip[:, 24:72, 48]
    carrier = np.exp(2j * np.pi / wavelength * np.arange(24, 72))
    return np.unwrap(np.angle((lines * carrier).mean(axis=1))) * wavelength / (2 * np.pi)


@pytest.fixture
def texture():
    return np.random.default_rng(0).random((40, 44), dtype=np.float32)


def test_a_clip_too_slow_for_the_frequencies_is_refused(texture):
    with pytest.raises(DataError, match="up to 16 Hz need more than 32 frames per second, the clip has 25"):
        magnify_phase(texture[None], 4, band_hz=(6, 16), fps=25)


def test_what_is_no_clip_is_refused(texture):
    with pytest.raises(DataError, match=r"got \(40, 44\)"):
        magnify_phase(texture, 4, **SETTINGS)


@pytest.mark.parametrize("shape", [(1, 20, 24), (5, 20, 24), (5, 20, 24, 3)])
def test_shape_and_type_are_those_of_the_clip(shape):
    frames = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    before = frames.copy()
    out = magnify_phase(frames, 4, **SETTINGS)
    assert out.shape == shape
    assert out.dtype == np.uint8
    assert magnify_phase(frames / 255, 4, **SETTINGS).dtype == np.float32
    assert np.array_equal(frames, before)


def test_the_riesz_pair_of_a_cosine_is_its_sine():
    x = np.arange(24)
    along_x, along_y = riesz_pair(wave(QUARTER * x[None], "x"))
    assert np.allclose(along_x[:, 1:-1, 1:-1], np.sin(QUARTER * x[1:-1]))
    assert not along_y.any()
    along_x, along_y = riesz_pair(wave(QUARTER * x[None], "y"))
    assert np.allclose(along_y[:, 1:-1, 1:-1], np.sin(QUARTER * x[1:-1])[:, None])
    assert not along_x.any()


@pytest.mark.parametrize("speed", [0.1, -0.3, 0.9])
@pytest.mark.parametrize("along", ["x", "y"])
def test_a_moving_wave_has_the_phase_velocity_of_its_speed(speed, along):
    band = moving(QUARTER, speed, 30, along)
    phase = accumulated_phase(band, *riesz_pair(band))[:, :, 1:-1, 1:-1]
    expected = -QUARTER * speed * np.arange(30)[:, None, None]
    own, other = phase if along == "x" else phase[::-1]
    assert np.allclose(own, expected, atol=1e-9)
    assert np.allclose(other, 0, atol=1e-9)


def test_at_other_frequencies_the_velocity_holds_over_a_whole_wave():
    band = moving(np.pi / 4, 0.1, 81, "x")  # eight pixels in eighty steps
    phase = accumulated_phase(band, *riesz_pair(band))[:, :, 1:-1, 1:-1]
    assert np.allclose(phase[0, -1], -2 * np.pi, atol=1e-9)


@pytest.mark.parametrize("along", ["x", "y"])
def test_a_wave_is_shifted_by_the_phase(along):
    x = np.arange(24)
    band = wave(QUARTER * x[None], along)
    phase = np.zeros((2, *band.shape))
    phase[0 if along == "x" else 1] = 0.7
    shifted = shift_phase(band, *riesz_pair(band), phase)
    expected = wave(QUARTER * x[None] + 0.7, along)
    assert np.allclose(shifted[:, 1:-1, 1:-1], expected[:, 1:-1, 1:-1])


def test_no_phase_shifts_nothing(texture):
    band = texture[None]
    assert np.array_equal(shift_phase(band, *riesz_pair(band), np.zeros((2, *band.shape), np.float32)), band)


def test_the_blur_trusts_strong_patterns():
    phase, amplitude = np.full((1, 21, 21), 9.0), np.zeros((1, 21, 21))
    phase[0, 10, 10], amplitude[0, 10, 10] = 0.5, 2.0
    assert np.allclose(blur_by_amplitude(phase, amplitude, 2.0)[0, 8:13, 8:13], 0.5)
    assert not blur_by_amplitude(phase, np.zeros_like(amplitude), 2.0).any()


def test_the_blur_is_gaussian():
    phase = np.zeros((1, 41, 41))
    phase[0, 20, 20] = 1
    blurred = blur_by_amplitude(phase, np.ones_like(phase), 2.0)[0]
    assert blurred[20, 24] / blurred[20, 20] == pytest.approx(np.exp(-(4**2) / (2 * 2**2)), rel=1e-3)


@pytest.mark.parametrize("shape", [(40, 44), (40, 44, 3)])
def test_a_clip_that_does_not_move_stays(shape):
    still = np.random.default_rng(0).random(shape, dtype=np.float32)
    frames = np.stack([still] * 6)
    assert np.abs(magnify_phase(frames, 20, **SETTINGS) - frames).max() < 1e-6


def test_alpha_zero_changes_nothing():
    frames = np.random.default_rng(0).random((6, 40, 44), dtype=np.float32)
    assert np.abs(magnify_phase(frames, 0, **SETTINGS) - frames).max() < 1e-6


# Width of the pattern in pixels, and the error that three taps make there.
@pytest.mark.parametrize(("wavelength", "error"), [(4, 0.02), (8, 0.2), (16, 0.2)])
@pytest.mark.parametrize("along", ["x", "y"])
def test_a_movement_in_the_band_grows_by_one_plus_alpha(along, wavelength, error):
    displacement = 0.1 * np.sin(2 * np.pi * 10 * np.arange(80) / 100)
    out = magnify_phase(shaking(wavelength, displacement, along), 4, **SETTINGS)
    found = measured_displacement(out, wavelength, along)[40:]
    growth = (found @ displacement[40:]) / (displacement[40:] @ displacement[40:])
    assert growth == pytest.approx(5, rel=error)


def test_a_movement_slower_than_the_band_does_not_grow():
    displacement = 0.1 * np.sin(2 * np.pi * 0.5 * np.arange(200) / 100)
    out = magnify_phase(shaking(4, displacement, "x"), 4, **SETTINGS, order=2)
    found = measured_displacement(out, 4, "x")
    assert np.abs(found - displacement)[50:].max() < 0.01


def test_colour_changes_in_brightness_only():
    displacement = 0.1 * np.sin(2 * np.pi * 10 * np.arange(30) / 100)
    grey = shaking(4, displacement, "x").astype(np.float32)
    tint = np.array([0.1, 0, -0.1], np.float32)
    out = magnify_phase(grey[..., None] + tint, 4, **SETTINGS)
    assert np.allclose(out - out[..., 1:2], tint, atol=1e-6)
    assert np.abs(out[..., 1] - magnify_phase(grey, 4, **SETTINGS)).max() < 1e-4
