"""Against PyTorch's own layers, which share no code with these."""

import pytest
import torch
from torch import nn

from mer.models.layers import set_keys
from mer.models.transformer import SelfAttention, TransformerBlock

torch.set_num_threads(1)


def test_attention_is_that_of_pytorch():
    torch.manual_seed(0)
    reference, ours = nn.MultiheadAttention(12, 3, batch_first=True), SelfAttention(12, 3)
    nn.init.normal_(reference.in_proj_bias)
    ours.query_key_value.load_state_dict({"weight": reference.in_proj_weight, "bias": reference.in_proj_bias})
    ours.projection.load_state_dict(reference.out_proj.state_dict())
    tokens = torch.randn(4, 5, 12)
    expected, _ = reference(tokens, tokens, tokens)
    assert torch.allclose(ours(tokens), expected, atol=1e-6)
    assert torch.allclose(ours(tokens.view(2, 2, 5, 12)), expected.view(2, 2, 5, 12), atol=1e-6)


def test_a_block_is_that_of_pytorch():
    torch.manual_seed(0)
    reference = nn.TransformerEncoderLayer(
        12, 3, 20, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    for parameter in reference.parameters():
        nn.init.normal_(parameter, std=0.5)
    ours = TransformerBlock(12, 3, 20)
    # Both list their weights in the order of use: first norm, attention, second norm, perceptron.
    order = ["norm1", "self_attn", "norm2", "linear1", "linear2"]
    foreign = [value for part in order for value in reference.get_submodule(part).state_dict().values()]
    ours.load_state_dict(dict(zip(ours.state_dict(), foreign, strict=True)))
    tokens = torch.randn(4, 5, 12)
    assert torch.allclose(ours(tokens), reference(tokens), atol=1e-5)


def test_features_that_heads_do_not_share_evenly_are_left_over():
    attention = SelfAttention(8, 3, bias=False)
    shapes = [tuple(parameter.shape) for parameter in attention.parameters()]
    assert shapes == [(18, 8), (8, 6), (8,)]
    assert attention(torch.rand(2, 4, 8)).shape == (2, 4, 8)


def test_attention_by_hand():
    """One head of two features; the query (ln 3 * sqrt 2, 0) finds keys (1, 0) and (0, 0): weights 3/4, 1/4."""
    attention = SelfAttention(2, 1, bias=False)
    log3 = torch.log(torch.tensor(3.0)) * 2**0.5
    with torch.no_grad():
        attention.query_key_value.weight.copy_(
            torch.tensor([[log3, log3], [0, 0], [1, 0], [0, 0], [4, 0], [0, 8]])
        )
        attention.projection.weight.copy_(torch.eye(2))
        attention.projection.bias.zero_()
    tokens = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])  # values (4, 0) and (0, 8)
    assert torch.allclose(attention(tokens), torch.tensor([3.0, 2.0]))


@pytest.mark.parametrize("branch", ["attention", "perceptron"])
def test_stochastic_depth_drops_a_branch_of_some_samples(branch):
    torch.manual_seed(0)
    block = TransformerBlock(4, 2, 8, stochastic_depth=0.5)
    other = {"attention": "perceptron", "perceptron": "attention"}[branch]
    for parameter in block.get_submodule(other).parameters():
        nn.init.zeros_(parameter)
    tokens = torch.randn(200, 3, 4)
    full = block.eval()(tokens) - tokens
    block.train()
    set_keys(block, 1)
    change = block(tokens) - tokens
    kept = change.flatten(1).any(dim=1)
    assert 70 < kept.sum() < 130
    assert torch.allclose(change[kept], 2 * full[kept], atol=1e-5)
