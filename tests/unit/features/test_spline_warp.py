import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, map_coordinates, spline_filter

from mer.features.spline_warp import resize, smooth, spline_coefficients, warp

PLANES = np.random.default_rng(0).normal(0, 50, (2, 23, 17)).astype(np.float32)


def test_coefficients_are_those_of_scipy():
    ours = spline_coefficients(torch.from_numpy(PLANES)).numpy()
    theirs = np.stack([spline_filter(plane, order=3, mode="reflect") for plane in PLANES])
    np.testing.assert_allclose(ours, theirs, atol=2e-3)


def test_a_spline_passes_through_the_pixels():
    values, _ = warp(spline_coefficients(torch.from_numpy(PLANES)), torch.zeros(2, 2, 23, 17))
    np.testing.assert_allclose(values.numpy(), PLANES, atol=1e-3)


def test_values_between_pixels_are_those_of_scipy():
    flow = np.random.default_rng(1).uniform(-2, 2, (2, 2, 23, 17)).astype(np.float32)
    y, x = np.mgrid[:23, :17]
    values, _ = warp(spline_coefficients(torch.from_numpy(PLANES)), torch.from_numpy(flow))
    for plane, (u, v), value in zip(PLANES, flow, values.numpy(), strict=True):
        at = [np.clip(y + v, 0, 22), np.clip(x + u, 0, 16)]
        np.testing.assert_allclose(value, map_coordinates(plane, at, order=3, mode="reflect"), atol=2e-3)


def test_slopes_of_a_surface_are_exact():
    y, x = np.mgrid[:40, :40].astype(np.float32)
    surface = torch.from_numpy(0.01 * x**2 + 0.02 * x * y - 0.3 * y)[None]
    flow = torch.full((1, 2, 40, 40), 0.3)
    _, slopes = warp(spline_coefficients(surface), flow)
    x, y = x + 0.3, y + 0.3
    inside = (slice(15, -15), slice(15, -15))
    np.testing.assert_allclose(slopes[0, 0].numpy()[inside], (0.02 * x + 0.02 * y)[inside], atol=1e-4)
    np.testing.assert_allclose(slopes[0, 1].numpy()[inside], (0.02 * x - 0.3)[inside], atol=1e-4)


@pytest.mark.parametrize(
    ("u", "v", "row", "column"), [(50, 0, None, -1), (-50, 0, None, 0), (0, 50, -1, None)]
)
def test_beyond_the_border_there_is_no_slope(u, v, row, column):
    flow = torch.tensor([float(u), float(v)]).view(1, 2, 1, 1).expand(1, 2, 23, 17).contiguous()
    values, slopes = warp(spline_coefficients(torch.from_numpy(PLANES[:1])), flow)
    assert not slopes.any()
    border = PLANES[0][:, [column]] if row is None else PLANES[0][[row]]
    np.testing.assert_allclose(values[0].numpy(), np.broadcast_to(border, (23, 17)), atol=1e-3)


def test_smoothing_is_that_of_scipy():
    ours = smooth(torch.from_numpy(PLANES), 0.8).numpy()
    theirs = np.stack([gaussian_filter(plane, 0.8, mode="reflect", radius=4) for plane in PLANES])
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_smoothing_by_nothing_changes_nothing():
    planes = torch.from_numpy(PLANES)
    assert smooth(planes, 0) is planes


def test_filters_may_be_wider_than_the_plane():
    assert smooth(torch.ones(1, 2, 3), 5.0).numpy() == pytest.approx(1)


def test_halving_averages_pairs_of_pixels():
    planes = torch.arange(16.0).reshape(1, 4, 4)
    assert resize(planes, (2, 2)).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]


def test_resizing_to_the_same_size_changes_nothing():
    planes = torch.from_numpy(PLANES)
    assert torch.equal(resize(planes, (23, 17)), planes)


def test_enlarging_keeps_ramps_and_borders():
    assert resize(torch.tensor([[[0.0, 4.0]]]), (1, 4)).tolist() == [[[0.0, 1.0, 3.0, 4.0]]]
