"""Training that is interrupted and continues from its checkpoint."""

import numpy as np
import pytest

from mer.training import checkpoints
from mer.training.course import Course
from mer.training.settings import Augmentation
from tests.unit.training.conftest import StoppedError, same_weights, scores, train

EPOCHS, STOP = 6, 4
EVERYTHING = Augmentation(flip=True, shift=0.1, rotation=10.0, zoom=0.1, brightness=0.1, mixup=0.4)


@pytest.fixture(autouse=True)
def _keep_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s0-000.pt"


def stop(progress):
    if progress.epoch == STOP:
        raise StoppedError


def watch(samples):
    return lambda network: scores(network, samples)


def interrupted(samples, path, identity="mine", **settings):
    """Train until epoch 4 is told; the checkpoint holds the three epochs before."""
    with pytest.raises(StoppedError):
        train(
            samples, course=Course(tell=stop, checkpoint=path, identity=identity), epochs=EPOCHS, **settings
        )
    assert path.is_file()


def resumed(samples, path, identity="mine", **settings):
    """The network, and the epochs that were trained."""
    told = []
    course = Course(tell=told.append, checkpoint=path, identity=identity)
    network = train(samples, course=course, epochs=EPOCHS, **settings)
    assert len(course.earlier) == (not told or told[0].epoch > 1)
    assert all(seconds > 0 for seconds in course.earlier)
    return network, [one.epoch for one in told]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimiser": "adamw", "weight_decay": 0.1, "schedule": "cosine"},
        {"optimiser": "sgd", "momentum": 0.9, "lr": 0.05},
        {"augmentation": EVERYTHING},
        {"order": "class_order", "balance": "resample", "clip_norm": 0.5},
        {"selection": "inner_val"},
    ],
    ids=lambda settings: "-".join(settings) or "adam",
)
def test_an_interruption_changes_nothing(toy, path, settings):
    whole = train(toy(), epochs=EPOCHS, **settings)
    interrupted(toy(), path, **settings)
    network, epochs = resumed(toy(), path, **settings)
    assert epochs == [4, 5, 6]
    assert same_weights(network, whole)
    assert np.array_equal(scores(network, toy(5, seed=9)), scores(whole, toy(5, seed=9)))


@pytest.mark.parametrize(("patience", "expected"), [(None, [4, 5, 6]), (3, [4, 5])])
def test_the_best_epoch_survives_an_interruption(toy, path, patience, expected):
    """It is the second, before the interruption, and patience counts from it."""
    settings = {"selection": "inner_val", "lr": 0.3, "patience": patience}
    told = []
    whole = train(toy(noise=4), course=Course(tell=told.append), epochs=EPOCHS, **settings)
    assert np.argmin([one.validation_loss for one in told]) + 1 == 2
    interrupted(toy(noise=4), path, **settings)
    network, epochs = resumed(toy(noise=4), path, **settings)
    assert epochs == expected
    assert same_weights(network, whole)


def test_what_was_watched_before_an_interruption_is_restored(toy, path):
    test = toy(5, seed=9)
    whole = Course(watch=watch(test))
    train(toy(), course=whole, epochs=EPOCHS)
    with pytest.raises(StoppedError):
        train(toy(), course=Course(watch=watch(test), tell=stop, checkpoint=path), epochs=EPOCHS)
    again = Course(watch=watch(test), checkpoint=path)
    network = train(toy(), course=again, epochs=EPOCHS)
    assert len(again.watched) == EPOCHS
    assert np.array_equal(np.stack(again.watched), np.stack(whole.watched))
    assert np.array_equal(again.watched[-1], scores(network, test))


def test_training_can_be_interrupted_twice(toy, path):
    interrupted(toy(), path)
    seen = []

    def stop_later(progress):
        seen.append(progress.epoch)
        if progress.epoch == 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(toy(), course=Course(tell=stop_later, checkpoint=path, identity="mine"), epochs=EPOCHS)
    network, epochs = resumed(toy(), path)
    assert (seen, epochs) == ([4, 5], [5, 6])
    assert same_weights(network, train(toy(), epochs=EPOCHS))


def test_training_that_was_done_is_not_done_again(toy, path):
    first, _ = resumed(toy(), path)
    second, epochs = resumed(toy(), path)
    assert epochs == []
    assert same_weights(first, second)


def test_a_checkpoint_of_something_else_is_ignored(toy, path):
    interrupted(toy(), path)
    network, epochs = resumed(toy(seed=1), path, identity="other")
    assert epochs == [1, 2, 3, 4, 5, 6]
    assert same_weights(network, train(toy(seed=1), epochs=EPOCHS))


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[:-200], lambda whole: b"", lambda whole: bytes(len(whole))]
)
def test_a_damaged_checkpoint_is_ignored(toy, path, damage):
    interrupted(toy(), path)
    path.write_bytes(damage(path.read_bytes()))
    network, epochs = resumed(toy(), path)
    assert epochs == [1, 2, 3, 4, 5, 6]
    assert same_weights(network, train(toy(), epochs=EPOCHS))


def test_keeping_checkpoints_changes_nothing(toy, path):
    network, _ = resumed(toy(), path)
    assert same_weights(network, train(toy(), epochs=EPOCHS))


def test_short_training_leaves_no_checkpoint(toy, path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 60)
    resumed(toy(), path)
    assert not path.exists()
