"""torchvision's variant: names, shapes and number of its entries."""

import pytest
import torch

from mer.models.alexnet import AlexNet
from mer.models.layers import Dropout


def on_paper(n_classes=3):
    """The network without its 57 million values."""
    with torch.device("meta"):
        return AlexNet(n_classes)


def test_entries_are_those_of_torchvision():
    places = ["features.0", "features.3", "features.6", "features.8", "features.10"]
    places += ["classifier.1", "classifier.4", "classifier.6"]
    network = on_paper(1000)
    assert list(network.state_dict()) == [f"{p}.{part}" for p in places for part in ("weight", "bias")]
    assert sum(p.numel() for p in network.parameters()) == 61_100_840
    assert all(any(name.startswith(h) for name in network.state_dict()) for h in AlexNet.HEAD)


def test_parameter_count():
    assert sum(p.numel() for p in on_paper().parameters()) == 57_016_131


@pytest.mark.parametrize("size", [227, 224])
def test_shapes(size):
    network = on_paper(5)
    images = torch.zeros(2, 3, size, size, device="meta")
    assert network.features(images).shape == (2, 256, 6, 6)
    assert network(images).shape == (2, 5)


def test_sides_of_maps_are_56_27_13_and_6():
    network, sides = on_paper(), []
    x = torch.zeros(1, 3, 227, 227, device="meta")
    for layer in network.features:
        x = layer(x)
        sides.append(x.shape[2])
    assert sides == [56, 56, 27, 27, 27, 13, 13, 13, 13, 13, 13, 13, 6]


def test_a_gradient_reaches_everything():
    network = on_paper()
    network(torch.zeros(2, 3, 227, 227, device="meta")).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_dropout_is_before_the_first_two_linear_layers_and_off_when_evaluating():
    with torch.device("meta"):
        network = AlexNet(3, dropout=0.25)
    places = [place for place, layer in enumerate(network.classifier) if isinstance(layer, Dropout)]
    assert places == [0, 3]
    dropout = Dropout(network.classifier[0].p)
    values = torch.ones(4, 1000)
    assert (dropout(values) == 0).float().mean() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(dropout.eval()(values), values)
