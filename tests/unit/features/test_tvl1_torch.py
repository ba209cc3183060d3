import cv2
import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.ndimage import map_coordinates

from mer.core.errors import DataError
from mer.features.tvl1_torch import TVL1Settings, median, scale_sizes, tvl1_batch

IPOL = TVL1Settings()
INSIDE = (..., slice(15, -15), slice(15, -15))


def texture(seed=0, shape=(96, 80)):
    smooth = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=shape), (0, 0), 2)
    return smooth / np.abs(smooth).max() * 100 + 128


def moved(image, u, v):
    # OpenCV's cubic interpolation would move by 0.071 instead of 0.05.
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    return map_coordinates(image, [y - v, x - u], order=5, mode="reflect")


def frames(*images):
    return torch.from_numpy(np.rint(np.stack(images)).astype(np.uint8))


def flow_of(first, second, settings=IPOL):
    return tvl1_batch(frames(first), frames(second), settings)[0].numpy()


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.bool])
def test_other_types_are_refused(dtype):
    pair = torch.zeros(1, 20, 20, dtype=dtype)
    with pytest.raises(DataError, match="Expected frames of type uint8 or float32, got torch"):
        tvl1_batch(pair, pair, IPOL)


@pytest.mark.parametrize(("one", "other"), [((1, 9, 9), (1, 9, 8)), ((9, 9), (9, 9)), ((0, 9, 9), (0, 9, 9))])
def test_what_is_no_batch_of_pairs_is_refused(one, other):
    with pytest.raises(DataError, match="two batches of the same shape \\(N, H, W\\)"):
        tvl1_batch(torch.zeros(one), torch.zeros(other), IPOL)


@pytest.mark.parametrize("wrong", [{"median": 2}, {"tau": 0.3}, {"epsilon": 0.01}, {"theta": 0.0}])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValidationError):
        TVL1Settings(**wrong)


def test_a_batch_gives_one_float32_field_per_pair():
    first = frames(texture(0), texture(1), texture(2))
    flow = tvl1_batch(first, first.float(), IPOL)
    assert flow.shape == (3, 2, 96, 80)
    assert flow.dtype == torch.float32


def test_frames_of_a_few_pixels_are_taken():
    assert tvl1_batch(frames(texture()[:2, :3]), frames(texture()[2:4, :3]), IPOL).isfinite().all()


def test_the_scales_are_limited():
    assert len(scale_sizes(170, 140, TVL1Settings(scales=2))) == 2
    assert len(scale_sizes(340, 280, IPOL)) == 5
    assert scale_sizes(5, 5, IPOL) == [(5, 5)]


def test_equal_frames_do_not_move():
    first = frames(*np.random.default_rng(0).integers(0, 256, (2, 61, 47)))
    assert not tvl1_batch(first, first.clone(), IPOL).any()


def test_frames_without_texture_do_not_move():
    assert not flow_of(np.full((40, 40), 100), np.full((40, 40), 120)).any()


@pytest.mark.parametrize("settings", [IPOL, TVL1Settings(median=3), TVL1Settings(zoom=0.8, scales=5)])
def test_a_translation_comes_back_as_u_then_v(settings):
    flow = flow_of(texture(), moved(texture(), 1.55, 0.62), settings)[INSIDE]
    assert abs(flow[0].mean() - 1.55) < 0.06
    assert abs(flow[1].mean() - 0.62) < 0.06


@pytest.mark.parametrize("size", [0.05, 0.1, 0.2, 0.5])
def test_small_motions_are_not_shrunk(size):
    noise = np.random.default_rng(1).normal(0, 1, (2, 96, 80))
    flow = flow_of(texture() + noise[0], moved(texture(), size, -size) + noise[1])[INSIDE]
    assert flow[0].mean() == pytest.approx(size, rel=0.05)
    assert flow[1].mean() == pytest.approx(-size, rel=0.05)


def test_a_motion_of_many_pixels_is_found_by_the_coarse_scales():
    flow = flow_of(texture(), moved(texture(), 6, -4))[INSIDE]
    assert np.abs(flow - np.array([6, -4])[:, None, None]).mean() < 0.06


def test_swapping_the_frames_turns_the_flow_around():
    image, other = texture(), moved(texture(), 0.8, -0.5)
    assert np.abs(flow_of(image, other) + flow_of(other, image))[INSIDE].mean() < 0.05


@pytest.mark.parametrize("settings", [IPOL, TVL1Settings(tau=0.23, median=3)])
def test_a_pair_does_not_see_its_companions(settings):
    images = [texture(seed, (53, 41)) for seed in range(5)]
    first, second = frames(*images), frames(*(moved(image, 0.7, i - 2) for i, image in enumerate(images)))
    alone = torch.cat([tvl1_batch(first[i : i + 1], second[i : i + 1], settings) for i in range(5)])
    for at_once in (1, 3, 8):
        assert torch.equal(tvl1_batch(first, second, settings, at_once=at_once), alone)


def test_the_number_of_threads_changes_neither_the_flow_nor_itself():
    first, second = frames(*map(texture, range(3))), frames(*(moved(texture(i), i, 1) for i in range(3)))
    before = torch.get_num_threads()
    try:
        flows = []
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            flows.append(tvl1_batch(first, second, IPOL))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert torch.equal(flows[0], flows[1])
    assert torch.equal(flows[0], flows[2])


def test_the_frames_stay_as_they_were():
    first, second = frames(texture()).float(), frames(moved(texture(), 1, 0)).float()
    before = first.clone(), second.clone()
    tvl1_batch(first, second, IPOL)
    assert torch.equal(first, before[0])
    assert torch.equal(second, before[1])


def test_the_median_of_a_window():
    plane = torch.zeros(1, 5, 5)
    plane[0, 2, 2] = 9
    assert not median(plane, 3).any()
    assert torch.equal(median(plane + 1, 5), torch.ones(1, 5, 5))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a graphics card")
def test_the_graphics_card_finds_the_same_flow():
    first, second = frames(texture(0), texture(1)), frames(moved(texture(0), 1, 0), moved(texture(1), 0, 1))
    there = tvl1_batch(first.cuda(), second.cuda(), IPOL).cpu()
    assert (there - tvl1_batch(first, second, IPOL)).abs().max() < 0.01
