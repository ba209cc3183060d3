import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip
from mer.preprocessing.apex_spotting import divide_and_conquer, largest_cell_ratio
from mer.preprocessing.steps.apex import ApexParams, apply


@pytest.fixture
def clip():
    """A face whose mouth brightens until frame 6 of ten, and landmarks around it."""
    frames = np.full((10, 120, 120), 100, np.uint8)
    frames += np.random.default_rng(0).integers(0, 3, (120, 120), dtype=np.uint8)
    for t in range(10):
        frames[t, 80:100, 40:80] += np.uint8(60 * np.exp(-((t - 6) ** 2) / 4))
    points = np.tile([60.0, 60.0], (68, 1))
    points[17:22, 1], points[22:27, 1] = 30, 30
    points[17:22, 0], points[22:27, 0] = np.linspace(25, 50, 5), np.linspace(70, 95, 5)
    points[36:42] = np.array([[30, 42], [34, 39], [40, 39], [46, 42], [40, 45], [34, 45]])
    points[42:48] = points[36:42] + np.array([44, 0])
    points[48:68] = np.array([[60 + 20 * np.cos(a), 90 + 8 * np.sin(a)] for a in np.linspace(0, 6, 20)])
    points[48], points[54], points[8] = (40, 90), (80, 90), (60, 112)
    points[31], points[35] = (52, 65), (68, 65)
    return Clip(frames, 0, None, 9, 100.0, points)


@pytest.mark.parametrize("spotting", ["difference", "deviation"])
def test_spotting_by_frames(clip, spotting):
    assert apply(clip, ApexParams(spotting=spotting)).apex == 6


@pytest.mark.parametrize(
    ("spotting", "rule"), [("ten_cells", largest_cell_ratio), ("divide_and_conquer", divide_and_conquer)]
)
def test_spotting_by_landmarks(clip, spotting, rule):
    assert apply(clip, ApexParams(spotting=spotting)).apex == rule(clip.frames, clip.landmarks)
    with pytest.raises(DataError, match="without landmarks"):
        apply(Clip(clip.frames, 0, None, 9), ApexParams(spotting=spotting))


def test_colour_is_looked_at_in_grey(clip):
    coloured = Clip(np.repeat(clip.frames[..., None], 3, axis=3), 0, None, 9)
    assert apply(coloured, ApexParams(spotting="difference")).apex == 6


def test_the_middle_is_the_earlier_of_two(clip):
    assert apply(clip, ApexParams()).apex == 4


def test_spotting_every_apex_and_none_exclude_each_other():
    with pytest.raises(ValueError, match="leave one of them out"):
        ApexParams(source="spotted", spotting="refuse")
