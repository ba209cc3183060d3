"""Choosing the epoch by held-out training subjects."""

import numpy as np
import pytest
from pydantic import ValidationError

from mer.core.errors import TrainingError
from mer.training.course import Course
from mer.training.fold import divide, validation_loss
from mer.training.held_out import hold_out
from tests.unit.training.conftest import SMALL, same_weights, settings_of, train, train_all

# Noise is learned by heart, so that the held-out loss rises after some epochs.
SETTINGS = {"epochs": 16, "lr": 0.02, "selection": "inner_val"}


def trained(samples, **settings):
    """The network, and the held-out losses that were told."""
    told = []
    network = train(samples, course=Course(tell=told.append), **SETTINGS | settings)
    assert [one.epoch for one in told] == list(range(1, len(told) + 1))
    return network, [one.validation_loss for one in told]


def loss_of(network, samples, seed=0):
    """The loss on those that stream ``seed`` holds out, after the seed of the weights was drawn."""
    rng = np.random.default_rng(seed)
    rng.integers(2**63)
    _, held_out = divide(samples, settings_of(**SETTINGS), rng)
    network.train()
    loss = validation_loss(network, held_out, SMALL, 8)
    network.eval()
    return loss


def test_the_epoch_with_the_lowest_held_out_loss_is_returned(toy):
    samples = toy(noise=2.5)
    network, losses = trained(samples)
    assert len(losses) == 16
    assert 0 < np.argmin(losses) < 12  # neither the first nor among the last
    assert loss_of(network, samples) == pytest.approx(min(losses), abs=1e-6)


def test_patience_stops_after_as_many_epochs_without_a_better_one(toy):
    samples = toy(noise=2.5)
    _, losses = trained(samples)
    network, fewer = trained(samples, patience=3)
    best = int(np.argmin(losses)) + 1
    assert fewer == losses[: best + 3]
    assert len(fewer) < len(losses)
    assert loss_of(network, samples) == pytest.approx(min(losses), abs=1e-6)


def test_a_held_out_loss_that_is_no_number_is_a_problem_alone_and_stacked(toy):
    samples, rng = toy(), np.random.default_rng(0)
    rng.integers(2**63)  # of the weights
    _, held_out = hold_out(samples, rng)
    samples.data[held_out[0]] = np.nan
    problem = "The loss on held-out subjects is nan after epoch 1. Lower the learning rate"
    with pytest.raises(TrainingError, match=problem):
        train(samples, **SETTINGS)
    broken, whole = train_all([samples, toy()], **SETTINGS)
    assert str(broken).startswith(problem)
    assert not isinstance(whole, TrainingError)


def test_patience_without_held_out_subjects_is_refused():
    with pytest.raises(ValidationError, match="'patience' stops by held-out subjects"):
        settings_of(patience=1)


def test_held_out_subjects_are_not_learned_from(toy):
    """Whatever their clips show, the network after the only epoch is the same."""
    samples = toy()
    rng = np.random.default_rng(0)
    rng.integers(2**63)
    _, held_out = divide(samples.with_data(np.arange(24.0)), settings_of(**SETTINGS), rng)
    other = samples.data.copy()
    other[held_out.images.numpy().astype(int)] += 3
    first, _ = trained(samples, epochs=1)
    second, _ = trained(samples.with_data(other), epochs=1)
    assert 4 <= len(held_out.labels) <= 8
    assert same_weights(first, second)


def test_a_single_subject_is_an_error(toy, make_samples):
    samples = make_samples(toy().data, toy().labels, ["s"] * 24)
    with pytest.raises(TrainingError, match="there is only 1"):
        trained(samples)
