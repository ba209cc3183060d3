"""Squashing, routing by agreement, margin loss and scores, by hand."""

import math

import pytest
import torch

from mer.models.capsulenet import CapsuleNet, ClassCapsules, length_scores, margin_loss, squash


@pytest.fixture
def headed():
    """The network behind its trunk: it takes maps of shape (N, 256, 28, 28)."""
    torch.manual_seed(0)
    network = CapsuleNet(3)
    network.trunk = torch.nn.Identity()
    return network


@pytest.mark.parametrize(("n_classes", "count"), [(3, 13_842_496), (5, 13_842_496 + 2 * 1152 * 8 * 16)])
def test_parameter_counts_and_shapes(n_classes, count):
    with torch.device("meta"):
        network = CapsuleNet(n_classes)
    assert sum(p.numel() for p in network.parameters()) == count
    assert network(torch.zeros(2, 3, 224, 224, device="meta")).shape == (2, n_classes)


def test_squashing_by_hand():
    """Length 5 becomes 25 / 26."""
    assert squash(torch.tensor([3.0, 4.0])).tolist() == pytest.approx([0.6 * 25 / 26, 0.8 * 25 / 26])


def test_squashing_nothing_gives_nothing_and_a_gradient():
    x = torch.zeros(2, requires_grad=True)
    squash(x).sum().backward()
    assert squash(x).tolist() == [0.0, 0.0]
    assert torch.isfinite(x.grad).all()


def routed(iterations):
    """Two capsules of one number, 1 and 2; they predict 2 and 2 of class a, 1 and -1 of class b."""
    layer = ClassCapsules(n_capsules=2, in_size=1, n_classes=2, size=1, iterations=iterations)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0, 1.0], [1.0, -0.5]])[:, :, None, None])
    return layer, torch.tensor([[[1.0], [2.0]]])


def short(x):
    return x * abs(x) / (1 + x * x)


def test_at_first_capsules_are_shared_equally():
    layer, capsules = routed(iterations=1)
    assert layer(capsules).shape == (1, 2, 1)
    assert layer(capsules).flatten().tolist() == pytest.approx([short(0.5 * 2 + 0.5 * 2), 0.0], abs=1e-6)


def test_routing_by_hand():
    """Both agree on class a, so that more of both goes there; class b's sum stays what is left."""
    layer, capsules = routed(iterations=2)
    # Scores: prediction times sum; class a's squashed sum is short(2), class b's is 0.
    share = 1 / (1 + math.exp(-2 * short(2.0)))
    expected = [short(share * 2 + share * 2), short((1 - share) * (1 - 1))]
    assert layer(capsules).flatten().tolist() == pytest.approx(expected, abs=1e-6)


def test_a_third_iteration_adds_to_the_scores():
    layer, capsules = routed(iterations=3)
    first = 2 * short(2.0)
    share = 1 / (1 + math.exp(-first))
    second = first + 2 * short(share * 4)
    share = 1 / (1 + math.exp(-second))
    assert layer(capsules)[0, 0].item() == pytest.approx(short(share * 4))


def test_gradients_pass_through_the_last_sum_alone():
    layer, capsules = routed(iterations=2)
    layer(capsules)[0, 0].sum().backward()
    share = 1 / (1 + math.exp(-2 * short(2.0)))
    total = share * 4
    slope = 2 * total / (1 + total * total) ** 2  # of x² / (1 + x²)
    # Each weight's prediction is the weight times its capsule, 1 or 2.
    assert layer.weight.grad[0].flatten().tolist() == pytest.approx([slope * share * 1, slope * share * 2])
    assert not layer.weight.grad[1].any()


def test_eight_neighbouring_maps_of_a_pixel_are_a_capsule(headed):
    seen = []
    headed.classes.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        headed.primary.weight.zero_()
        headed.primary.bias.zero_()
        headed.primary.bias[8] = 1.0
        lengths = headed(torch.zeros(1, 256, 28, 28))
    (capsules,) = seen
    assert capsules.shape == (1, 36 * 32, 8)
    there = torch.zeros(36 * 32)
    there[1::32] = 0.5  # the second capsule of every pixel, squashed from length 1
    assert torch.allclose(capsules[0, :, 0], there)
    assert not capsules[0, :, 1:].any()
    assert lengths.shape == (1, 3)


def test_results_are_lengths(headed):
    with torch.no_grad():
        maps = torch.rand(2, 256, 28, 28)
        vectors = []
        headed.classes.register_forward_hook(lambda _, given, made: vectors.append(made))
        lengths = headed(maps)
    assert vectors[0].shape == (2, 3, 16)
    assert torch.allclose(lengths, vectors[0].square().sum(dim=2).sqrt())


def test_a_gradient_reaches_everything():
    torch.manual_seed(0)
    network = CapsuleNet(3)
    lengths = network(torch.rand(2, 3, 224, 224))
    margin_loss(lengths, torch.eye(3)[:2]).sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_margin_loss_by_hand():
    lengths = torch.tensor([[0.5, 0.21, 0.005], [0.995, 0.0, 0.01]])
    targets = torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    expected = [0.49**2 + 0.5 * 0.2**2, 0.0]
    assert margin_loss(lengths, targets).tolist() == pytest.approx(expected, abs=1e-7)
    mixed = margin_loss(lengths[:1], torch.tensor([[0.75, 0.25, 0.0]]))
    by_hand = 0.75 * 0.49**2 + 0.25 * 0.78**2 + 0.5 * (0.25 * 0.49**2 + 0.75 * 0.2**2)
    assert mixed.item() == pytest.approx(by_hand)


def test_scores_are_shares_of_the_lengths():
    scores = length_scores(torch.tensor([[0.25, 0.5, 0.25], [0.0, 0.0, 0.0]]))
    assert scores.dtype == torch.float64
    assert scores[0].tolist() == pytest.approx([0.25, 0.5, 0.25])
    assert scores[1].tolist() == pytest.approx([1 / 3] * 3)


def test_weights_of_the_classes_are_small():
    torch.manual_seed(0)
    assert ClassCapsules(100, 8, 3).weight.std().item() == pytest.approx(0.01, rel=0.05)
