import cv2
import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.features.flow_hsv import SPEC, FlowHsv, FlowHsvParams, coloured, saturation


def test_colours_of_directions_by_hand():
    """Right, down, left and up are 0, 90, 180 and 270 degrees: red, chartreuse, cyan and violet."""
    field = np.array([[[2.0, 0.0, -2.0, 0.0, 0.0, 1.0]], [[0.0, 2.0, 0.0, -2.0, 0.0, 0.0]]])
    image = coloured(field, np.ones((1, 6)))
    assert image.dtype == np.uint8
    assert image.shape == (1, 6, 3)
    # The last is half as long as the longest: half as bright.
    expected = [[255, 0, 0], [128, 255, 0], [0, 255, 255], [128, 0, 255], [0, 0, 0], [128, 0, 0]]
    assert np.abs(image[0].astype(int) - expected).max() <= 1


def test_saturation_fades_to_white():
    field = np.array([[[0.0, 2.0, 2.0, 2.0]], [[0.0, 0.0, 0.0, 0.0]]])
    image = coloured(field, np.array([[1.0, 0.0, 0.5, 1.0]]))
    expected = [[0, 0, 0], [255, 255, 255], [255, 128, 128], [255, 0, 0]]
    assert np.abs(image[0].astype(int) - expected).max() <= 1


def test_lengths_span_every_image():
    """Lengths 3, 4 and 5 are shown as 0, a half and 1."""
    field = np.array([[[3.0, 4.0, 5.0]], [[0.0, 0.0, 0.0]]])
    assert coloured(field, np.ones((1, 3)))[0, :, 0].tolist() == pytest.approx([0, 128, 255], abs=1)
    assert not coloured(np.ones((2, 1, 3)), np.ones((1, 3))).any()


def test_saturation_by_hand():
    frame = np.array([[[200, 100, 50], [7, 7, 7], [0, 0, 0], [0, 9, 0]]], np.uint8)
    assert saturation(frame).tolist() == [[0.75, 0.0, 0.0, 1.0]]
    assert np.array_equal(
        saturation(frame), cv2.cvtColor(frame.astype(np.float32), cv2.COLOR_RGB2HSV)[..., 1]
    )


@pytest.fixture
def moving():
    """A reddish texture that moves a pixel to the right in its left half, behind a frame that is looked at not."""
    rng = np.random.default_rng(0)
    texture = cv2.GaussianBlur(rng.uniform(0, 255, (128, 160)).astype(np.float32), (0, 0), 2)
    texture = 255 * (texture - texture.min()) / np.ptp(texture)
    later = texture.copy()
    later[:, 1:80] = texture[:, :79]
    grey = np.stack([texture, texture[::-1], later])
    frames = np.stack([grey, grey / 2, grey / 2], axis=3).astype(np.uint8)
    return Clip(frames, 0, 2, 2)


def test_movement_to_the_right_is_red_and_rest_is_dark(moving):
    image = FlowHsv(FlowHsvParams(size=40)).compute(moving).astype(float)
    assert image.shape == (3, 40, 40)
    left, right = image[:, 8:32, 4:16], image[:, 8:32, 24:]
    assert left[0].mean() > 150
    assert right.mean() < 30
    # Saturation is a half, so that the other colours are half as bright.
    assert left[1].mean() == pytest.approx(left[0].mean() / 2, rel=0.15)


def test_the_flow_has_the_settings_of_the_authors(moving):
    onset, apex = (cv2.cvtColor(moving.frames[row], cv2.COLOR_RGB2GRAY) for row in (0, 2))
    field = cv2.calcOpticalFlowFarneback(onset, apex, None, 0.5, 1, 15, 2, 5, 1.1, 0).transpose(2, 0, 1)
    expected = cv2.resize(
        coloured(field, saturation(moving.frames[2])), (32, 32), interpolation=cv2.INTER_AREA
    )
    image = FlowHsv(FlowHsvParams(size=32)).compute(moving)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert np.array_equal(image, expected.transpose(2, 0, 1))


def test_images_grow_linearly(moving):
    native = FlowHsv(FlowHsvParams(size=64)).compute(Clip(moving.frames[:, 32:96, :64], 0, 2, 2))
    large = FlowHsv(FlowHsvParams(size=128)).compute(Clip(moving.frames[:, 32:96, :64], 0, 2, 2))
    expected = cv2.resize(native.transpose(1, 2, 0), (128, 128), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(large, expected.transpose(2, 0, 1))


def test_frames_that_were_interpolated_are_taken(moving):
    floats = Clip(moving.frames.astype(np.float32), 0, 2, 2)
    bytes_, floats_ = (FlowHsv(FlowHsvParams(size=40)).compute(clip).astype(int) for clip in (moving, floats))
    # Grey levels are rounded for bytes only.
    assert np.abs(bytes_ - floats_).mean() < 2


def test_nothing_moves_in_grey():
    clip = Clip(np.full((2, 24, 24, 3), 90, np.uint8), 0, 1, 1)
    assert not FlowHsv(FlowHsvParams(size=24)).compute(clip).any()


def test_what_is_missing_is_said():
    frames = np.zeros((3, 20, 20, 3), np.uint8)
    with pytest.raises(DataError, match="needs an apex frame"):
        FlowHsv(FlowHsvParams()).compute(Clip(frames, 0, None, 2))
    with pytest.raises(DataError, match="frames in colour, got shape \\(3, 20, 20\\)"):
        FlowHsv(FlowHsvParams()).compute(Clip(frames[..., 0], 0, 1, 2))


def test_it_asks_for_two_frames_in_colour():
    assert SPEC.looks_at(FlowHsvParams()) == "onset_apex"
    assert SPEC.colour(FlowHsvParams())
    assert SPEC.takes_floats(FlowHsvParams())
    assert not SPEC.accepts_flow_images
