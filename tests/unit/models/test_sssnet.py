"""Size of SSSNet, its order of layers and its dropout of whole maps."""

import pytest
import torch

from mer.models.layers import set_keys
from mer.models.sssnet import SSSNet


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 1_349_251), (5, 1_349_765)])
def test_parameter_counts(n_classes, expected):
    assert sum(parameter.numel() for parameter in SSSNet(n_classes).parameters()) == expected


@torch.no_grad()
def test_values_by_hand():
    """The first layer sums u over 5x5, the second passes on; normalisation follows pooling.

    u is 1: every window sums to 25, and to -25, cut to 0, with the other sign. Normalisation takes 5 off
    both. The second layer's filter adds half the one and all of the other: 10 - 5. Its normalisation takes
    4 off, the hidden unit adds up 81 values, the classifier adds 7.
    """
    network = SSSNet(2).eval()
    for parameter in network.parameters():
        parameter.zero_()
    for normalisation, mean in ((network.first_normalisation, 5.0), (network.second_normalisation, 4.0)):
        normalisation.weight.fill_(1.0)
        normalisation.running_mean.fill_(mean)
        normalisation.eps = 0.0
    network.first.weight[3, 0] = 1.0
    network.first.weight[4, 0] = -1.0
    network.second.weight[9, 3, 1, 1] = 0.5
    network.second.weight[9, 4, 1, 1] = 1.0
    network.second.weight[10, 3, 1, 1] = -1.0
    network.hidden.weight[17, 9 * 81 : 10 * 81] = 1.0
    network.hidden.weight[17, 10 * 81 : 11 * 81] = -1.0  # -20 is cut to 0, less 4
    network.hidden.weight[18, 9 * 81 : 10 * 81] = -1.0
    network.classifier.weight[1, 17:19] = 1.0
    network.classifier.bias[0] = 7.0
    images = torch.zeros(1, 3, 64, 64)
    images[:, 0] = 1.0
    assert network(images).tolist() == [[7.0, 81 * (1.0 + 4.0)]]


@torch.no_grad()
def test_whole_maps_are_dropped():
    """With all weights positive, a map that comes into the second layer is zero everywhere or nowhere."""
    network = SSSNet(2, dropout=0.5).train()
    set_keys(network, 3)
    seen = []
    network.second.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(torch.rand(8, 3, 64, 64))
    (maps,) = seen
    zeros = (maps == 0).flatten(2)
    dropped = zeros.all(2)
    assert torch.equal(dropped, zeros.any(2))
    assert 0.35 < dropped.float().mean() < 0.65
    assert not torch.equal(dropped[0], dropped[1])  # drawn anew for every image


@torch.no_grad()
def test_without_dropout_nothing_is_drawn():
    network, images = SSSNet(2, dropout=0.0), torch.rand(4, 3, 64, 64)
    set_keys(network, 1)
    first = network(images)
    set_keys(network, 2)
    assert torch.equal(first, network(images))


@torch.no_grad()
def test_single_values_are_dropped_before_the_classifier():
    network = SSSNet(2, dropout=0.5).train()
    set_keys(network, 3)
    network.hidden.weight.zero_()
    network.hidden.bias.fill_(1.0)
    seen = []
    network.classifier.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(torch.rand(8, 3, 64, 64))
    assert set(seen[0].unique().tolist()) == {0.0, 2.0}
