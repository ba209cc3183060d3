import numpy as np
import pytest

from mer.core.errors import DataError
from mer.core.types import Clip, Reading
from mer.features.flow_sequence import FlowSequence, FlowSequenceParams
from mer.features.optical_flow import flow


@pytest.fixture
def clip(tiny_demo):
    """Three frames of a clip."""

    def choose(n_frames, apex):
        return Reading((0, n_frames // 4, n_frames // 2))

    return tiny_demo.read_clip(tiny_demo.index().samples[0], choose=choose)


@pytest.mark.parametrize(
    ("pairs", "expected"), [("consecutive", [(0, 1), (1, 2)]), ("from_onset", [(0, 1), (0, 2)])]
)
def test_the_flow_is_that_of_the_pairs(clip, pairs, expected):
    params = FlowSequenceParams(pairs=pairs, flow="dis", channels="u_v", scaling="pixels", size=16)
    images = FlowSequence(params).compute(clip)
    assert images.shape == (2, 2, 16, 16)
    for image, (a, b) in zip(images, expected, strict=True):
        field = flow(clip.frames[a], clip.frames[b], "dis")
        # Averaging over areas keeps the mean, whichever the size.
        assert np.allclose(image.mean(axis=(1, 2)), field.mean(axis=(1, 2)), atol=1e-3)


def test_one_frame_has_no_flow():
    with pytest.raises(DataError, match="needs two frames, the clip has 1"):
        FlowSequence(FlowSequenceParams()).compute(Clip(np.zeros((1, 40, 40), np.uint8), 0, 0, 0))


def test_frames_between_grey_levels_are_taken(clip):
    params = FlowSequenceParams(flow="tvl1_torch", scaling="pixels")
    exact = Clip(clip.frames.astype(np.float32), 0, None, 2)
    images = FlowSequence(params).compute(exact)
    assert np.allclose(images, FlowSequence(params).compute(clip), atol=1e-4)
