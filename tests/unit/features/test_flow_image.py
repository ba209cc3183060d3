import numpy as np
import pytest
from pydantic import ValidationError

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.features.flow_image import FlowImage, FlowImageParams
from mer.features.flow_maps import FlowMapParams, image_of_flow, minmax_255, range_255
from mer.features.optical_flow import flow


def test_minmax_spans_every_channel():
    image = np.array([[[0.0, 1.0], [2.0, 4.0]], [[5.0, 5.0], [5.0, 5.0]]])
    assert minmax_255(image).tolist() == [[[0, 64], [128, 255]], [[0, 0], [0, 0]]]


def test_a_fixed_range_keeps_zero_and_amplitude():
    """-20, -10, 0, 5 and 10 pixels of a range of 10: 127.5 times 0, 0, 1, 1.5 and 2."""
    u = np.tile([-20.0, -10.0, 0.0, 5.0, 10.0], (5, 1))
    params = FlowMapParams(size=8, channels="u_v", scaling="range_255", range_px=10.0)
    assert range_255(np.stack([u, u.T]), 10.0)[0, 0].tolist() == [0, 0, 128, 191, 255]
    image = image_of_flow(np.zeros((2, 16, 16)), params)
    assert image.dtype == np.uint8
    assert (image == 128).all()
    with pytest.raises(ValidationError, match="set 'channels: u_v'"):
        FlowMapParams(scaling="range_255")


def test_an_image_of_a_clip(tiny_demo):
    clip = tiny_demo.read_clip(tiny_demo.index().samples[0])
    image = FlowImage(FlowImageParams()).compute(clip)
    assert image.shape == (3, 28, 28)
    assert image.dtype == np.uint8
    assert (image.min(axis=(1, 2)) == 0).all()
    assert (image.max(axis=(1, 2)) == 255).all()
    pixels = FlowImage(FlowImageParams(scaling="pixels", size=12)).compute(clip)
    assert pixels.shape == (3, 12, 12)
    assert pixels.dtype == np.float32
    assert (pixels[2] >= 0).all()


def test_images_larger_than_the_frames_have_no_steps():
    ramp = np.tile(np.arange(8.0), (8, 1))
    image = image_of_flow(np.stack([ramp, ramp.T]), FlowMapParams(size=24, channels="u_v", scaling="pixels"))
    assert image.shape == (2, 24, 24)
    # A third of a pixel from one to the next, but at the edges.
    assert np.diff(image[0], axis=1)[:, 1:-1] == pytest.approx(1 / 3, abs=1e-5)


def test_a_clip_without_apex_is_refused():
    clip = Clip(np.zeros((4, 40, 40), np.uint8), 0, None, 3)
    with pytest.raises(DataError, match="needs an apex frame"):
        FlowImage(FlowImageParams()).compute(clip)


def test_the_third_channel_is_strain_or_length_or_left_off(tiny_demo):
    clip = tiny_demo.read_clip(tiny_demo.index().samples[0])
    images = {
        name: FlowImage(FlowImageParams(channels=name, scaling="pixels", flow="dis")).compute(clip)
        for name in ("u_v_strain", "u_v_magnitude", "u_v")
    }
    assert images["u_v"].shape == (2, 28, 28)
    assert np.array_equal(images["u_v"], images["u_v_strain"][:2])
    # The length is averaged, so that it is at least the length of the averages.
    length = np.hypot(*images["u_v"])
    assert (images["u_v_magnitude"][2] >= length - 1e-5).all()
    assert not np.allclose(images["u_v_magnitude"][2], images["u_v_strain"][2])
    backward = FlowImageParams(differences="backward", scaling="pixels", flow="dis")
    assert not np.array_equal(FlowImage(backward).compute(clip), images["u_v_strain"])


def test_finished_images_must_be_what_would_be_computed():
    images = np.zeros((2, 3, 28, 28), np.uint8)
    assert np.shares_memory(FlowImage(FlowImageParams()).accept(images), images)
    with pytest.raises(DataError, match="expected \\(N, 3, H, W\\)"):
        FlowImage(FlowImageParams()).accept(images[:, :2])
    with pytest.raises(DataError, match="minmax_255"):
        FlowImage(FlowImageParams(scaling="pixels")).accept(images)
    with pytest.raises(DataError, match="u, v and strain"):
        FlowImage(FlowImageParams(channels="u_v_magnitude")).accept(images)
    assert FlowImage(FlowImageParams(channels="u_v")).accept(images).shape == (2, 2, 28, 28)


@pytest.mark.parametrize("backend", ["tvl1_skimage", "tvl1_torch", "farneback", "dis"])
def test_the_flow_may_be_computed_otherwise(tiny_demo, backend):
    sample = max(tiny_demo.index(), key=lambda sample: sample.offset - sample.onset)
    clip = tiny_demo.read_clip(sample)
    usual, other = (
        FlowImage(FlowImageParams(flow=name, scaling="pixels")).compute(clip)
        for name in ("tvl1_opencv", backend)
    )
    assert not np.array_equal(usual, other)
    assert np.corrcoef(usual[:2].ravel(), other[:2].ravel())[0, 1] > 0.5


def test_several_clips_at_once_give_what_each_gives_alone(tiny_demo):
    clips = [tiny_demo.read_clip(sample) for sample in tiny_demo.index().samples[:3]]
    clips.append(Clip(clips[0].frames[:, :40, :36], 0, 3, 5))
    for backend in ("tvl1_torch", "dis"):
        feature = FlowImage(FlowImageParams(flow=backend, scaling="pixels"))
        together = feature.compute_many(clips)
        assert all(np.array_equal(a, feature.compute(clip)) for a, clip in zip(together, clips, strict=True))


def test_of_several_clips_only_those_without_an_apex_fail(tiny_demo):
    clip = tiny_demo.read_clip(tiny_demo.index().samples[0])
    feature = FlowImage(FlowImageParams(flow="dis"))
    first, second = feature.compute_many([Clip(clip.frames, 0, None, 5), clip])
    assert isinstance(first, DataError)
    assert np.array_equal(second, feature.compute(clip))


def test_the_weight_of_scikit_images_data_term_can_be_chosen(tiny_demo):
    clip = tiny_demo.read_clip(tiny_demo.index().samples[0])
    usual, smooth = (
        FlowImage(FlowImageParams(flow="tvl1_skimage", attachment=weight, scaling="pixels")).compute(clip)
        for weight in (38.25, 15.0)
    )
    assert not np.array_equal(usual, smooth)
    expected = flow(clip.frames[0], clip.frames[clip.apex], "tvl1_skimage", attachment=15.0)
    assert smooth[0].mean() == pytest.approx(expected[0].mean(), abs=1e-3)


def test_finished_images_are_brought_to_the_size_that_is_asked_for():
    images = np.zeros((2, 3, 28, 28), np.uint8)
    images[1, 2] = 200
    images[0, 0, :, 14:] = 100  # the right half
    larger = FlowImage(FlowImageParams(size=56)).accept(images)
    assert larger.shape == (2, 3, 56, 56)
    assert (larger[1, 2] == 200).all()
    # Halfway between the middle pixels lies the edge; pixels beside it are a quarter and three quarters.
    assert larger[0, 0, 5, 26:30].tolist() == [0, 25, 75, 100]
    smaller = FlowImage(FlowImageParams(size=14)).accept(images)
    assert smaller[0, 0, 3].tolist() == [0] * 7 + [100] * 7
