"""Several networks computed by one call give what each gives alone, in training."""

import pytest
import torch
from torch.func import functional_call, stack_module_state, vmap

from mer.models.alexnet import AlexNet
from mer.models.capsulenet import ClassCapsules
from mer.models.emr import EMR, domain_loss, loss
from mer.models.googlenet import GoogLeNet
from mer.models.layers import BatchNorm2d, set_keys
from mer.models.resnet18 import ResNet18Trunk
from mer.models.vgg16 import VGG16

SHAPES = {
    "alexnet": (3, 75, 75),
    "vgg16": (3, 32, 32),
    "googlenet": (3, 64, 64),
    "resnet18": (3, 64, 64),
    "emr": (3, 160, 160),
    "capsules": (10, 8),
}


def build(name):
    """The network, or of those with wide linear layers the convolutions, which is where they could differ."""
    if name == "alexnet":
        return AlexNet(3).features
    if name == "vgg16":
        with torch.device("meta"):
            network = VGG16(3).features
        network = network.to_empty(device="cpu")
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, 0, 0.05)
        return network
    made = {"googlenet": GoogLeNet, "emr": EMR, "capsules": lambda k: ClassCapsules(10, 8, k)}
    return ResNet18Trunk(2) if name == "resnet18" else made[name](3)


def total(outputs):
    if isinstance(outputs, tuple):
        targets = torch.eye(3)[:2]
        return (loss(outputs, targets) + domain_loss(outputs, torch.tensor([0.0, 1.0]))).sum()
    return outputs.square().mean()


@pytest.mark.parametrize("name", SHAPES)
def test_stacked_networks_learn_what_each_learns_alone(name):
    torch.manual_seed(0)
    # In double precision: in single, rounding moves a few values across a kink.
    networks = [build(name).double() for _ in range(2)]
    for key, network in enumerate(networks):
        set_keys(network, key)
        for layer in network.modules():
            if isinstance(layer, BatchNorm2d):
                layer.rows = torch.ones(2)
            if hasattr(layer, "progress"):
                layer.progress.fill_(0.1 * (1 + key))
    weights, buffers = stack_module_state(networks)
    weights = {part: values.detach().requires_grad_() for part, values in weights.items()}
    buffers = {part: values.clone() for part, values in buffers.items()}
    images = torch.rand(2, 2, *SHAPES[name], dtype=torch.float64)
    template = networks[0]

    def one(weights, buffers, x):
        return total(functional_call(template, (weights, buffers), (x,)))

    vmap(one)(weights, buffers, images).sum().backward()
    for number, network in enumerate(networks):
        total(network(images[number])).backward()
        for part, parameter in network.named_parameters():
            difference = weights[part].grad[number] - parameter.grad
            assert difference.norm() < 1e-9 * parameter.grad.norm() + 1e-12, part
