import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.preprocessing.evm import magnify
from mer.preprocessing.steps.magnification import MagnificationParams, apply


@pytest.fixture
def clip():
    frames = np.random.default_rng(0).integers(0, 255, (12, 40, 48), dtype=np.uint8)
    return Clip(frames, 0, 5, 11, 100.0)


def test_evm_gets_its_settings(clip):
    done = apply(clip, MagnificationParams(method="evm", alpha=4, cutoff_wavelength=20))
    assert np.array_equal(done.frames, magnify(clip.frames, 4, cutoff_wavelength=20))
    assert done.apex == 5


def test_phase_magnification_needs_a_frame_rate_that_is_high_enough(clip):
    params = MagnificationParams(method="phase", alpha=2, band_hz=(2.0, 20.0))
    assert apply(clip, params).frames.shape == clip.frames.shape
    assert not np.array_equal(apply(clip, params).frames, clip.frames)
    with pytest.raises(DataError, match="none is known"):
        apply(Clip(clip.frames, 0, 5, 11), params)
    with pytest.raises(DataError, match="more than 40 frames per second"):
        apply(Clip(clip.frames, 0, 5, 11, 30.0), params)


@pytest.mark.parametrize("band", [(5.0, 2.0), (0.0, 3.0)])
def test_a_band_must_rise(band):
    with pytest.raises(ValueError, match="must rise"):
        MagnificationParams(method="phase", band_hz=band)
