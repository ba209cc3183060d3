"""Folds that are trained together: each gets what it gets alone, but for rounding."""

import numpy as np
import pytest
import torch
from torch import nn

from mer.training import stacked
from mer.training.course import Course
from mer.training.design import NetworkDesign
from mer.training.settings import Augmentation
from tests.unit.training.conftest import Small, scores, train, train_all

EVERYTHING = Augmentation(flip=True, shift=0.1, rotation=10.0, zoom=0.1, brightness=0.1, mixup=0.4)
# Three steps of 8 each; the last one has 4, 6 and 7 samples.
SIZES = (20, 22, 23)


@pytest.fixture
def folds(toy):
    def make(sizes=SIZES, **options):
        return [toy(n, seed=seed, **options) for seed, n in enumerate(sizes)]

    return make


@pytest.fixture
def tested(toy):
    return toy(12, seed=50)


@pytest.fixture
def stacks(monkeypatch):
    """Count the folds of each stack that is trained."""
    sizes, original = [], stacked.Stack.go

    def counting(stack):
        sizes.append(len(stack.folds))
        original(stack)

    monkeypatch.setattr(stacked.Stack, "go", counting)
    return sizes


def same(networks, others, tested):
    """Whether networks score alike, and not all the same."""
    found, expected = ([scores(one, tested) for one in several] for several in (networks, others))
    assert not np.allclose(found[0], found[-1], atol=1e-3) or len(found) == 1
    return np.allclose(found, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("sizes", [SIZES, (24, 24)], ids=["partial", "whole"])
@pytest.mark.parametrize(
    "settings",
    [
        {"order": "class_order"},
        {"augmentation": EVERYTHING},
        {"balance": "resample", "clip_norm": 0.5},
        {"balance": "class_weights", "optimiser": "sgd", "momentum": 0.9, "lr": 0.05},
        {"optimiser": "adamw", "weight_decay": 0.1, "schedule": "cosine"},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_folds_get_what_each_gets_alone(folds, tested, stacks, sizes, settings):
    several = folds(sizes)
    together = train_all(several, **settings)
    assert stacks == [len(sizes)]
    assert same(together, [train(one, seed, **settings) for seed, one in enumerate(several)], tested)
    assert not any(module.training for network in together for module in network.modules())


def test_uneven_classes_are_resampled_in_every_fold(toy, tested):
    """Epochs of three classes of 12 samples, and of 15: 36 and 45 samples, cut into five and six steps."""
    labels = ([0] * 12 + [1] * 5 + [2] * 7, [0] * 5 + [1] * 4 + [2] * 15, [2] * 6 + [1] * 12)
    several = [toy(seed=seed, labels=one) for seed, one in enumerate(labels)]
    settings = {"balance": "resample", "epochs": 3}
    assert same(
        train_all(several, **settings), [train(one, n, **settings) for n, one in enumerate(several)], tested
    )


def test_absent_classes_and_class_weights_are_each_folds_own(toy, tested):
    labels = ([0] * 12 + [1] * 4 + [2] * 4, [0] * 4 + [2] * 15, [1] * 21)
    several = [toy(seed=seed, labels=one) for seed, one in enumerate(labels)]
    settings = {"balance": "class_weights", "epochs": 3}
    assert same(
        train_all(several, **settings), [train(one, n, **settings) for n, one in enumerate(several)], tested
    )


def test_folds_whose_epochs_differ_in_steps_are_stacked_apart(folds, tested, stacks):
    several = folds((24, 30, 20, 31, 9))  # 3, 4, 3, 4 and 2 steps of 8
    together = train_all(several)
    assert stacks == [2, 2, 1]
    assert same(together, [train(one, seed) for seed, one in enumerate(several)], tested)


@pytest.mark.parametrize("patience", [None, 2])
def test_every_fold_keeps_its_own_best_epoch(folds, tested, patience):
    settings = {"selection": "inner_val", "epochs": 10, "lr": 0.03, "patience": patience}
    several, told = folds((24, 24, 24), noise=2.5), [[], [], []]
    together = train_all(several, [Course(tell=one.append) for one in told], **settings)
    alone, expected = [], [[], [], []]
    for seed, one in enumerate(several):
        alone.append(train(one, seed, course=Course(tell=expected[seed].append), **settings))
    assert same(together, alone, tested)
    best = set()
    for ours, theirs in zip(told, expected, strict=True):
        losses = [one.validation_loss for one in theirs]
        assert [one.validation_loss for one in ours[: len(losses)]] == pytest.approx(losses, abs=1e-4)
        best.add(int(np.argmin(losses)))
    assert len(best) > 1
    assert max(best) < 9


def test_folds_that_hold_out_differently_many_samples(make_samples, toy, tested):
    """Three steps of 8 each, but 18 samples are learned from in one fold and 16 in the other."""
    sizes = ((6, 6, 6, 6), (5, 5, 5, 5))
    several = []
    for seed, clips in enumerate(sizes):
        one = toy(sum(clips), seed=seed)
        subjects = [f"s{number}" for number, n in enumerate(clips) for _ in range(n)]
        several.append(make_samples(one.data, one.labels, subjects))
    settings = {"selection": "inner_val"}
    together = train_all(several, **settings)
    assert same(together, [train(one, seed, **settings) for seed, one in enumerate(several)], tested)


def test_companions_play_no_role(folds, toy, tested):
    first, second, third = folds()
    other = toy(18, seed=9, noise=30.0)
    (alone,) = train_all([first])
    assert same(train_all([first, second, third])[:1], [alone], tested)
    assert same(train_all([first, other])[:1], [alone], tested)
    assert same(train_all([second, other, first], seeds=[5, 6, 0])[-1:], [alone], tested)


def test_every_fold_is_watched_and_told_of_as_alone(folds, tested):
    def watch(network):
        assert not network.training
        return scores(network, tested)

    several, told, expected = folds(), [[], [], []], [[], [], []]
    courses = [Course(watch, tell=one.append) for one in told]
    together = train_all(several, courses)
    for seed, one in enumerate(several):
        alone = Course(watch, tell=expected[seed].append)
        train(one, seed, course=alone)
        assert len(courses[seed].watched) == 4
        assert np.allclose(courses[seed].watched, alone.watched, rtol=0, atol=1e-4)
        assert np.array_equal(courses[seed].watched[-1], scores(together[seed], tested))
        assert [(p.epoch, p.epochs) for p in told[seed]] == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert [p.loss for p in told[seed]] == pytest.approx([p.loss for p in expected[seed]], abs=1e-4)
    assert same(together, train_all(several), tested)


def test_learning_rates_differ_by_layer_in_every_fold(folds, tested):
    design = NetworkDesign(Small, lr_factors={"convolution.": 0.0, "classifier.": 3.0})
    settings = {"design": design, "optimiser": "sgd", "lr": 0.05}
    together = train_all(folds(), **settings)
    assert same(together, [train(one, seed, **settings) for seed, one in enumerate(folds())], tested)
    drawn = train(folds()[0], design=design, epochs=1, lr=1e-30)
    assert torch.equal(together[0].convolution.weight, drawn.convolution.weight)


def test_weights_that_need_no_gradient_stay(folds, tested):
    def fixed(n_classes):
        network = Small(n_classes)
        network.convolution.requires_grad_(False)
        return network

    settings = {"design": NetworkDesign(fixed), "clip_norm": 0.1}
    together = train_all(folds(), **settings)
    assert same(together, [train(one, seed, **settings) for seed, one in enumerate(folds())], tested)


def test_frame_pairs_are_stacked(make_samples):
    """Images of shape (N, T, C, H, W) and a network that returns a tuple."""

    class Pair(nn.Module):
        def __init__(self, n_classes):
            super().__init__()
            self.layer = nn.Linear(36, n_classes)

        def forward(self, frames):
            return self.layer(frames.flatten(1)), frames

    def samples(n, seed):
        return make_samples(np.random.default_rng(seed).normal(size=(n, 2, 2, 3, 3)), np.arange(n) % 3)

    several = [samples(20, 0), samples(21, 1)]
    settings = {"design": NetworkDesign(Pair), "augmentation": EVERYTHING}
    together = train_all(several, **settings)
    assert same(together, [train(one, n, **settings) for n, one in enumerate(several)], samples(9, 2))


def test_mixed_precision_differs_a_little(folds, tested):
    mixed = train_all(folds(), mixed_precision=True)
    for full, other in zip(train_all(folds()), mixed, strict=True):
        assert 1e-5 < abs(scores(full, tested) - scores(other, tested)).max() < 0.1
        assert {parameter.dtype for parameter in other.parameters()} == {torch.float32}


def test_the_streams_alone_decide(folds, tested):
    torch.manual_seed(1)
    first = train_all(folds())
    torch.manual_seed(2)
    before = torch.get_rng_state()
    second = train_all(folds())
    assert torch.equal(torch.get_rng_state(), before)
    assert all(
        np.array_equal(scores(a, tested), scores(b, tested)) for a, b in zip(first, second, strict=True)
    )
