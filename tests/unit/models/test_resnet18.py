"""torchvision's names, and a block worked out by hand."""

import pytest
import torch

from mer.models.resnet18 import BasicBlock, ResNet18Trunk


def entries(*places):
    moments = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    return [f"{place}.{part}" for place in places for part in (["weight"] if "conv" in place else moments)]


def test_entries_are_those_of_torchvision_but_the_last_layer():
    names = entries("conv1", "bn1")
    for stage in (1, 2, 3, 4):
        for block in (0, 1):
            at = f"layer{stage}.{block}"
            names += entries(f"{at}.conv1", f"{at}.bn1", f"{at}.conv2", f"{at}.bn2")
            if stage > 1 and block == 0:
                names += [f"{at}.downsample.0.weight", *entries(f"{at}.downsample.1")]
    assert len(names) == 120
    assert list(ResNet18Trunk().state_dict()) == names


@pytest.mark.parametrize(
    ("stages", "max_pool", "count", "shape"),
    [
        (4, True, 11_176_512, (512, 7, 7)),
        (3, False, 2_782_784, (256, 28, 28)),
        (1, True, 157_504, (64, 56, 56)),
    ],
)
def test_parameter_counts_and_shapes(stages, max_pool, count, shape):
    with torch.device("meta"):
        trunk = ResNet18Trunk(stages, max_pool=max_pool)
    assert sum(p.numel() for p in trunk.parameters()) == count
    assert trunk(torch.zeros(2, 3, 224, 224, device="meta")).shape == (2, *shape)


def test_a_fifth_stage_is_refused():
    with pytest.raises(ValueError, match="1 to 4 stages, not 5"):
        ResNet18Trunk(5)


def as_it_is(convolution):
    """Let a convolution pass the middle pixel of the first map on."""
    convolution.weight.zero_()
    side = convolution.kernel_size[0] // 2
    convolution.weight[:, 0, side, side] = 1.0


def test_a_block_by_hand():
    """-1 is cut before the second convolution, which leaves the shortcut's -1; 2 counts twice."""
    block = BasicBlock(1, 1, stride=1).eval()
    with torch.no_grad():
        as_it_is(block.conv1)
        as_it_is(block.conv2)
        block.bn1.eps = block.bn2.eps = 0.0
        block.bn2.bias.fill_(0.25)
    assert block.downsample is None
    x = torch.tensor([[[[-1.0, 2.0], [0.5, -0.125]]]])
    # Values pass as relu(relu(x) + 0.25 + x).
    assert block(x).flatten().tolist() == [0.0, 4.25, 1.25, 0.125]


def test_a_block_that_halves_by_hand():
    """Both ways see every other pixel; the shortcut's map is halved by its normalisation."""
    block = BasicBlock(1, 2, stride=2).eval()
    with torch.no_grad():
        for convolution in (block.conv1, block.conv2, block.downsample[0]):
            as_it_is(convolution)
        for normalisation in (block.bn1, block.bn2, block.downsample[1]):
            normalisation.eps = 0.0
        block.downsample[1].weight.fill_(0.5)
    x = torch.arange(16.0).view(1, 1, 4, 4)
    assert block(x).tolist() == [[[[0.0, 3.0], [12.0, 15.0]]] * 2]


def test_a_gradient_reaches_everything():
    torch.manual_seed(0)
    trunk = ResNet18Trunk()
    trunk(torch.rand(2, 3, 64, 64)).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in trunk.parameters())


def test_weights_are_drawn_as_torchvision_draws_them():
    torch.manual_seed(0)
    weight = ResNet18Trunk(stages=2).get_submodule("layer2.0.conv1").weight
    assert weight.std().item() == pytest.approx((2 / (128 * 9)) ** 0.5, rel=0.02)
