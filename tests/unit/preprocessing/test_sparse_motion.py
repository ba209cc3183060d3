import numpy as np
import pytest

from mer.core.errors import DataError
from mer.preprocessing.sparse_motion import sparse_motion


def test_a_clip_that_stands_still_has_no_sparse_part():
    frame = np.random.default_rng(0).uniform(0, 255, (12, 10))
    assert abs(sparse_motion(np.repeat(frame[None], 6, axis=0))).max() < 1e-3


def test_a_spike_on_a_clip_of_rank_one_is_found_where_it_is():
    rng = np.random.default_rng(1)
    clip = rng.uniform(50, 100, 8)[:, None, None] * rng.uniform(0.5, 1, (20, 15))
    spoilt = clip.copy()
    spoilt[3, 7, 4] += 60
    found = sparse_motion(spoilt)
    assert found[3, 7, 4] == pytest.approx(60, abs=1)
    rest = found.copy()
    rest[3, 7, 4] = 0
    assert abs(rest).max() < 1


def test_both_parts_add_up_to_the_clip_and_the_input_is_left_alone():
    clip = np.random.default_rng(2).integers(0, 256, (5, 9, 7), dtype=np.uint8)
    before = clip.copy()
    low_rank = clip - sparse_motion(clip)
    assert np.array_equal(clip, before)
    # Random frames are not of low rank; a high price leaves everything in that part all the same.
    assert abs(sparse_motion(clip, weight=10.0)).max() < 1e-3
    assert low_rank.shape == clip.shape


def test_a_black_clip_has_no_sparse_part():
    assert not sparse_motion(np.zeros((4, 5, 6), np.uint8)).any()


def test_another_shape_is_refused():
    with pytest.raises(DataError, match=r"shape \(T, H, W\), got \(3, 4\)"):
        sparse_motion(np.zeros((3, 4)))
