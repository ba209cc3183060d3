"""torchvision's names, other channels and classes."""

import pytest
import torch

from mer.models.layers import Dropout
from mer.models.vgg16 import VGG16, _initialise


def on_paper(*settings, **named):
    """The network without its 134 million values."""
    with torch.device("meta"):
        return VGG16(*settings, **named)


def test_entries_are_those_of_torchvision():
    places = [f"features.{place}" for place in (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)]
    places += ["classifier.0", "classifier.3", "classifier.6"]
    network = on_paper(1000)
    assert list(network.state_dict()) == [f"{p}.{part}" for p in places for part in ("weight", "bias")]
    assert sum(p.numel() for p in network.parameters()) == 138_357_544
    assert all(any(name.startswith(h) for name in network.state_dict()) for h in VGG16.HEAD)


@pytest.mark.parametrize(("n_classes", "channels", "count"), [(3, 3, 134_272_835), (5, 5, 134_282_181)])
def test_parameter_counts_and_shapes(n_classes, channels, count):
    network = on_paper(n_classes, channels)
    assert sum(p.numel() for p in network.parameters()) == count
    images = torch.zeros(2, channels, 224, 224, device="meta")
    assert network.features(images).shape == (2, 512, 7, 7)
    assert network(images).shape == (2, n_classes)


def test_a_gradient_reaches_everything():
    network = on_paper(3)
    network(torch.zeros(2, 3, 224, 224, device="meta")).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_dropout_is_after_the_first_two_linear_layers():
    layers = on_paper(3, dropout=0.25).classifier
    assert [place for place, layer in enumerate(layers) if isinstance(layer, Dropout)] == [2, 5]
    assert layers[2].p == layers[5].p == 0.25


def test_weights_are_drawn_as_torchvision_draws_them():
    torch.manual_seed(0)
    convolution, linear = torch.nn.Conv2d(16, 64, 3), torch.nn.Linear(200, 200)
    _initialise(convolution)
    _initialise(linear)
    assert convolution.weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.05)
    assert linear.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not convolution.bias.any()
    assert not linear.bias.any()
