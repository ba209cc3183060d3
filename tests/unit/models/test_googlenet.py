"""The paper's table of sections, its pooling and normalisation, and its initial weights."""

import pytest
import torch

from mer.models.googlenet import SECTIONS, GoogLeNet, Inception, _halve, _respond


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return GoogLeNet(3)


@pytest.mark.parametrize(("n_classes", "count"), [(3, 5_976_627), (1000, 6_998_552)])
def test_parameter_counts(n_classes, count):
    with torch.device("meta"):
        network = GoogLeNet(n_classes)
    assert sum(p.numel() for p in network.parameters()) == count


def test_shapes_of_the_sections():
    with torch.device("meta"):
        network = GoogLeNet(5)
    seen = {}
    for name in SECTIONS:
        layer = network.get_submodule(f"inception_{name}")
        layer.register_forward_hook(
            lambda _, given, made, name=name: seen.update({name: tuple(made.shape[1:])})
        )
    assert network(torch.zeros(2, 3, 224, 224, device="meta")).shape == (2, 5)
    maps = {
        "3a": 256,
        "3b": 480,
        "4a": 512,
        "4b": 512,
        "4c": 512,
        "4d": 528,
        "4e": 832,
        "5a": 832,
        "5b": 1024,
    }
    side = {"3": 28, "4": 14, "5": 7}
    assert seen == {name: (n, side[name[0]], side[name[0]]) for name, n in maps.items()}


def test_a_section_joins_its_four_branches_by_hand():
    """Two maps of 3x3: the first is 1 in the middle, the second 2 everywhere."""
    section = Inception(2, (1, 1, 1, 1, 1, 1))
    with torch.no_grad():
        for parameter in section.parameters():
            parameter.zero_()
        section.conv1.weight[0, 0] = -1.0  # cut off afterwards
        section.conv3_reduce.weight[0, 0] = 3.0
        section.conv3.weight.fill_(1.0)  # sees the middle from everywhere
        section.conv5_reduce.weight[0, 1] = 1.0
        section.conv5.weight.fill_(1.0)  # nine values of 2 wherever it stands
        section.pool_projection.weight[0, 0] = 5.0  # the largest value around is that of the middle
    x = torch.zeros(1, 2, 3, 3)
    x[0, 0, 1, 1] = 1.0
    x[0, 1] = 2.0
    made = section(x)
    assert made.shape == (1, 4, 3, 3)
    assert [set(plane.flatten().tolist()) for plane in made[0]] == [{0.0}, {3.0}, {18.0}, {5.0}]


def test_pooling_rounds_up():
    assert _halve(torch.zeros(1, 1, 112, 112)).shape[2] == 56
    assert _halve(torch.zeros(1, 1, 28, 28)).shape[2] == 14


def test_responses_are_normalised_by_five_maps():
    x = torch.full((1, 7, 1, 1), 10.0)
    # The middle map has two neighbours on both sides, the first map two on one side.
    expected = [10 / (1 + 1e-4 / 5 * n * 100) ** 0.75 for n in (3, 4, 5, 5, 5, 4, 3)]
    assert _respond(x).flatten().tolist() == pytest.approx(expected, rel=1e-6)


def test_convolutions_are_drawn_by_hes_normal_distribution(network):
    weight, deviation = network.conv2.weight, (2 / (9 * 64)) ** 0.5
    assert weight.std().item() == pytest.approx(deviation, rel=0.02)
    assert weight.abs().max() > 3 * deviation
    assert not network.conv2.bias.any()


def test_images_do_not_look_alike_to_the_last_layer(network):
    torch.manual_seed(0)
    seen, images = [], torch.rand(4, 3, 224, 224) * 0.3
    for number, image in enumerate(images):
        image[:, :, 56 * number : 56 * (number + 1)] += 0.5
    with torch.no_grad():
        hook = network.classifier.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        network.eval()(images)
    hook.remove()
    assert seen[0].std(dim=0).mean() > 0.02 * seen[0].mean()


def test_a_gradient_reaches_everything(network):
    torch.manual_seed(0)
    network.eval()(torch.rand(1, 3, 224, 224)).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    network.zero_grad()


def test_dropout_is_off_when_evaluating_and_on_when_training(network):
    images = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        network.eval()
        still = network(images)
        assert torch.equal(network(images), still)
        network.train()
        assert not torch.equal(network(images), still)
