import pytest
import torch
from torch import nn

from mer.models.layers import BatchNorm2d, set_keys
from mer.models.mmnet import ContinuousAttentionBlock, MMNet, PositionBranch

torch.set_num_threads(1)


@pytest.mark.parametrize(("n_classes", "count"), [(3, 9_242_231), (5, 9_442_937)])
def test_parameter_counts(n_classes, count):
    with torch.device("meta"):
        network = MMNet(n_classes)
    assert sum(parameter.numel() for parameter in network.parameters()) == count


def test_a_gradient_reaches_every_parameter_but_the_unused_token():
    torch.manual_seed(0)
    network = MMNet(3, stochastic_depth=0.0)
    scores = network(torch.rand(2, 2, 3, 224, 224))
    assert scores.shape == (2, 3)
    scores[:, 0].sum().backward()
    for name, parameter in network.named_parameters():
        if name == "position.unused_class_token":
            assert parameter.grad is None
            continue
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 1e-8, name


def test_branches_see_the_normalised_difference_and_the_normalised_onset():
    network = MMNet(3)
    seen = []
    network.stem = _Recorder(seen, torch.zeros(1, 128, 112, 112))
    network.blocks = nn.ModuleList()
    network.position = _Recorder(seen, torch.zeros(1, 512, 14, 14))
    network.classifier = nn.Linear(1, 1)
    frames = torch.tensor([[[0.485, 0.456, 0.906], [0.714, 0.232, 0.906]]])[..., None, None]
    with pytest.raises(RuntimeError):  # the branches above do not fit together
        network(frames)
    difference, onset = (x.flatten() for x in seen)
    assert torch.allclose(difference, torch.tensor([1.0, -1.0, 0.0]), atol=1e-5)
    assert torch.allclose(onset, torch.tensor([0.0, 0.0, 0.5 / 0.225]), atol=1e-5)


class _Recorder(nn.Module):
    """Writes down what it is given and returns what it was made with."""

    def __init__(self, seen, output):
        super().__init__()
        self.seen, self.output = seen, output

    def forward(self, x):
        self.seen.append(x)
        return self.output


def test_both_branches_are_added_and_read_by_one_layer():
    network = MMNet(3).eval()
    seen = []
    network.blocks[3].register_forward_hook(lambda module, inputs, output: seen.append(output[0]))
    network.position.register_forward_hook(lambda module, inputs, output: seen.append(output))
    scores = network(torch.rand(1, 2, 3, 224, 224))
    motion, place = seen
    assert motion.shape == place.shape == (1, 512, 14, 14)
    assert motion.std() > 0
    assert torch.allclose(scores, network.classifier((motion + place).flatten(1)))


def test_blocks_hand_maps_and_weights_on():
    network = MMNet(3).eval()
    given, returned = [], []
    for block in network.blocks:
        block.register_forward_pre_hook(lambda module, inputs: given.append(inputs))
        block.register_forward_hook(lambda module, inputs, output: returned.append(output))
    network(torch.rand(1, 2, 3, 224, 224))
    assert given[0][1] is None
    assert all(
        maps is x and weights is y for (maps, weights), (x, y) in zip(given[1:], returned[:3], strict=True)
    )
    assert [maps.shape[1:] for maps, _ in returned] == [
        (128, 112, 112),
        (128, 56, 56),
        (256, 28, 28),
        (512, 14, 14),
    ]


@pytest.fixture
def plain():
    """Makes a block that cuts at zero and weighs every place by a half, until told otherwise."""

    def make(stride):
        block = ContinuousAttentionBlock(2, 2, stride).eval()
        with torch.no_grad():
            for parameter in block.parameters():
                parameter.zero_()
            for module in block.modules():
                if isinstance(module, BatchNorm2d):
                    module.weight.fill_(1.0)
                    module.eps = 0.0
            if stride > 1:
                block.shortcut[0].weight.copy_(torch.eye(2)[..., None, None])
        return block

    return make


def test_weights_come_from_mean_and_maximum_of_what_they_weigh(plain):
    block = plain(1)
    with torch.no_grad():
        block.attention[0].weight.copy_(torch.tensor([1.0, 10.0]).view(1, 2, 1, 1))
    x = torch.tensor([-0.3, 0.2]).view(1, 2, 1, 1)  # cut at zero: mean 0.1, maximum 0.2
    maps, weights = block(x, None)
    assert weights.item() == pytest.approx(torch.sigmoid(torch.tensor(2.1)).item())
    assert maps.flatten().tolist() == pytest.approx([0.0, 0.2 * weights.item()])


def test_the_branch_is_added_to_the_shortcut_and_cut_in_between(plain):
    block = plain(1)
    with torch.no_grad():
        block.branch[0].weight[:, :, 1, 1] = torch.tensor([[2.0, 0.0], [0.0, -2.0]])
        block.branch[3].weight.copy_(torch.tensor([[1.0, 1.0], [0.0, 1.0]])[..., None, None])
    # 3x3: (2, -2), cut to (2, 0); 1x1: (2, 0); with the shortcut: (3, 1). Weights are a half.
    maps, _ = block(torch.ones(1, 2, 1, 1), None)
    assert maps.flatten().tolist() == [1.5, 0.5]


def test_earlier_weights_multiply_and_are_pooled_where_maps_shrink(plain):
    x, earlier = torch.ones(1, 2, 4, 4), torch.zeros(1, 1, 4, 4)
    earlier[0, 0, 1, 1], earlier[0, 0, 3, 3] = 0.5, 0.25
    maps, weights = plain(2)(x, earlier)
    # Windows of 3x3 around every other place: (1, 1) lies in all four, (3, 3) in the last.
    assert weights.tolist() == [[[[0.25, 0.25], [0.25, 0.25]]]]
    assert torch.equal(maps, torch.full((1, 2, 2, 2), 0.25))
    earlier[0, 0, 1, 1] = 0.0
    assert plain(2)(x, earlier)[1].tolist() == [[[[0.0, 0.0], [0.0, 0.125]]]]
    assert torch.equal(plain(1)(x, earlier)[1], earlier / 2)


def test_places_of_the_position_branch_are_averages_in_their_order():
    """Without its transformer and with one feature that passes red on, the map is the shrunken onset."""
    branch = PositionBranch(0.0)
    branch.blocks, branch.normalisation = nn.Sequential(), nn.Identity()
    with torch.no_grad():
        for parameter in branch.parameters():
            parameter.zero_()
        branch.embedding.weight[5, 0] = 1.0
        branch.positions[:, 7] = torch.arange(196)
    onsets = torch.zeros(1, 3, 224, 224)
    onsets[0, 0, 16:32, 32:40] = 1.0  # row 1, half of column 2
    maps = branch(onsets)
    assert maps.shape == (1, 512, 14, 14)
    assert maps[0, 5].nonzero().tolist() == [[1, 2]]
    assert maps[0, 5, 1, 2].item() == pytest.approx(0.5)
    assert torch.equal(maps[0, 7], torch.arange(196.0).view(14, 14))


def test_stochastic_depth_rises_to_the_last_block_and_is_off_when_evaluating():
    branch = PositionBranch(0.3)
    rates = [(block.attention_path.p, block.perceptron_path.p) for block in branch.blocks]
    assert rates == [(0.0, 0.0), (0.15, 0.15), (0.3, 0.3)]
    onsets = torch.rand(8, 3, 224, 224)
    branch.train()
    set_keys(branch, 1)
    first = branch(onsets)
    assert torch.equal(branch(onsets), first)
    set_keys(branch, 2)
    assert not torch.equal(branch(onsets), first)
    branch.eval()
    whole = branch(onsets)
    set_keys(branch, 1)
    assert torch.equal(branch(onsets), whole)
