"""Sizes of the recurrent convolutional networks, blocks and attention worked out by hand."""

import math

import pytest
import torch
from torch.nn import functional

from mer.models.layers import set_keys
from mer.models.recurrent_convolution import (
    CellAverage,
    DenseShortcutBlock,
    RecurrentBlock,
    RecurrentConvolutionalNetwork,
    WideStem,
    class_attention,
)


def count(**settings):
    network = RecurrentConvolutionalNetwork(3, **settings)
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("variant", "expected"), [("attention", 51_139), ("dense_shortcuts", 88_195), ("wide", 48_067)]
)
def test_parameter_counts(variant, expected):
    assert count(**{variant: True}) == expected


def test_cells_and_maps_can_be_chosen():
    assert count(attention=True, pool_size=7) - count(attention=True) == (49 - 25) * 64 * 3
    small = RecurrentConvolutionalNetwork(3, wide=True, n_maps=32, pool_size=7)
    assert small(torch.rand(2, 3, 60, 60)).shape == (2, 3)
    assert small.classifier.in_features == 32 * 49


def prepare(sequential, weight):
    """One map, a filter of one weight at the centre, no shift; normalisation passes on."""
    convolution, normalisation, _ = sequential
    convolution.weight.zero_()
    convolution.bias.zero_()
    middle = convolution.weight.shape[-1] // 2
    convolution.weight[0, 0, middle, middle] = weight
    normalisation.eps = 0.0


@torch.no_grad()
def test_the_recurrent_block_by_hand():
    """x = 1: y = 2, then y = 0.5 (1 + 2) = 1.5, then y = 0.5 (1 + 1.5) = 1.25."""
    block = RecurrentBlock(1, dropout=0.0).eval()
    prepare(block.forward_convolution, 2.0)
    prepare(block.recurrent_convolution, 0.5)
    assert torch.equal(block(torch.ones(1, 1, 8, 8)), torch.full((1, 1, 4, 4), 1.25))


@torch.no_grad()
def test_the_block_with_shortcuts_by_hand():
    """x = 1, y = 2: z = 0.5 * 3 = 1.5; e = 0.5 * 4.5 = 2.25; out = 0.5 * 6.75 = 3.375."""
    block = DenseShortcutBlock(1, dropout=0.0).eval()
    prepare(block.forward_convolution, 2.0)
    prepare(block.recurrent_convolution, 0.5)
    prepare(block.unused_convolution, math.nan)
    assert torch.equal(block(torch.ones(1, 1, 8, 8)), torch.full((1, 1, 4, 4), 3.375))


@torch.no_grad()
def test_the_wide_stem_reaches_one_two_and_three_pixels():
    """Output (0, 0) of each branch has its centre at pixel (0, 0): a dot at (d, d) is seen by dilation d."""
    stem = WideStem(4, dropout=0.0).eval()
    for convolution, *_ in stem.branches:
        convolution.weight.fill_(1.0)
        convolution.bias.zero_()
    widths = [branch[0].out_channels for branch in stem.branches]
    assert widths == [2, 1, 1]
    for distance, seen in ((1, [1, 1, 0, 0]), (2, [0, 0, 1, 0]), (3, [0, 0, 0, 1])):
        image = torch.zeros(1, 3, 60, 60)
        image[0, 0, distance, distance] = 1.0
        maps = stem(image)
        assert maps.shape == (1, 4, 20, 20)
        assert (maps[0, :, 0, 0] > 0).int().tolist() == seen


@torch.no_grad()
def test_the_wide_stem_normalises_after_cutting():
    """-1 is cut to 0, and 0 less the running mean of 4 is -4."""
    stem = WideStem(4, dropout=0.0).eval()
    for convolution, _, normalisation, _ in stem.branches:
        convolution.weight.zero_()
        convolution.bias.fill_(-1.0)
        normalisation.running_mean.fill_(4.0)
        normalisation.eps = 0.0
    assert torch.equal(stem(torch.rand(1, 3, 60, 60)), torch.full((1, 4, 20, 20), -4.0))


def test_attention_by_hand():
    """Two channels of 2x2, two classes.

    Class 0 looks at channel 0 alone: means 0, 1, 2, 4 span 4 and become 0, 1/4, 1/2, 1. Class 1 looks at
    pixel 0 of channel 1 alone: 3, 0, 0, 0 becomes 1, 0, 0, 0.
    """
    maps = torch.tensor([[[[0.0, 2.0], [4.0, 8.0]], [[6.0, 1.0], [1.0, 1.0]]]])
    weights = torch.tensor([[1.0, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 0, 0]])
    expected = torch.tensor([[[[0.5, 0.125], [0.25, 0.5]]]])
    torch.testing.assert_close(class_attention(maps, weights), expected)


def test_attention_that_is_the_same_everywhere_is_zero():
    weights = torch.ones(3, 8, requires_grad=True)
    attention = class_attention(torch.ones(2, 2, 2, 2), weights)
    assert not attention.any()
    attention.sum().backward()
    assert weights.grad.isfinite().all()


@torch.no_grad()
def test_attention_multiplies_the_pooled_maps():
    network = RecurrentConvolutionalNetwork(3, attention=True).eval()
    plain = RecurrentConvolutionalNetwork(3).eval()
    plain.load_state_dict(network.state_dict())
    images = torch.rand(2, 3, 60, 60)
    stem = network.stem(images)
    pooled = functional.adaptive_avg_pool2d(network.block(stem), 5)
    looked_at = class_attention(functional.adaptive_avg_pool2d(stem, 5), network.classifier.weight)
    torch.testing.assert_close(network(images), network.classifier((pooled * looked_at).flatten(1)))
    torch.testing.assert_close(plain(images), network.classifier(pooled.flatten(1)))


@pytest.mark.parametrize(("side", "size"), [(28, 5), (14, 5), (10, 5), (14, 7), (10, 7)])
def test_cells_are_those_of_adaptive_pooling(side, size):
    maps = torch.rand(2, 3, side, side)
    torch.testing.assert_close(CellAverage(side, size)(maps), functional.adaptive_avg_pool2d(maps, size))


@pytest.mark.parametrize("variant", ["attention", "dense_shortcuts", "wide"])
@torch.no_grad()
def test_stem_and_block_drop_values(variant):
    network = RecurrentConvolutionalNetwork(3, **{variant: True})
    for part, inputs in (
        (network.stem, torch.rand(2, 3, 60, 60)),
        (network.block, torch.rand(2, 64, 20, 20)),
    ):
        outputs = []
        for key in (1, 2):
            set_keys(network, key)
            outputs.append(part(inputs))
        assert not torch.equal(*outputs)
        assert torch.equal(part.eval()(inputs), part(inputs))


@torch.no_grad()
def test_initial_weights():
    torch.manual_seed(0)
    network = RecurrentConvolutionalNetwork(3)
    recurrent = network.block.recurrent_convolution[0].weight
    assert recurrent.std() == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.03)
    assert network.stem.convolution.weight.std() == pytest.approx(math.sqrt(2 / (64 * 25)), rel=0.05)
    assert network.classifier.weight.std() == pytest.approx(0.01, rel=0.05)
    assert not network.classifier.bias.any()
    assert not network.state_dict().keys() & {"pooling.weights", "stem_pooling.weights"}
