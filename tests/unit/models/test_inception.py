"""Sizes of the Inception backbone, and values through weights set by hand."""

import math

import pytest
import torch

from mer.models.inception import DualInception, InceptionBlock, InceptionStream
from mer.models.layers import BatchNorm2d


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("n_classes", "stream_channels", "expected"),
    [
        (3, 1, 6_449_867),
        (4, 1, 6_450_892),
        (5, 1, 6_451_917),
        (3, 3, 6_449_963),
        (4, 3, 6_450_988),
        (5, 3, 6_452_013),
    ],
)
def test_parameter_counts(n_classes, stream_channels, expected):
    with torch.device("meta"):
        assert count(DualInception(n_classes, stream_channels)) == expected


def test_table_7_of_feature_refinement_is_half_a_percent_above():
    with torch.device("meta"):
        assert count(DualInception(3)) == pytest.approx(6.4803e6, rel=0.005)


@pytest.mark.parametrize(
    ("n_channels", "batch_norm", "expected"), [(1, False, 11_620), (3, False, 11_668), (1, True, 11_884)]
)
def test_parameters_of_a_stream(n_channels, batch_norm, expected):
    assert count(InceptionStream(n_channels, batch_norm)) == expected


def test_shared_streams_share_their_weights():
    assert count(DualInception(3)) - count(DualInception(3, shared_streams=True)) == 11_620
    assert len(DualInception(3, shared_streams=True).backbone.streams) == 1


@torch.no_grad()
def test_a_block_joins_the_four_branches():
    """One bright pixel of 2 on a ground of 1, all weights 1, biases 0, one filter.

    1x1: the image. 3x3: the sum of the 3x3 neighbourhood, nine and one more near the pixel, and less
    at the edge, as the maps are padded with zeros. 5x5 likewise. Pooling: 2 within one pixel's distance.
    """
    block = InceptionBlock(1, 1)
    for parameter in block.parameters():
        parameter.fill_(1.0 if parameter.ndim == 4 else 0.0)
    image = torch.ones(1, 1, 7, 7)
    image[0, 0, 3, 3] = 2.0
    pixel, small, large, pooled = block(image)[0]
    assert torch.equal(pixel, image[0, 0])
    assert small[3].tolist() == [6, 9, 10, 10, 10, 9, 6]
    assert small[0, 0] == 4
    assert large[3].tolist() == [15, 21, 26, 26, 26, 21, 15]
    assert large[0, 0] == 9
    assert pooled[3].tolist() == [1, 1, 2, 2, 2, 1, 1]


@torch.no_grad()
def test_negative_values_are_cut_after_every_convolution():
    block = InceptionBlock(1, 1)
    for parameter in block.parameters():
        parameter.fill_(-1.0 if parameter.ndim == 4 else 0.0)
    assert not block(torch.ones(1, 1, 7, 7)).any()


def test_batch_normalisation_follows_every_convolution():
    plain, normalised = InceptionStream(1), InceptionStream(1, batch_norm=True)
    assert not [m for m in plain.modules() if isinstance(m, BatchNorm2d)]
    layers = [m for m in normalised.modules() if isinstance(m, BatchNorm2d)]
    assert [layer.num_features for layer in layers] == [6] * 6 + [16] * 6
    assert {(layer.eps, layer.momentum) for layer in layers} == {(1e-3, 0.01)}


@torch.no_grad()
def test_a_stream_pools_by_two_twice():
    assert InceptionStream(1)(torch.rand(2, 1, 28, 28)).shape == (2, 64 * 7 * 7)


@torch.no_grad()
def test_u_goes_through_the_first_stream_and_v_through_the_second():
    network = DualInception(3).eval()
    images = torch.rand(2, 3, 28, 28)
    first, second = network.backbone.streams
    vectors = torch.cat([first(images[:, :1]), second(images[:, 1:2])], dim=1)
    expected = network.classifier(torch.relu(network.backbone.shared(vectors)))
    torch.testing.assert_close(network(images), expected)


@torch.no_grad()
def test_strain_is_not_looked_at():
    network, images = DualInception(3).eval(), torch.rand(2, 3, 28, 28)
    assert torch.equal(network(images), network(images[:, :2]))


@torch.no_grad()
def test_three_channels_are_one_plane_three_times():
    """Filters that see the plane three times act as one filter of their sum."""
    network, images = DualInception(3, stream_channels=3).eval(), torch.rand(2, 2, 28, 28)
    single = DualInception(3).eval()
    weights = network.state_dict()
    target = single.state_dict()
    single.load_state_dict(
        {
            key: value if value.shape == target[key].shape else value.sum(1, keepdim=True)
            for key, value in weights.items()
        }
    )
    torch.testing.assert_close(network(images), single(images))


def test_weights_are_glorot_uniform_and_biases_zero():
    torch.manual_seed(0)
    network = DualInception(4)
    bound = math.sqrt(6 / (6272 + 1024))
    weights = network.backbone.shared.weight.detach()
    assert bound * 0.999 < weights.abs().max() <= bound
    assert weights.std() == pytest.approx(bound / math.sqrt(3), rel=0.01)
    assert network.classifier.weight.abs().max() <= math.sqrt(6 / (1024 + 4))
    five_by_five = network.backbone.streams[0].second.branches[2][2].weight
    assert math.sqrt(6 / (2 * 16 * 25)) * 0.99 < five_by_five.abs().max() <= math.sqrt(6 / (2 * 16 * 25))
    assert not any(p.any() for key, p in network.named_parameters() if key.endswith("bias"))
