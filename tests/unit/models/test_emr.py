"""Halves, losses and the reversed gradient of the domain, by hand."""

import math

import pytest
import torch

from mer.models.emr import EMR, before_step, domain_loss, loss
from mer.models.layers import Dropout


class Rows(torch.nn.Module):
    """Stands in for the trunk: every map of 7x7 holds the number of its row, whatever the images."""

    def forward(self, images):
        return torch.arange(7.0).view(1, 1, 7, 1).expand(len(images), 512, 7, 7)


@pytest.fixture
def headed():
    torch.manual_seed(0)
    network = EMR(3)
    network.trunk = Rows()
    return network


@pytest.mark.parametrize(("n_classes", "count"), [(3, 11_253_322), (5, 11_253_322 + 2 * (129 + 2 * 65))])
def test_parameter_counts_and_shapes(n_classes, count):
    with torch.device("meta"):
        network = EMR(n_classes)
    assert sum(p.numel() for p in network.parameters()) == count
    made = network(torch.zeros(2, 3, 224, 224, device="meta"))
    assert [tuple(scores.shape) for scores in made] == [(2, n_classes)] * 3 + [(2,)]


def test_the_trunk_sees_values_from_minus_one_to_one():
    network, seen = EMR(3).eval(), []
    network.trunk.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    images = torch.zeros(1, 3, 224, 224)
    images[0, 0] = 1.0
    with torch.no_grad():
        network(images)
    assert [plane.unique().tolist() for plane in seen[0][0]] == [[1.0], [-1.0], [-1.0]]


def test_rows_zero_to_two_are_the_upper_half(headed):
    """Means of rows 0 to 2 and 3 to 6 are 1 and 4.5."""
    headed.eval()
    with torch.no_grad():
        for parameter in headed.parameters():
            parameter.zero_()
        headed.upper[0].weight[0, 7] = 0.5
        headed.lower[0].weight[1, 7] = 0.1
        headed.classifier.weight[0, 0] = 1.0  # first feature of the upper half
        headed.classifier.weight[1, 64 + 1] = 1.0  # second of the lower half
        headed.upper_classifier.weight[2, 0] = 2.0
        headed.lower_classifier.weight[2, 1] = 3.0
        joint, upper, lower, domain = headed(torch.zeros(1, 3, 8, 8))
    high, low = math.tanh(0.5), math.tanh(0.45)
    assert joint[0].tolist() == pytest.approx([high, low, 0.0])
    assert upper[0].tolist() == pytest.approx([0.0, 0.0, 2 * high])
    assert lower[0].tolist() == pytest.approx([0.0, 0.0, 3 * low])
    assert domain.tolist() == [0.0]


def test_the_loss_adds_three_cross_entropies_and_leaves_the_domain_out():
    flat = torch.zeros(2, 3)
    sure = torch.tensor([[math.log(2), 0.0, 0.0], [0.0, 0.0, 0.0]])
    targets = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
    domain = torch.full((2,), 100.0)
    assert loss((flat, flat, flat, domain), targets).tolist() == pytest.approx([3 * math.log(3)] * 2)
    for place in range(3):
        scores = [flat, flat, flat]
        scores[place] = sure
        expected = [2 * math.log(3) + math.log(2), 3 * math.log(3)]  # 2 of 2 + 1 + 1
        assert loss((*scores, domain), targets).tolist() == pytest.approx(expected)


def test_the_domain_is_told_by_a_binary_cross_entropy():
    outputs = (None, None, None, torch.tensor([0.0, 2.0, 2.0]))
    expected = [math.log(2), math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))]
    assert domain_loss(outputs, torch.tensor([1, 1, 0])).tolist() == pytest.approx(expected)
    assert domain_loss(outputs, torch.tensor([True, True, False])).tolist() == pytest.approx(expected)


def test_a_gradient_reaches_everything():
    torch.manual_seed(0)
    network = EMR(3)
    outputs = network(torch.rand(2, 3, 64 * 3, 64 * 3))
    loss(outputs, torch.eye(3)[:2]).sum().backward(retain_graph=True)
    untouched = {name for name, p in network.named_parameters() if p.grad is None or not p.grad.any()}
    assert untouched == {name for name, _ in network.named_parameters() if name.startswith("domain.")}
    domain_loss(outputs, torch.tensor([0, 1])).sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def domain_gradient(network):
    network.zero_grad()
    outputs = network(torch.zeros(2, 3, 8, 8))
    domain_loss(outputs, torch.ones(2)).sum().backward()
    return network.upper[0].weight.grad.clone(), network.domain[0].weight.grad.clone()


@pytest.mark.parametrize(("n_steps", "strength"), [(0, 0.0), (1000, 0.4621172), (10_000, 0.9999092)])
def test_the_reversal_grows_by_steps_done_divided_by_ten_thousand(headed, n_steps, strength):
    """2 / (1 + exp(-10 p)) - 1 at p of 0, 0.1 and 1."""
    before_step(headed, n_steps)
    assert float(headed.reversal.strength) == pytest.approx(strength, abs=1e-6)


def test_what_tells_the_domain_is_unlearned_by_the_halves(headed):
    headed.eval()
    features, own = domain_gradient(headed)
    assert not features.any()  # at the beginning nothing is reversed
    assert own.any()
    headed.reversal.progress.fill_(0.1)
    features, own_later = domain_gradient(headed)
    headed.reversal = torch.nn.Identity()
    straight, _ = domain_gradient(headed)
    assert straight.any()
    assert torch.allclose(features, -math.tanh(0.5) * straight)
    assert torch.equal(own, own_later)


def test_dropout_of_features_and_of_the_domain(headed):
    rates = {name: layer.p for name, layer in headed.named_modules() if isinstance(layer, Dropout)}
    assert rates == {"upper.2": 0.1, "lower.2": 0.1, "domain.2": 0.5, "domain.5": 0.5}
    images = torch.zeros(1, 3, 8, 8)
    with torch.no_grad():
        still = headed.eval()(images)
        assert all(torch.equal(a, b) for a, b in zip(headed(images), still, strict=True))
        moved = headed.train()(images)
    assert not any(torch.equal(a, b) for a, b in zip(moved, still, strict=True))


def test_linear_layers_are_drawn_by_glorots_normal_distribution():
    torch.manual_seed(0)
    network, deviation = EMR(3), (2 / (512 + 64)) ** 0.5
    assert network.upper[0].weight.std().item() == pytest.approx(deviation, rel=0.03)
    assert network.upper[0].weight.abs().max() > 3 * deviation
    assert not network.upper[0].bias.any()
    assert not network.domain[6].bias.any()
