"""Golden numbers and analytic clips of the LBP-TOP specification."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.features.lbp_top import PLANES, LbpTop, LbpTopParams, lbp_top_counts, plane_codes, uniform_bins


@pytest.fixture
def golden():
    t, y, x = np.mgrid[0:10, 0:24, 0:20]
    clip = ((37 * x + 59 * y + 83 * t + 11 * x * y + 7 * y * t + 13 * x * t) % 256).astype(np.uint8)
    assert clip.sum() == 613872
    return clip


def ramp(axis, size=(11, 12, 13)):
    return (10 * np.indices(size)[axis]).astype(np.uint8)


# Per plane: counts of the first bin, of the bin of all ones, and of the shared bin.
GOLDEN = {
    (1, 8, "nearest"): [(287, 279, 1262), (296, 304, 1283), (278, 280, 1192)],
    (1, 8, "bilinear"): [(511, 509, 635), (501, 509, 672), (454, 448, 647)],
    (3, 8, "nearest"): [(116, 107, 461), (99, 98, 460), (100, 112, 471)],
    (3, 8, "bilinear"): [(149, 138, 434), (135, 139, 430), (131, 132, 413)],
    (1, 4, "bilinear"): [(512, 510, 18), (502, 509, 17), (454, 448, 24)],
    (3, 4, "bilinear"): [(178, 173, 17), (166, 172, 8), (162, 153, 7)],
}


@pytest.mark.parametrize(("radius", "neighbours", "sampling"), GOLDEN)
def test_golden_counts(golden, radius, neighbours, sampling):
    counts = lbp_top_counts(golden, (1, 1), (radius,) * 3, neighbours, sampling)[0]
    found = [(int(plane[0]), int(plane[-2]), int(plane[-1])) for plane in counts]
    assert found == GOLDEN[radius, neighbours, sampling]


def test_golden_weighted_sums_and_totals(golden):
    counts = lbp_top_counts(golden, (1, 1), (1, 1, 1), 8, "nearest")[0]
    assert counts.sum(axis=1).tolist() == [3168] * 3
    assert (counts @ np.arange(59)).tolist() == [126157, 127437, 123404]
    assert lbp_top_counts(golden, (1, 1), (3, 3, 3), 8, "nearest")[0].sum(axis=1).tolist() == [1008] * 3


@pytest.mark.parametrize("sampling", ["nearest", "bilinear"])
@pytest.mark.parametrize("radius", [1, 2, 3])
@pytest.mark.parametrize(
    ("clip", "bins"),
    [
        (np.full((11, 12, 13), 70, np.uint8), (57, 57, 57)),
        (ramp(2), (39, 39, 57)),
        (ramp(1), (48, 57, 48)),
        (ramp(0), (57, 15, 39)),
    ],
    ids=["constant", "rising with x", "rising with y", "rising with t"],
)
def test_ramps_fill_one_bin_per_plane(clip, bins, radius, sampling):
    counts = lbp_top_counts(clip, (1, 1), (radius,) * 3, 8, sampling)[0]
    assert [plane.nonzero()[0].tolist() for plane in counts] == [[b] for b in bins]


def test_uniform_bins_has_p_times_p_minus_one_plus_three_bins():
    assert uniform_bins(4).max() + 1 == 15
    assert uniform_bins(8).max() + 1 == 59
    assert uniform_bins(8)[[0, 255, 5]].tolist() == [0, 57, 58]


def test_blocks_add_up_to_the_whole(golden):
    whole = lbp_top_counts(golden, (1, 1), (1, 1, 1), 8, "bilinear")[0]
    blocks = lbp_top_counts(golden, (3, 2), (1, 1, 1), 8, "bilinear")
    assert blocks.shape == (6, len(PLANES), 59)
    assert np.array_equal(blocks.sum(axis=0), whole)


def test_a_brighter_clip_has_the_same_codes(golden):
    dark = golden // 2
    for sampling in ("nearest", "bilinear"):
        first = lbp_top_counts(dark, (2, 2), (1, 1, 1), 8, sampling)
        assert np.array_equal(first, lbp_top_counts(dark + 50, (2, 2), (1, 1, 1), 8, sampling))


def test_a_neighbour_as_bright_as_its_centre_counts():
    volume = np.zeros((3, 3, 3), np.uint8)
    right = np.array([[0.0, 0.0, 1.0]])
    assert plane_codes(volume, right, (1, 1, 1), "nearest").tolist() == [[[1]]]
    volume[1, 1, 1] = 1
    assert plane_codes(volume, right, (1, 1, 1), "nearest").tolist() == [[[0]]]


def test_the_descriptor_sums_to_one_per_block_and_plane(golden):
    feature = LbpTop(LbpTopParams(block_rows=2, block_columns=3, radius_t=1))
    vector = feature.compute(Clip(golden, 0, 4, 9))
    assert vector.shape == (6 * 3 * 59,)
    assert np.allclose(vector.reshape(18, 59).sum(axis=1), 1)


def test_only_frames_from_onset_to_offset_count(golden):
    feature = LbpTop(LbpTopParams(radius_t=1))
    cut = Clip(golden[2:8], 0, None, 5)
    assert np.array_equal(feature.compute(Clip(golden, 2, None, 7)), feature.compute(cut))


def test_a_clip_that_is_too_short_is_refused(golden):
    with pytest.raises(DataError, match=r"needs more than twice as many frames.*\(8, 24, 20\)"):
        LbpTop(LbpTopParams(radius_t=4)).compute(Clip(golden, 0, None, 7))
