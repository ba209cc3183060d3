"""Dropout and batch normalisation that are told from outside, alone and stacked over folds."""

import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

from mer.models.layers import BatchNorm2d, Dropout, DropPath, dropouts, layer_keys, set_keys, uniform_bits

torch.set_num_threads(1)
KEYS = layer_keys(1, 50)


def dropped(key, *shape, p=0.5, layer=Dropout):
    """Which positions a layer drops, as ones and zeros."""
    dropout = layer(p)
    dropout.key.fill_(key)
    return (dropout(torch.ones(shape)) == 0).float()


@pytest.mark.parametrize("layer", [Dropout, DropPath])
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_rate_is_kept_and_what_remains_is_scaled(layer, p):
    dropout = layer(p)
    rates = []
    for key in KEYS:
        dropout.key.fill_(key)
        values = dropout(torch.full((4000, 1), 3.0))
        rates.append((values == 0).float().mean())
        assert torch.allclose(values[values != 0], torch.tensor(3 / (1 - p)))
    rates = torch.stack(rates)
    # 200 000 draws: a standard error of at most 0.0011, here nearly five of them.
    assert rates.mean().item() == pytest.approx(p, abs=0.005)
    assert rates.std() < 0.02


def test_one_key_drops_the_same_positions_and_nothing_else_draws():
    before = torch.random.get_rng_state()
    assert torch.equal(dropped(7, 10, 300), dropped(7, 10, 300))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_masks_of_different_keys_are_uncorrelated():
    masks = torch.stack([dropped(key, 20_000) for key in KEYS])
    correlations = torch.corrcoef(masks)
    off_diagonal = correlations[~torch.eye(len(KEYS), dtype=torch.bool)]
    # 1225 pairs with a standard deviation of 0.007.
    assert off_diagonal.abs().max() < 0.035
    assert off_diagonal.mean().abs() < 0.001


def test_neighbours_within_a_mask_are_uncorrelated():
    for key in KEYS[:5]:
        mask = dropped(key, 100_000) - 0.5
        for lag in (1, 2, 3, 4, 8, 16, 28, 256, 784, 1024):
            assert abs((mask[lag:] * mask[:-lag]).mean().item() / 0.25) < 0.016, lag


@pytest.mark.parametrize("layer", [Dropout, DropPath])
def test_a_longer_batch_begins_with_the_mask_of_a_shorter_one(layer):
    long = dropped(3, 256, 4, 5, layer=layer)
    assert torch.equal(long[:100], dropped(3, 100, 4, 5, layer=layer))


def test_memory_format_does_not_matter():
    dropout, images = Dropout(0.5), torch.rand(3, 16, 5, 7)
    dropout.key.fill_(5)
    last = images.to(memory_format=torch.channels_last)
    assert last.stride() != images.stride()
    assert torch.equal(dropout(last), dropout(images))


@pytest.mark.parametrize("layer", [Dropout, DropPath])
def test_dropout_is_off_when_evaluating_and_at_zero(layer):
    x = torch.rand(50, 2)
    assert torch.equal(layer(0.5).eval()(x), x)
    assert torch.equal(layer(0.0)(x), x)
    assert not torch.equal(layer(0.5)(x), x)


@pytest.mark.parametrize("p", [-0.1, 1.0, 1.5])
def test_a_probability_is_one(p):
    with pytest.raises(ValueError, match="lies in"):
        Dropout(p)


def test_gradients_pass_where_values_pass():
    dropout, x = Dropout(0.5), torch.ones(100, requires_grad=True)
    dropout(x).sum().backward()
    assert torch.equal(x.grad, 2 * (1 - dropped(0, 100)))


def test_a_dropped_path_is_dropped_for_the_whole_sample():
    x = torch.rand(400, 3, 5) + 1
    path = DropPath(0.3)
    path.key.fill_(4)
    kept = path(x) != 0
    assert torch.equal(kept, kept[:, :1, :1].expand_as(kept))
    assert 0.2 < 1 - kept[:, 0, 0].float().mean() < 0.4


def test_bits_are_uniform_over_all_integers():
    bits = uniform_bits(torch.tensor(KEYS[0], dtype=torch.int32), (160_000,))
    assert bits.dtype == torch.int32
    counts = torch.histc(bits.double(), 16, -(2.0**31), 2.0**31)
    assert ((counts - 10_000).abs() < 500).all()  # five standard deviations


def test_keys_of_layers_differ_between_layers_and_steps():
    keys = [key for step in (0, 1, 2, 2**31) for key in layer_keys(step, 100)]
    assert len(set(keys)) == 400
    assert all(-(2**31) <= key < 2**31 for key in keys)
    assert layer_keys(1, 100)[:10] == layer_keys(1, 10)


def test_setting_keys_reaches_every_layer_in_a_fixed_order():
    network = nn.Sequential(nn.Linear(2, 2), Dropout(), nn.Sequential(Dropout(), nn.ReLU(), DropPath()))
    set_keys(network, 9)
    assert dropouts(network) == [network[1], network[2][0], network[2][2]]
    assert [layer.key.item() for layer in dropouts(network)] == layer_keys(9, 3)
    assert not any("key" in name for name in network.state_dict())


def normalisations():
    """The layer here and that of PyTorch, with the same weights and running moments."""
    torch.manual_seed(0)
    ours, reference = BatchNorm2d(4), nn.BatchNorm2d(4)
    with torch.no_grad():
        for value in (*ours.parameters(), ours.running_mean, ours.running_var):
            value.copy_(torch.rand(4) + 0.5)
    reference.load_state_dict(ours.state_dict())
    return ours, reference


@pytest.mark.parametrize("garbage", [0.0, 1e4])
def test_samples_that_do_not_count_do_not_matter(garbage):
    """Scores, gradients and running moments are those of the batch without them."""
    ours, reference = normalisations()
    x = torch.randn(5, 4, 3, 2) * 2 + 1
    padding = garbage * torch.randn(3, 4, 3, 2)
    alone = x.clone().requires_grad_()
    padded = torch.cat([x, padding]).requires_grad_()
    ours.rows = torch.tensor([1.0] * 5 + [0.0] * 3)
    slopes = torch.randn(5, 4, 3, 2)
    expected, found = reference(alone), ours(padded)[:5]
    assert torch.allclose(found, expected, atol=1e-5)
    (expected * slopes).sum().backward()
    (found * slopes).sum().backward()
    assert torch.allclose(padded.grad[:5], alone.grad, atol=1e-5)
    assert not padded.grad[5:].any()
    for mine, other in zip(ours.parameters(), reference.parameters(), strict=True):
        assert torch.allclose(mine.grad, other.grad, atol=1e-4)
    assert torch.allclose(ours.running_mean, reference.running_mean, atol=1e-6)
    assert torch.allclose(ours.running_var, reference.running_var, atol=1e-6)


def test_rows_may_be_anywhere_and_count_only_in_training():
    ours, reference = normalisations()
    x = torch.randn(4, 4, 3, 3)
    ours.rows = torch.tensor([0.0, 1.0, 0.0, 1.0])
    assert torch.allclose(ours(x)[1::2], reference(x[1::2]), atol=1e-6)
    assert torch.allclose(ours.eval()(x), reference.eval()(x), atol=1e-6)


def test_without_rows_it_is_the_layer_of_pytorch():
    ours, reference = normalisations()
    x = torch.randn(4, 4, 3, 3)
    assert torch.equal(ours(x), reference(x))
    for name, value in reference.state_dict().items():
        assert torch.equal(ours.state_dict()[name], value), name


class _Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(2, 4, 3)
        self.normalisation = BatchNorm2d(4)
        self.dropout, self.path = Dropout(0.5), DropPath(0.5)

    def forward(self, x):
        return self.path(self.dropout(self.normalisation(self.convolution(x))))


def test_stacked_folds_get_what_each_gets_alone():
    """Three folds of different sizes, padded to eight samples, with keys of their own."""
    torch.manual_seed(0)
    sizes = (8, 5, 3)
    networks = [_Network() for _ in sizes]
    for fold, network in enumerate(networks):
        set_keys(network, 100 + fold)
    images = torch.randn(3, 8, 2, 6, 6)
    rows = torch.stack([(torch.arange(8) < size).float() for size in sizes])
    parameters, buffers = stack_module_state(networks)
    assert buffers["dropout.key"].shape == (3,)
    shared = _Network()

    def call(weights, others, batch, counted):
        shared.normalisation.rows = counted
        return functional_call(shared, (weights, others), (batch,))

    together = vmap(call)(parameters, buffers, images, rows)
    assert together.any(dim=(2, 3, 4)).any(dim=1).all()
    for fold, (network, size) in enumerate(zip(networks, sizes, strict=True)):
        network.normalisation.rows = None
        alone = network(images[fold, :size])
        assert torch.equal(together[fold, :size] == 0, alone == 0)
        assert torch.allclose(together[fold, :size], alone, atol=1e-5)
        for name in ("running_mean", "running_var"):
            stacked = buffers[f"normalisation.{name}"][fold]
            assert torch.allclose(stacked, getattr(network.normalisation, name), atol=1e-6)


def test_stacked_folds_under_mixed_precision_get_what_each_gets_alone():
    """On a GPU a stacked convolution without bias gives bfloat16, which torch's normalisation does not take."""
    torch.manual_seed(0)
    networks = [BatchNorm2d(2) for _ in range(2)]
    weights, statistics = stack_module_state(networks)
    maps = torch.randn(2, 6, 2, 3, 3).bfloat16()

    def call(weights, statistics, batch):
        return functional_call(networks[0], (weights, statistics), (batch,))

    together = vmap(call)(weights, statistics, maps)
    together.square().sum().backward()
    assert together.dtype == torch.float32
    for fold, network in enumerate(networks):
        assert torch.allclose(together[fold], network(maps[fold].float()), atol=1e-5)


def test_stacked_folds_get_the_gradients_that_each_gets_alone():
    torch.manual_seed(0)
    networks = [_Network() for _ in range(2)]
    for fold, network in enumerate(networks):
        set_keys(network, fold)
    images, shared = torch.randn(2, 6, 2, 6, 6), _Network()
    parameters, buffers = stack_module_state(networks)

    def call(weights, others, batch):
        shared.normalisation.rows = torch.ones(6)
        return functional_call(shared, (weights, others), (batch,))

    vmap(call)(parameters, buffers, images).square().sum().backward()
    for fold, network in enumerate(networks):
        network(images[fold]).square().sum().backward()
        for name, parameter in network.named_parameters():
            assert torch.allclose(parameters[name].grad[fold], parameter.grad, rtol=1e-3, atol=1e-4), name
