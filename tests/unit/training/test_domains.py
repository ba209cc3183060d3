"""Macro-expressions beside micro-expressions: the loss of domains, and what goes by the count of steps."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from mer.models.gradient_reversal import GradientReversal
from mer.training import checkpoints, loop
from mer.training.course import Course
from mer.training.design import NetworkDesign, cross_entropy
from mer.training.fold import divide
from mer.training.loop import train_networks
from mer.training.settings import Augmentation
from tests.unit.training.conftest import (
    SMALL,
    Small,
    StoppedError,
    same_weights,
    settings_of,
    train,
)

ONE_STEP = {"optimiser": "sgd", "epochs": 1, "batch_size": 32, "order": "class_order", "lr": 0.1}


def domain_loss(outputs, is_macro):
    return functional.binary_cross_entropy_with_logits(outputs[1], is_macro, reduction="none")


def count(network, n_steps):
    network.reversal.set_steps(1000 * (n_steps + 1))


class Scalar(nn.Module):
    """A trunk of one weight, a classifier that is zero, and one weight that tells domains apart."""

    def __init__(self, n_classes):
        super().__init__()
        self.trunk = nn.Parameter(torch.tensor(2.0))
        self.classifier = nn.Parameter(torch.zeros(1, n_classes))
        self.domain = nn.Parameter(torch.tensor(0.5))
        self.reversal = GradientReversal()

    def forward(self, x):
        features = self.trunk * x  # (N, 1)
        return features @ self.classifier, self.domain * self.reversal(features).squeeze(1)


class Adversarial(Small):
    """The small network with a part that tells domains apart, behind a reversal."""

    def __init__(self, n_classes):
        super().__init__(n_classes)
        self.reversal = GradientReversal()
        self.domain = nn.Linear(n_classes, 1)

    def forward(self, images):
        scores = super().forward(images)
        return scores, self.domain(self.reversal(scores)).squeeze(1)


SCALAR = NetworkDesign(Scalar, domain_loss=domain_loss, before_step=count)
ADVERSARIAL = NetworkDesign(Adversarial, domain_loss=domain_loss, before_step=count)


@pytest.fixture
def pair(make_samples):
    """A micro-expression of 1 and a macro-expression of 3."""
    return replace(make_samples(np.array([[1.0], [3.0]]), [0, 1]), is_macro=np.array([False, True]))


@pytest.fixture
def mixed(toy):
    """24 samples of four subjects, every third a macro-expression."""
    return replace(toy(), is_macro=np.arange(24) % 3 == 1)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_the_domains_gradient_reaches_the_trunk_with_reversed_sign(pair):
    """Features are 2 and 6, scores of being macro 1 and 3; p is 0.1, so that gradients count 0.462."""
    network = train(pair, design=SCALAR, **ONE_STEP)
    errors = [sigmoid(1.0), sigmoid(3.0) - 1]  # of the cross-entropy by the score
    strength = 2 / (1 + math.exp(-1)) - 1
    down = (errors[0] * 0.5 * 1 + errors[1] * 0.5 * 3) / 2
    assert strength == pytest.approx(0.462117, abs=1e-6)
    assert network.trunk.item() == pytest.approx(2 + 0.1 * strength * down, abs=1e-6)
    assert network.domain.item() == pytest.approx(0.5 - 0.1 * (errors[0] * 2 + errors[1] * 6) / 2, abs=1e-6)


def test_the_loss_of_domains_is_added_and_knows_no_class_weights(make_samples):
    """Three classes with equal scores: log 3. Of the cross-entropies of domains, the plain mean."""
    samples = replace(
        make_samples(np.array([[1.0], [1.0], [3.0]]), [0, 0, 1]), is_macro=np.array([False, False, True])
    )
    told = []
    train(samples, design=SCALAR, course=Course(tell=told.append), **ONE_STEP, balance="class_weights")
    domains = (2 * math.log(1 + math.exp(1)) + math.log(1 + math.exp(-3))) / 3
    assert told[0].loss == pytest.approx(math.log(3) + domains, abs=1e-6)


def test_without_macro_expressions_nobody_asks_for_domains(toy):
    def never(outputs, is_macro):
        raise AssertionError

    asked = NetworkDesign(Adversarial, domain_loss=never)
    assert same_weights(train(toy(), design=asked), train(toy(), design=NetworkDesign(Adversarial)))


def test_a_design_without_a_loss_of_domains_learns_from_macro_expressions_as_from_others(toy, mixed):
    assert same_weights(train(mixed), train(toy()))


def test_steps_are_counted_from_zero_through_all_epochs(mixed):
    counted = []
    design = NetworkDesign(Adversarial, before_step=lambda network, n: counted.append(n))
    train(mixed, design=design, epochs=3, batch_size=10)
    assert counted == list(range(9))


def test_what_the_step_changes_holds_in_that_step(mixed):
    """The reversal of a step is as strong as told before it."""
    seen = []

    def look(network, n_steps):
        count(network, n_steps)
        network.domain.register_forward_pre_hook(lambda *_: seen.append(float(network.reversal.progress)))

    train(mixed, design=replace(ADVERSARIAL, before_step=look), epochs=1)
    assert sorted(set(seen)) == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.parametrize("mixup", [0.0, 0.4])
def test_flags_are_mixed_as_targets_are(toy, mixup):
    """Class 1 are the macro-expressions, so that its targets are the flags."""
    samples = toy(12)
    samples = replace(samples, is_macro=samples.labels == 1)
    targets, flags = [], []

    def loss(outputs, wanted):
        targets.append(wanted[:, 1])
        return cross_entropy(outputs, wanted)

    def domains(outputs, is_macro):
        flags.append(is_macro)
        return domain_loss(outputs, is_macro)

    design = NetworkDesign(Adversarial, loss=loss, domain_loss=domains)
    train(samples, design=design, augmentation=Augmentation(mixup=mixup))
    assert torch.equal(torch.cat(flags), torch.cat(targets))
    between = (torch.cat(flags) > 0) & (torch.cat(flags) < 1)
    assert between.any() == bool(mixup)


def test_a_run_that_goes_on_counts_on(mixed, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)

    def stop(progress):
        if progress.epoch == 3:
            raise StoppedError

    path, counted = tmp_path / "a.pt", []

    def counting(network, n_steps):
        counted.append(n_steps)
        count(network, n_steps)

    design = replace(ADVERSARIAL, before_step=counting)
    whole = train(mixed, design=design)
    with pytest.raises(StoppedError):
        train(mixed, design=design, course=Course(tell=stop, checkpoint=path))
    counted.clear()
    assert same_weights(train(mixed, design=design, course=Course(checkpoint=path)), whole)
    assert counted == [6, 7, 8, 9, 10, 11]  # three steps an epoch


def test_the_count_of_steps_decides_what_is_learned(mixed):
    weak = replace(ADVERSARIAL, before_step=lambda network, n: network.reversal.set_steps(0))
    assert not same_weights(train(mixed, design=ADVERSARIAL), train(mixed, design=weak))


@pytest.mark.parametrize(("design", "stacked"), [(SMALL, True), (ADVERSARIAL, False)])
def test_domains_are_never_stacked(toy, monkeypatch, design, stacked):
    calls = []
    monkeypatch.setattr("mer.training.stacked.train_stacked", lambda *_: calls.append("stacked"))
    monkeypatch.setattr(loop, "train_network", lambda *_: calls.append("alone"))
    folds, rngs = [toy(), toy()], [np.random.default_rng(0)] * 2
    train_networks(design, settings_of(), folds, rngs, [Course()] * 2, torch.device("cuda"))
    assert calls == (["stacked"] if stacked else ["alone", "alone"])


def test_held_out_subjects_are_judged_by_their_micro_expressions(mixed):
    learned, held_out = divide(mixed, settings_of(selection="inner_val"), np.random.default_rng(0))
    assert held_out.is_macro.tolist() == [0.0] * len(held_out.labels)
    assert 0 < learned.is_macro.sum() < 8
    # Of each of the four subjects, four of six clips are micro-expressions.
    assert (len(learned.labels), len(held_out.labels)) == (18, 4)


def test_class_weights_count_macro_expressions_too(make_samples):
    samples = replace(
        make_samples(np.zeros((4, 1)), [0, 1, 1, 1]), is_macro=np.array([False, False, True, True])
    )
    learned, _ = divide(samples, settings_of(balance="class_weights"), np.random.default_rng(0))
    assert learned.weight_of_class.tolist() == pytest.approx([2, 2 / 3, 0])
