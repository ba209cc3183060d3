"""What all methods that train a network share."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from torch import nn

from mer.core.types import Samples
from mer.methods import METHODS
from mer.methods.network import FittedNetwork, FlowNetworkParams
from mer.training.design import softmax_scores


class LeftHalf(nn.Module):
    """Scores the first channel and the second, each by the sum of its left column."""

    def __init__(self):
        super().__init__()
        self.one = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return self.one * x[:, :, :, 0].sum(dim=2)


def test_scores_of_an_image_and_its_mirror_image_are_averaged():
    # Two channels of one row of two pixels; u turns around: 1 less its mirror image.
    images = np.array([[[[0.9, 0.2]], [[0.4, 0.7]]]])
    plain = FittedNetwork((LeftHalf(),), softmax_scores, "raw")
    both = FittedNetwork((LeftHalf(),), softmax_scores, "raw", mirror=(1.0,))
    samples = Samples(("x",), images)
    seen, mirrored = (
        torch.softmax(torch.tensor([logits]).double(), 1) for logits in ([0.9, 0.4], [0.8, 0.7])
    )
    assert plain.predict_proba(samples) == pytest.approx(seen.numpy(), abs=1e-6)
    assert both.predict_proba(samples) == pytest.approx((seen + mirrored).numpy() / 2, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"input_scaling": "raw"}, 255.0),
        ({"input_scaling": "unit"}, 1.0),
        ({"input_scaling": "standardised"}, 0.0),
        ({"input_scaling": "raw", "flow_image": {"scaling": "pixels"}}, 0.0),
        ({"flow_image": {"scaling": "range_255", "channels": "u_v"}}, 1.0),
    ],
)
def test_flow_and_its_mirror_image_add_up_to_what_the_scaling_says(settings, expected):
    assert FlowNetworkParams.from_plain(settings).mirror_sum == expected


def test_the_other_scaling_that_fr_names_can_be_set():
    named = {"flow_image": {"channels": "u_v", "scaling": "range_255"}}
    assert METHODS["fr"].params.from_plain(named).flow_image.range_px == 10


def test_flow_is_not_brightened():
    with pytest.raises(ValidationError, match="leave 'brightness' out"):
        METHODS["ststnet"].params.from_plain({"augmentation": {"brightness": 0.1}})
