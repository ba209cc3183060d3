import pytest
import torch
from torch import nn
from torch.func import functional_call, vmap

from mer.models.htnet import WINDOWS, HTNet, Level, Merge, tile_regions
from mer.models.transformer import SelfAttention

torch.set_num_threads(1)
DEGENERATE, CORRECTED = 7, [2, 1]


def small(patch, seed=0):
    torch.manual_seed(seed)
    return HTNet(3, patch, dims=(12, 24, 48), heads=(3, 6, 12), repeats=(2, 1, 2))


def attentions(network):
    return [module for module in network.modules() if isinstance(module, SelfAttention)]


def queries_and_keys(attention):
    """The rows of the joint weights that make queries and keys."""
    return attention.query_key_value.weight[: 2 * attention.n_heads * attention.head_dim]


@pytest.mark.parametrize(("n_classes", "count"), [(3, 139_582_982), (5, 139_582_982 + 2 * 1025)])
def test_parameter_count_of_the_published_network(n_classes, count):
    with torch.device("meta"):
        network = HTNet(n_classes)
    assert sum(parameter.numel() for parameter in network.parameters()) == count
    assert sum(queries_and_keys(attention).numel() for attention in attentions(network)) == 22_195_200


@pytest.mark.parametrize(("patch", "tokens"), [(7, [1, 1, 1]), (2, [49, 49, 16]), (1, [49, 49, 49])])
def test_tokens_per_window_and_output_shape(patch, tokens):
    network = small(patch)
    seen = []
    for attention in attentions(network):
        attention.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].shape))
    assert network(torch.rand(2, 3, 28, 28)).shape == (2, 3)
    n_windows = [count**2 for count in WINDOWS[patch]]
    levels = [0, 0, 1, 2, 2]
    dims = (12, 24, 48)
    assert seen == [(2, n_windows[level], tokens[level], dims[level]) for level in levels]


@pytest.mark.parametrize("patch", [DEGENERATE, *CORRECTED])
def test_attention_matters_only_where_a_window_has_several_tokens(patch):
    """The published patches leave one token to a window: its weight is one whatever queries and keys are."""
    network, images = small(patch).eval(), 255 * torch.rand(4, 3, 28, 28)
    before = network(images)
    with torch.no_grad():
        for attention in attentions(network):
            queries_and_keys(attention).normal_()
    after = network(images)
    if patch == DEGENERATE:
        assert torch.equal(before, after)
    else:
        assert ((before - after).abs().amax(dim=1) > 1e-3).all()


@pytest.mark.parametrize("patch", [DEGENERATE, *CORRECTED])
def test_where_gradients_arrive(patch):
    """Everywhere, but not in positions of the last level, and with one token not in queries and keys."""
    network = small(patch)
    network(torch.rand(4, 3, 28, 28))[:, 0].sum().backward()
    for name, parameter in network.named_parameters():
        reached = parameter.grad.abs().max() > 1e-6
        assert reached == (name != "stages.4.positions"), name
    for attention in attentions(network):
        gradient = attention.query_key_value.weight.grad
        assert gradient[len(queries_and_keys(attention)) :].abs().sum() > 0
        reached = gradient[: len(queries_and_keys(attention))].any()
        assert reached == (patch != DEGENERATE)


def test_regions_are_tiled_left_half_of_the_face_above_right_half_below():
    rows, columns = torch.meshgrid(torch.arange(28), torch.arange(28), indexing="ij")
    tiled = tile_regions((100 * rows + columns)[None, None].expand(2, 3, 28, 28))
    assert tiled.shape == (2, 3, 28, 28)
    # First pixels of the regions: 7 above and 7 left of their centres.
    assert tiled[1, 2, ::14, ::14].tolist() == [[204, 1403], [314, 1314]]
    assert tiled[1, 2, 13::14, 13::14].tolist() == [[1517, 2716], [1627, 2627]]


def test_the_network_sees_the_tiled_regions():
    network, images = small(7), torch.rand(2, 3, 28, 28)
    seen = []
    network.embedding.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0]))
    network(images)
    assert torch.equal(seen[0], tile_regions(images))


def test_positions_repeat_in_every_window():
    level = Level(dim=2, n_heads=1, depth=0, windows=2, window=3)
    with torch.no_grad():
        level.positions.copy_(torch.arange(9))
    x = torch.rand(1, 2, 6, 6)
    added = level(x) - x
    expected = torch.arange(9.0).view(3, 3).repeat(2, 2).expand(1, 2, 6, 6)
    assert torch.allclose(added, expected, atol=1e-5)


def test_windows_do_not_see_each_other():
    torch.manual_seed(0)
    level = Level(dim=4, n_heads=2, depth=1, windows=2, window=3)
    x = torch.randn(1, 4, 6, 6)
    other = x.clone()
    other[0, :, 1, 4] += torch.randn(4)
    changed = (level(x) != level(other)).any(dim=1)[0]
    assert changed[:3, 3:].all()
    assert changed.sum() == 9


def test_merging_normalises_channels_before_it_pools():
    """Channels become -1 and 1, and 1 and -1 where x is negative; the maximum of both is 1."""
    merge = Merge(1, 2)
    with torch.no_grad():
        for parameter in merge.convolution.parameters():
            parameter.zero_()
        merge.convolution.weight[:, 0, 1, 1] = torch.tensor([-1.0, 1.0])
    x = torch.ones(1, 1, 7, 7)
    assert torch.allclose(
        merge(9 * x), torch.tensor([-1.0, 1.0]).view(1, 2, 1, 1).expand(1, 2, 4, 4), atol=1e-5
    )
    x[..., 1] = -5.0
    assert torch.allclose(merge(9 * x)[..., :2], torch.ones(1, 2, 4, 2), atol=1e-5)


@pytest.mark.parametrize("patch", [7, 2])
def test_stacked_networks_give_what_each_gives_alone(patch):
    networks = [small(patch, seed).eval() for seed in range(2)]
    parameters, buffers = torch.func.stack_module_state(networks)
    images = torch.rand(2, 3, 3, 28, 28)

    def call(weights, others, batch):
        return functional_call(networks[0], (weights, others), (batch,))

    together = vmap(call)(parameters, buffers, images)
    for network, batch, scores in zip(networks, images, together, strict=True):
        assert torch.allclose(scores, network(batch), atol=1e-5)
    assert not torch.allclose(together[0], networks[1](images[0]), atol=1e-3)


def test_scores_are_linear_in_normalised_features():
    """The last layers: normalise the features of each token, average tokens, one linear layer."""
    network = small(2).eval()
    seen = []
    network.stages.register_forward_hook(lambda module, inputs, output: seen.append(output))
    scores = network(torch.rand(2, 3, 28, 28))
    features = nn.functional.layer_norm(seen[0].permute(0, 2, 3, 1), (48,)).mean(dim=(1, 2))
    assert torch.allclose(scores, network.classifier(features), atol=1e-5)
