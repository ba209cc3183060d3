import math

import numpy as np
import pytest
import torch
from torch import nn

from mer.training.design import NetworkDesign
from mer.training.fold import Best, balanced_loss, copied, divide, losses_of, validation_loss
from mer.training.held_out import hold_out
from tests.unit.training.conftest import Small, settings_of


def test_classes_count_the_same_in_the_balanced_loss():
    # Class 0 has a mean of 2, class 2 of 10; class 1 does not occur.
    assert balanced_loss(np.array([1.0, 2, 3, 10]), np.array([0, 0, 0, 2])) == 6


def test_losses_are_logarithms_of_scores():
    scores = torch.tensor([[0.25, 0.75], [0.5, 0.5]], dtype=torch.float64)
    targets = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert losses_of(scores, targets).tolist() == pytest.approx([math.log(4), math.log(2)])


def test_a_score_of_zero_has_a_finite_loss():
    losses = losses_of(torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.eye(2))
    assert np.isfinite(losses).all()
    assert losses[0] > 80


def test_only_a_lower_loss_improves():
    best = Best(0.5, 3)
    assert best.improves(0.4)
    assert not best.improves(0.5)
    assert not best.improves(float("nan"))
    assert Best().improves(100.0)


def test_samples_are_divided_as_held_out(toy):
    samples = toy(24)
    learned, held_out = divide(samples, settings_of(selection="inner_val"), np.random.default_rng(5))
    rows, others = hold_out(samples, np.random.default_rng(5))
    for part, chosen in ((learned, rows), (held_out, others)):
        assert np.array_equal(part.images.numpy(), samples.data[chosen])
        assert np.array_equal(part.labels, samples.labels[chosen])
        assert np.array_equal(part.targets.argmax(dim=1).numpy(), samples.labels[chosen])


@pytest.mark.parametrize("selection", ["last", "oracle_test"])
def test_nobody_is_held_out_unless_an_epoch_is_chosen_by_it(toy, selection):
    rng = np.random.default_rng(5)
    learned, held_out = divide(toy(24), settings_of(selection=selection), rng)
    assert len(learned.labels) == 24
    assert held_out is None
    assert rng.bit_generator.state == np.random.default_rng(5).bit_generator.state


def test_only_class_weights_weigh_classes(toy):
    samples = toy(labels=[0, 0, 0, 2])
    for balance, expected in [("none", [1, 1, 1]), ("resample", [1, 1, 1]), ("class_weights", [2 / 3, 0, 2])]:
        learned, _ = divide(samples, settings_of(balance=balance), np.random.default_rng(0))
        assert learned.weight_of_class.tolist() == pytest.approx(expected)
        assert learned.targets.tolist() == [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]]


def test_held_out_samples_are_judged_without_dropout_and_stay_untouched(toy):
    torch.manual_seed(0)
    network, design = Small(3).train(), NetworkDesign(Small)
    _, held_out = divide(toy(24), settings_of(selection="inner_val"), np.random.default_rng(0))
    before = copied(network)
    first = validation_loss(network, held_out, design, 2)
    network.dropout.key.fill_(7)
    assert validation_loss(network, held_out, design, 4) == pytest.approx(first)
    assert network.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_the_held_out_loss_is_that_of_the_scores(toy):
    """A network that looks at nothing: its scores are 1/2, 1/4, 1/4 for everybody."""

    class Blind(nn.Module):
        def forward(self, x):
            return torch.tensor([math.log(2.0), 0.0, 0.0]).expand(len(x), 3)

    samples = toy(labels=[0] * 12 + [1] * 8)
    _, held_out = divide(samples, settings_of(selection="inner_val"), np.random.default_rng(0))
    assert set(held_out.labels) == {0, 1}
    # Class 0 costs log 2, class 1 log 4, and both count the same: 3/2 log 2.
    loss = validation_loss(Blind(), held_out, NetworkDesign(Small), 4)
    assert loss == pytest.approx(1.5 * math.log(2))


def test_a_copy_does_not_follow_the_network():
    network = nn.Linear(2, 1)
    copy, before = copied(network), network.weight.detach().clone()
    with torch.no_grad():
        network.weight.zero_()
    assert torch.equal(copy["weight"], before)
