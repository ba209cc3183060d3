import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from mer.core.errors import ConfigError, DataError
from mer.features.optical_flow import BACKENDS, flow, flows


@pytest.fixture
def texture():
    noise = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return smooth / np.abs(smooth).max() * 100 + 128


def moved(image, u, v):
    # OpenCV's cubic interpolation would move by 0.071 instead of 0.05.
    y, x = np.mgrid[0:96, 0:96]
    return map_coordinates(image, [y - v, x - u], order=5, mode="reflect")


def as_frame(image):
    return np.rint(image).astype(np.uint8)


def test_equal_frames_do_not_move(texture):
    frame = as_frame(texture)
    assert not flow(frame, frame).any()


def test_a_translation_comes_back_as_u_then_v(texture):
    found = flow(as_frame(texture), as_frame(moved(texture, 1.55, 0.62)))[:, 15:-15, 15:-15]
    assert found.shape[0] == 2
    assert abs(found[0].mean() - 1.55) < 0.06
    assert abs(found[1].mean() - 0.62) < 0.06


def test_swapping_the_frames_turns_the_flow_around(texture):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    forth, back = flow(first, second), flow(second, first)
    assert np.abs(forth + back)[:, 15:-15, 15:-15].mean() < 0.05


def test_an_unknown_backend_is_refused(texture):
    frame = as_frame(texture)
    with pytest.raises(ConfigError, match="Unknown flow backend 'tvl1_tosch'. Did you mean 'tvl1_torch'?"):
        flow(frame, frame, "tvl1_tosch")


def test_the_backends_are_these():
    assert sorted(BACKENDS) == ["dis", "farneback", "tvl1_opencv", "tvl1_skimage", "tvl1_torch"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_float_frames_beyond_one_are_refused(texture, backend):
    with pytest.raises(
        DataError, match="expected 0 to 1: OpenCV multiplies them by 255. Pass uint8, or divide"
    ):
        flow(texture, texture, backend)


@pytest.mark.parametrize("value", [np.nan, -0.1, np.inf])
def test_float_frames_that_are_no_grey_levels_are_refused(value):
    frame = np.full((20, 20), value, dtype=np.float32)
    with pytest.raises(DataError, match="expected 0 to 1"):
        flow(np.zeros_like(frame), frame)


@pytest.mark.parametrize("dtype", [np.int64, np.uint16, bool])
def test_other_types_are_refused(texture, dtype):
    frame = texture.astype(dtype)
    with pytest.raises(DataError, match="Expected frames of type uint8 or float, got"):
        flow(frame, frame)


@pytest.mark.parametrize("shape", [(96, 95), (96, 96, 3), (2, 96, 96)])
def test_frames_of_different_shapes_are_refused(texture, shape):
    with pytest.raises(DataError, match="Expected two grey frames of one shape"):
        flow(as_frame(texture), np.zeros(shape, np.uint8))


def test_dis_refuses_float_frames(texture):
    frame = texture / 255
    with pytest.raises(DataError, match="'dis' takes uint8 frames, got float32"):
        flow(frame, frame, "dis")


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_sees_no_motion_between_equal_frames(texture, backend):
    frame = as_frame(texture)
    found = flow(frame, frame, backend)
    assert found.shape == (2, 96, 96)
    assert found.dtype == np.float32
    if backend == "farneback":  # its polynomials do not know what lies beyond the border
        assert np.abs(found[:, 30:-30, 30:-30]).max() < 1e-5
    else:
        assert not found.any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_finds_a_translation(texture, backend):
    found = flow(as_frame(texture), as_frame(moved(texture, 1.55, 0.62)), backend)[:, 15:-15, 15:-15]
    assert abs(found[0].mean() - 1.55) < 0.06
    assert abs(found[1].mean() - 0.62) < 0.06


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_turns_around_with_the_frames(texture, backend):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    forth, back = flow(first, second, backend), flow(second, first, backend)
    assert np.abs(forth + back)[:, 15:-15, 15:-15].mean() < 0.05


@pytest.mark.parametrize("backend", sorted(set(BACKENDS) - {"dis"}))
def test_float_and_integer_frames_give_the_same_flow(texture, backend):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    ours = flow(first / 255, second / 255, backend)
    assert np.abs(ours - flow(first, second, backend)).mean() < 1e-4


def test_without_a_name_it_is_opencvs_flow(texture):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    np.testing.assert_array_equal(flow(first, second), flow(first, second, "tvl1_opencv"))


@pytest.mark.parametrize("backend", ["tvl1_torch", "farneback"])
def test_several_pairs_are_as_each_alone(texture, backend):
    first = np.stack([as_frame(texture), as_frame(moved(texture, 0.4, 0.1))])
    second = np.stack([as_frame(moved(texture, 0.8, -0.5)), as_frame(texture)])
    together = flows(first, second, backend)
    assert together.shape == (2, 2, 96, 96)
    for pair in range(2):
        np.testing.assert_array_equal(together[pair], flow(first[pair], second[pair], backend))


@pytest.mark.parametrize("backend", ["tvl1_torch", "tvl1_opencv"])
def test_pairs_of_float_frames_count_in_grey_levels(texture, backend):
    first, second = as_frame(texture)[None], as_frame(moved(texture, 0.8, -0.5))[None]
    ours = flows(first.astype(np.float32), second.astype(np.float32), backend)
    assert np.abs(ours - flows(first, second, backend)).mean() < 1e-4


@pytest.mark.parametrize(
    ("backend", "settings"), [("tvl1_skimage", {"attachment": 15}), ("tvl1_torch", {"warps": 1})]
)
def test_settings_reach_the_backend(texture, backend, settings):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    assert (flow(first, second, backend, **settings) != flow(first, second, backend)).any()
