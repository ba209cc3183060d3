"""What goes wrong with one fold of a stack, with memory, and interruptions."""

import logging
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from mer.core.errors import TrainingError
from mer.training import checkpoints, loop, stacked
from mer.training.course import Course
from mer.training.design import NetworkDesign, cross_entropy
from mer.training.settings import Augmentation
from tests.unit.training.conftest import (
    SMALL,
    StoppedError,
    same_weights,
    scores,
    settings_of,
    train,
    train_all,
)

EPOCHS, STOP = 6, 4


@pytest.fixture
def folds(toy):
    return [toy(n, seed=seed) for seed, n in enumerate((20, 22, 23))]


@pytest.fixture
def tested(toy):
    return toy(12, seed=50)


@pytest.fixture
def memory(monkeypatch):
    """Let stacks of more than so many folds run out of memory, after they were trained."""

    def limit(n_folds, error=torch.OutOfMemoryError("CUDA out of memory")):  # noqa: B008
        tried, original = [], stacked.Stack.go

        def limited(stack):
            tried.append(len(stack.folds))
            original(stack)
            if len(stack.folds) > n_folds:
                raise error

        monkeypatch.setattr(stacked.Stack, "go", limited)
        return tried

    return limit


def alike(networks, others, tested):
    found, expected = ([scores(one, tested) for one in several] for several in (networks, others))
    return np.allclose(found, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("settings", [{}, {"clip_norm": 0.1}, {"selection": "inner_val", "batch_size": 24}])
def test_a_fold_that_diverges_fails_alone(folds, tested, settings):
    expected = train_all([folds[0], folds[2]], seeds=[0, 2], **settings)
    broken = folds[1].with_data(np.full_like(folds[1].data, np.nan))
    watched = [Course(watch=lambda network: scores(network, tested)) for _ in folds]
    first, problem, last = train_all([folds[0], broken, folds[2]], watched, **settings)
    assert isinstance(problem, TrainingError)
    assert str(problem).startswith("The loss is nan after epoch 1. Lower the learning rate")
    assert alike([first, last], expected, tested)
    assert [len(course.watched) for course in watched] == [4, 0, 4]


def test_weights_that_end_as_no_numbers_are_a_problem_of_every_fold(folds):
    results = train_all([fold.take(range(8)) for fold in folds], epochs=1, lr=1e300)
    assert [str(result)[:40] for result in results] == ["The last step left weights that are no n"] * 3


class Deep(nn.Module):
    """Two linear layers: on large images, its weights soon leave all bounds."""

    def __init__(self, n_classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(72, 8), nn.Linear(8, n_classes))

    def forward(self, x):
        return self.layers(x)


def test_a_fold_that_stopped_early_does_not_fail_later(toy):
    """Alone it stops after epoch 4; its companion goes on, and in epoch 9 its weights are no numbers."""
    wild, calm = toy(noise=4), toy(seed=1)
    wild, calm = wild.with_data(wild.data * 10), calm.with_data(calm.data / 100)
    settings = {"selection": "inner_val", "optimiser": "sgd", "lr": 0.1, "epochs": 12}
    settings |= {"patience": 2, "design": NetworkDesign(Deep)}
    told = []
    alone = train(wild, course=Course(tell=told.append), **settings)
    assert len(told) == 4
    stacked_one, companion = train_all([wild, calm], **settings)
    assert not isinstance(companion, TrainingError)
    assert not isinstance(stacked_one, TrainingError)
    assert alike([stacked_one], [alone], calm)


def test_nobody_waits_for_folds_that_diverged(folds):
    """All are done for after the three steps of the first epoch."""
    steps, told = [], []

    def loss(outputs, targets):
        steps.append(len(targets))
        return cross_entropy(outputs, targets)

    broken = [fold.with_data(np.full_like(fold.data, np.nan)) for fold in folds]
    courses = [Course(tell=told.append) for _ in folds]
    results = train_all(broken, courses, design=NetworkDesign(Deep, loss=loss), epochs=50)
    assert all(isinstance(result, TrainingError) for result in results)
    assert len(steps) == 3
    assert told == []


@pytest.mark.parametrize(("limit", "expected"), [(1, [3, 1, 2, 1, 1]), (2, [3, 1, 2])])
def test_a_stack_that_does_not_fit_is_halved(folds, tested, memory, caplog, limit, expected):
    whole = train_all(folds, augmentation=Augmentation(mixup=0.4))
    tried = memory(limit)
    with caplog.at_level(logging.WARNING):
        halved = train_all(folds, augmentation=Augmentation(mixup=0.4))
    assert tried == expected
    assert "3 folds do not fit into the device's memory; halved" in caplog.text
    assert alike(halved, whole, tested)


@pytest.mark.parametrize(
    "said",
    [
        "GET was unable to find an engine to execute this computation",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
    ],
)
def test_memory_that_libraries_lack_halves_a_stack_too(folds, memory, said):
    assert (memory(2, RuntimeError(said)), len(train_all(folds))) == ([3, 1, 2], 3)


def test_an_error_of_another_kind_is_no_lack_of_memory(folds, memory):
    memory(2, RuntimeError("no such operation"))
    with pytest.raises(RuntimeError, match="no such operation"):
        train_all(folds)


def test_a_fold_alone_that_a_library_refuses_is_no_lack_of_memory(folds, memory):
    memory(0, RuntimeError("GET was unable to find an engine to execute this computation"))
    with pytest.raises(RuntimeError, match="unable to find an engine"):
        train_all(folds)


def test_members_that_cannot_be_stacked_are_trained_one_by_one(folds, monkeypatch, caplog):
    """As on a GPU, from where their streams were before the stack failed; several folds are their job's."""
    alone = [train(folds[0], seed) for seed in range(2)]
    monkeypatch.setattr(loop, "train_network", partial(on_cpu, loop.train_network))

    def broken(design, settings, trains, rngs, courses, device):
        for rng in rngs:
            rng.random()
        raise RuntimeError("vmap knows no such operation")

    monkeypatch.setattr(stacked, "train_stacked", broken)

    def found(trains):
        streams = [np.random.default_rng(seed) for seed in range(2)]
        cuda, courses = torch.device("cuda"), [Course(), Course()]
        return loop.train_networks(SMALL, settings_of(), trains, streams, courses, cuda)

    one_by_one = found([folds[0], folds[0]])
    assert all(same_weights(one, other) for one, other in zip(one_by_one, alone, strict=True))
    assert "each is trained on its own" in caplog.text
    with pytest.raises(RuntimeError, match="no such operation"):
        found(folds[:2])


def on_cpu(train_network, design, settings, samples, rng, course, device):
    return train_network(design, settings, samples, rng, course, torch.device("cpu"))


def test_mixed_precision_is_refused_on_a_gpu_that_would_imitate_it(folds, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: including_emulation)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "an old GPU")
    settings = settings_of(mixed_precision=True)
    with pytest.raises(TrainingError, match="an old GPU does not"):
        loop.train_networks(SMALL, settings, folds, [None] * 3, [Course()] * 3, torch.device("cuda"))


def test_samples_that_do_not_fit_beside_each_other_halve_a_stack_too(folds, tested, monkeypatch, caplog):
    whole, moved, original = train_all(folds), [], stacked.Fold.on

    def on(fold, device):
        moved.append(fold)
        if len(moved) == 3:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(fold, device)

    monkeypatch.setattr(stacked.Fold, "on", on)
    with caplog.at_level(logging.WARNING):
        halved = train_all(folds)
    assert "3 folds do not fit into the device's memory; halved" in caplog.text
    assert len(moved) == 6
    assert alike(halved, whole, tested)


def test_results_come_in_the_order_of_folds_when_stacks_are_halved(toy, tested, memory):
    several = [toy(n, seed=n) for n in (24, 30, 20, 31, 23)]  # 3, 4, 3, 4, 3 steps
    tried = memory(1)
    halved = train_all(several)
    assert tried == [3, 1, 2, 1, 1, 2, 1, 1]
    assert alike(halved, [train(one, seed) for seed, one in enumerate(several)], tested)


def test_epochs_are_watched_once_when_a_stack_is_halved(folds, tested, memory):
    memory(2)
    courses = [Course(watch=lambda network: scores(network, tested)) for _ in folds]
    train_all(folds, courses)
    assert [len(course.watched) for course in courses] == [4, 4, 4]


def test_one_fold_that_does_not_fit_is_an_error(folds, memory):
    memory(0)
    results = train_all(folds)
    assert [type(result) for result in results] == [TrainingError] * len(folds)
    assert "One fold alone does not fit" in str(results[0])


class Interruption:
    """Courses of a stack that is stopped when the first fold tells of the fourth epoch, and after that."""

    def __init__(self, folder, folds, watch=None, identity="mine", stops=False):
        self.told = [[] for _ in folds]
        self.courses = [
            Course(
                watch,
                tell=self.teller(fold, stops),
                checkpoint=folder / f"s0-{fold:03d}.pt",
                identity=f"{identity} {fold}",
            )
            for fold in range(len(folds))
        ]

    def teller(self, fold, stops):
        def tell(progress):
            self.told[fold].append(progress.epoch)
            if stops and progress.epoch == STOP:
                raise StoppedError

        return tell


@pytest.fixture
def _keep_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
    monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)


@pytest.mark.usefixtures("_keep_every_epoch")
class TestInterruption:
    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"optimiser": "sgd", "momentum": 0.9, "lr": 0.05, "schedule": "cosine"},
            {"augmentation": Augmentation(flip=True, rotation=10.0, mixup=0.4)},
            {"selection": "inner_val", "lr": 0.3, "batch_size": 24},
        ],
        ids=lambda settings: "-".join(settings) or "adam",
    )
    def test_an_interruption_changes_nothing(self, folds, tmp_path, settings):
        whole = train_all(folds, epochs=EPOCHS, **settings)
        with pytest.raises(StoppedError):
            train_all(folds, Interruption(tmp_path, folds, stops=True).courses, epochs=EPOCHS, **settings)
        assert [file.suffix for file in tmp_path.iterdir()] == [".pt"]
        again = Interruption(tmp_path, folds)
        resumed = train_all(folds, again.courses, epochs=EPOCHS, **settings)
        assert again.told == [[4, 5, 6]] * 3
        assert all(same_weights(one, other) for one, other in zip(resumed, whole, strict=True))

    def test_what_was_watched_before_an_interruption_is_restored(self, folds, tested, tmp_path):
        def watch(network):
            return scores(network, tested)

        whole = [Course(watch) for _ in folds]
        train_all(folds, whole, epochs=EPOCHS)
        with pytest.raises(StoppedError):
            train_all(folds, Interruption(tmp_path, folds, watch, stops=True).courses, epochs=EPOCHS)
        again = Interruption(tmp_path, folds, watch).courses
        train_all(folds, again, epochs=EPOCHS)
        for ours, expected in zip(again, whole, strict=True):
            assert np.array_equal(ours.watched, expected.watched)

    def test_a_problem_before_an_interruption_stays_one(self, folds, tmp_path):
        folds[1] = folds[1].with_data(np.full_like(folds[1].data, np.nan))
        with pytest.raises(StoppedError):
            train_all(folds, Interruption(tmp_path, folds, stops=True).courses, epochs=EPOCHS)
        again = Interruption(tmp_path, folds)
        results = train_all(folds, again.courses, epochs=EPOCHS)
        assert again.told == [[4, 5, 6], [], [4, 5, 6]]
        assert str(results[1]).startswith("The loss is nan after epoch 1.")

    @pytest.mark.parametrize("others", [{"identity": "other"}, {"folds": 2}])
    def test_a_checkpoint_of_other_folds_is_ignored(self, folds, tmp_path, others):
        with pytest.raises(StoppedError):
            train_all(folds, Interruption(tmp_path, folds, stops=True).courses, epochs=EPOCHS)
        several = folds[: others.get("folds", 3)]
        again = Interruption(tmp_path, several, identity=others.get("identity", "mine"))
        results = train_all(several, again.courses, epochs=EPOCHS)
        assert again.told == [[1, 2, 3, 4, 5, 6]] * len(several)
        expected = train_all(several, epochs=EPOCHS)
        assert all(same_weights(one, other) for one, other in zip(results, expected, strict=True))

    def test_a_damaged_checkpoint_is_ignored(self, folds, tmp_path):
        with pytest.raises(StoppedError):
            train_all(folds, Interruption(tmp_path, folds, stops=True).courses, epochs=EPOCHS)
        (file,) = tmp_path.iterdir()
        file.write_bytes(file.read_bytes()[:-200])
        again = Interruption(tmp_path, folds)
        train_all(folds, again.courses, epochs=EPOCHS)
        assert again.told == [[1, 2, 3, 4, 5, 6]] * 3
