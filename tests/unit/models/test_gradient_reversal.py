import math

import pytest
import torch

from mer.models.gradient_reversal import GradientReversal


def test_values_pass_exactly():
    x = torch.tensor([0.1, -3e7, 1e-20, 0.0])
    layer = GradientReversal()
    layer.progress.fill_(0.37)
    assert torch.equal(layer(x), x)


@pytest.mark.parametrize(("progress", "strength"), [(0.0, 0.0), (0.1, math.tanh(0.5)), (1.0, math.tanh(5.0))])
def test_gradients_change_their_sign_by_the_strength(progress, strength):
    """2 / (1 + exp(-10 p)) - 1 is the hyperbolic tangent of 5 p."""
    layer, x = GradientReversal(), torch.tensor([1.0, 2.0], requires_grad=True)
    layer.progress.fill_(progress)
    (layer(x) * torch.tensor([3.0, -1.0])).sum().backward()
    assert x.grad.tolist() == pytest.approx([-3 * strength, strength], abs=1e-6)


def test_progress_is_not_a_weight():
    assert not GradientReversal().state_dict()
    assert not list(GradientReversal().parameters())
    assert dict(GradientReversal().named_buffers()).keys() == {"progress"}


def test_stacked_copies_have_progress_of_their_own():
    layer = GradientReversal()

    def gradient(progress, x):
        def total(x):
            return (torch.func.functional_call(layer, {"progress": progress}, (x,)) * 2).sum()

        return torch.func.grad(total)(x)

    found = torch.func.vmap(gradient)(torch.tensor([0.0, 0.1]), torch.ones(2, 1))
    assert found.flatten().tolist() == pytest.approx([0.0, -2 * math.tanh(0.5)])
