"""Size of OFF-ApexNet, and values through weights set by hand."""

import pytest
import torch

from mer.models.layers import set_keys
from mer.models.off_apexnet import OFFApexNet


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 2_664_475), (5, 2_666_525)])
def test_parameter_counts(n_classes, expected):
    assert sum(parameter.numel() for parameter in OFFApexNet(n_classes).parameters()) == expected


@torch.no_grad()
def test_a_stream_by_hand():
    """First filters sum 5x5 pixels, second filters pass one map's centre on; pooling halves twice."""
    stream = OFFApexNet(3).streams[0]
    for parameter in stream.parameters():
        parameter.zero_()
    stream[0].convolution.weight[1] = 1.0
    stream[1].convolution.weight[2, 1, 2, 2] = 1.0
    stream[1].convolution.weight[3, 1, 2, 2] = -1.0
    maps = stream(torch.ones(1, 1, 28, 28)).view(16, 7, 7)
    assert torch.equal(maps[2], torch.full((7, 7), 25.0))  # even at the edge some window is whole
    assert not maps[[0, 1, 3]].any()
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 0, 0] = 1.0  # reaches rows 0 to 2, so the first pixel after both poolings
    assert stream(image).view(16, 7, 7)[2].nonzero().tolist() == [[0, 0]]


@torch.no_grad()
def test_u_and_v_have_streams_of_their_own_and_strain_has_none():
    network, images = OFFApexNet(3).eval(), torch.rand(2, 3, 28, 28)
    first, second = network.streams
    vectors = torch.cat([first(images[:, :1]), second(images[:, 1:2])], dim=1)
    assert vectors.shape == (2, 1568)
    torch.testing.assert_close(network(images), network.classifier(vectors))
    assert torch.equal(network(images), network(images[:, :2]))


@torch.no_grad()
def test_without_dropout_training_is_like_evaluating():
    network, images = OFFApexNet(3, dropout=0.0), torch.rand(2, 2, 28, 28)
    set_keys(network, 5)
    assert torch.equal(network.train()(images), network.eval()(images))


@torch.no_grad()
def test_both_wide_layers_are_followed_by_dropout():
    network = OFFApexNet(3, dropout=0.5).train()
    set_keys(network, 3)
    for layer in (network.classifier[0], network.classifier[3]):
        layer.weight.zero_()
        layer.bias.fill_(1.0)
    seen = []
    for layer in (network.classifier[3], network.classifier[6]):
        layer.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(torch.rand(2, 2, 28, 28))
    assert [set(values.unique().tolist()) for values in seen] == [{0.0, 2.0}, {0.0, 2.0}]
