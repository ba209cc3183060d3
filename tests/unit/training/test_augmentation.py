import pytest
import torch

from mer.training.augmentation import augment
from tests.unit.training.conftest import draws_of

RAMP = torch.arange(16.0).view(1, 1, 4, 4)


def changed(images, mirror_sum=None, **columns):
    """Augment without looking at targets; the images themselves must stay as they are."""
    before = images.clone()
    result, _ = augment(images, torch.ones(len(images), 1), draws_of(len(images), **columns), mirror_sum)
    assert torch.equal(images, before)
    assert result.shape == images.shape
    return result


def close(first, second):
    return torch.allclose(first, second, atol=1e-4)


@pytest.mark.parametrize("shape", [(3, 2, 28, 27), (3, 2, 3, 28, 27)])
def test_neutral_draws_change_nothing(shape):
    images, targets = torch.randn(shape), torch.rand(3, 2)
    new_images, new_targets = augment(images, targets, draws_of(3), 1.0)
    assert torch.equal(new_images, images)
    assert torch.equal(new_targets, targets)


@pytest.mark.parametrize(
    ("mirror_sum", "flow"),
    [
        (255.0, [225, 235, 245]),  # 255 minus 30, 20, 10
        (1.0, [-29, -19, -9]),
        (0.0, [-30, -20, -10]),
        (None, [30, 20, 10]),
    ],
)
def test_mirrored_flow_changes_its_sign_and_other_channels_only_their_place(mirror_sum, flow):
    image = torch.tensor([[[10.0, 20, 30]], [[1, 2, 3]], [[4, 5, 6]]])
    result = changed(torch.stack([image, image]), mirror_sum, flipped=[0, 1])
    assert torch.equal(result[0], image)
    assert result[1].tolist() == [[flow], [[3, 2, 1]], [[6, 5, 4]]]


def test_a_shift_to_the_right_repeats_the_left_edge():
    result = changed(RAMP, shift_x=[0.25])  # a quarter of four pixels
    expected = torch.tensor([[0.0, 0, 1, 2], [4, 4, 5, 6], [8, 8, 9, 10], [12, 12, 13, 14]])
    assert close(result[0, 0], expected)


def test_a_shift_down_repeats_the_upper_edge():
    result = changed(RAMP, shift_y=[0.25])
    expected = torch.tensor([[0.0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]])
    assert close(result[0, 0], expected)


def test_a_quarter_turn_goes_clockwise():
    square = torch.tensor([[[[1.0, 2], [3, 4]]]])
    assert close(changed(square, angle=[90.0]), torch.tensor([[[[3.0, 1], [4, 2]]]]))
    assert close(changed(RAMP, angle=[90.0]), torch.rot90(RAMP, -1, (2, 3)))
    assert close(changed(RAMP, angle=[-90.0]), torch.rot90(RAMP, 1, (2, 3)))


def test_half_a_turn_swaps_both_sides():
    assert close(changed(RAMP, angle=[180.0]), RAMP.flip(2, 3))


def test_every_sample_is_turned_by_its_own_angle():
    result = changed(RAMP.repeat(3, 1, 1, 1), angle=[0.0, 90.0, 180.0])
    assert close(result, torch.cat([RAMP, torch.rot90(RAMP, -1, (2, 3)), RAMP.flip(2, 3)]))


def test_a_turned_image_is_shifted_as_it_lies_then():
    turned = torch.rot90(RAMP, -1, (2, 3))
    shifted = changed(turned, shift_x=[0.25], shift_y=[-0.25])
    assert close(changed(RAMP, angle=[90.0], shift_x=[0.25], shift_y=[-0.25]), shifted)


def test_mirroring_comes_before_turning():
    assert close(changed(RAMP, flipped=[1], angle=[90.0]), torch.rot90(RAMP.flip(3), -1, (2, 3)))


@pytest.mark.parametrize(
    ("scale", "columns"),
    [
        # Pixels lie at -1.5, -0.5, 0.5, 1.5 from the centre and come from half of that.
        (2.0, [0.75, 1.25, 1.75, 2.25]),
        # They come from -3, -1, 1, 3: columns -1.5, 0.5, 2.5, 4.5, kept within 0 to 3.
        (0.5, [0, 0.5, 2.5, 3]),
    ],
)
def test_a_scale_above_one_enlarges(scale, columns):
    across = torch.arange(4.0).expand(4, 4)
    result = changed(torch.stack([across, across.T])[None], scale=[scale])[0]
    expected = torch.tensor(columns).expand(4, 4)
    assert close(result, torch.stack([expected, expected.T]))


def test_brightness_is_a_factor_and_contrast_stretches_around_the_mean():
    images = torch.tensor([[[[0.0, 2]], [[4, 6]]]]).repeat(3, 1, 1, 1)
    result = changed(images, brightness=[1.5, 1, 1.5], contrast=[1, 0.5, 0.5])
    assert result[0].flatten().tolist() == [0, 3, 6, 9]
    # The mean of both channels is 3: half as far from it.
    assert result[1].flatten().tolist() == [1.5, 2.5, 3.5, 4.5]
    # 0, 3, 6, 9 around their mean of 4.5.
    assert result[2].flatten().tolist() == [2.25, 3.75, 5.25, 6.75]


def test_mixup_mixes_images_and_targets_alike():
    images = torch.tensor([0.0, 8, 16]).view(3, 1, 1, 1)
    mixed, targets = augment(images, torch.eye(3), draws_of(3, partner=[1, 2, 0], share=[0.75] * 3))
    # 3/4 of 0 and 1/4 of 8; 3/4 of 8 and 1/4 of 16; 3/4 of 16 and 1/4 of 0.
    assert mixed.flatten().tolist() == [2, 10, 12]
    assert targets.tolist() == [[0.75, 0.25, 0], [0, 0.75, 0.25], [0.25, 0, 0.75]]


def test_what_is_mixed_in_is_changed_too():
    images = torch.tensor([[1.0, 3], [10, 30]]).view(2, 1, 1, 2)
    result = changed(images, flipped=[0, 1], partner=[1, 0], share=[0.5, 0.5])
    # (1, 3) and the mirrored (30, 10) in equal parts, whoever is the partner.
    assert result.flatten().tolist() == [15.5, 6.5, 15.5, 6.5]


def test_frames_of_a_sample_are_changed_alike():
    torch.manual_seed(0)
    frames = torch.rand(2, 3, 2, 4, 4)
    how = {
        "flipped": [1, 0],
        "angle": [20.0, -35.0],
        "scale": [1.1, 0.9],
        "shift_x": [0.1, -0.2],
        "shift_y": [0.05, 0.3],
        "brightness": [0.8, 1.3],
        "partner": [1, 0],
        "share": [0.7, 0.7],
    }
    result = changed(frames, **how)
    for frame in range(3):
        assert close(result[:, frame], changed(frames[:, frame].contiguous(), **how))
    assert not close(result[:, 0], frames[:, 0])


def test_contrast_looks_at_all_frames_of_a_sample():
    frames = torch.tensor([0.0, 4, 8]).view(1, 3, 1, 1, 1)
    # The mean of the three frames is 4.
    assert changed(frames, contrast=[0.5]).flatten().tolist() == [2, 4, 6]
