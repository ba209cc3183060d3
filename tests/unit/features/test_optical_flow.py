import cv2
import numpy as np
import pytest

from mer.features.optical_flow import tvl1


@pytest.fixture
def texture():
    noise = np.random.default_rng(0).normal(size=(96, 96)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return smooth / np.abs(smooth).max() * 100 + 128


def moved(image, u, v):
    y, x = np.mgrid[0:96, 0:96].astype(np.float32)
    return cv2.remap(
        image, x - np.float32(u), y - np.float32(v), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def as_frame(image):
    return np.rint(image).astype(np.uint8)


def test_equal_frames_do_not_move(texture):
    frame = as_frame(texture)
    assert not tvl1(frame, frame).any()


def test_a_translation_comes_back_as_u_then_v(texture):
    flow = tvl1(as_frame(texture), as_frame(moved(texture, 1.55, 0.62)))[:, 15:-15, 15:-15]
    assert flow.shape[0] == 2
    assert abs(flow[0].mean() - 1.55) < 0.06
    assert abs(flow[1].mean() - 0.62) < 0.06


def test_swapping_the_frames_turns_the_flow_around(texture):
    first, second = as_frame(texture), as_frame(moved(texture, 0.8, -0.5))
    forth, back = tvl1(first, second), tvl1(second, first)
    assert np.abs(forth + back)[:, 15:-15, 15:-15].mean() < 0.05


def test_float_frames_are_refused(texture):
    with pytest.raises(TypeError, match="uint8"):
        tvl1(texture, texture)
