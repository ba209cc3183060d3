"""What jobs ask for follows from what is declared, and grows with every attempt."""

import json
from pathlib import Path

import pytest

from mer.core.errors import ConfigError
from mer.core.types import Execution
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.methods import METHODS
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.needs import PREPARING, TRAINING, PreparingNeeds, TrainingNeeds
from mer.sweep.plan import Sweep
from mer.sweep.resources import (
    array_kilobytes,
    fold_seconds,
    folds_per_job,
    minutes,
    preparing_mb,
    training_cores,
)


def jobs(**changes):
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"majority": {}, "ststnet": {"epochs": 10}, "lbp_top_svm": {}},
        **changes,
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))


def test_what_a_job_asks_for_can_be_limited(monkeypatch):
    assert [minutes(3000, attempt) for attempt in (1, 3, 5)] == [160, 640, 1440]
    assert preparing_mb("flow_image", gpu=False, attempt=8) > 64_000
    monkeypatch.setenv("MER_MOST_MINUTES", "720")
    monkeypatch.setenv("MER_MOST_MB", "64000")
    assert [minutes(3000, attempt) for attempt in (1, 3, 5)] == [160, 640, 720]
    assert preparing_mb("flow_image", gpu=False, attempt=8) == 64_000
    vgg16 = jobs(variants={"vgg16": {}})
    assert vgg16.training_mb("p", "vgg16", 3, 8, 8) == 64_000
    monkeypatch.setenv("MER_MOST_MINUTES", "12h")
    with pytest.raises(ConfigError, match="MER_MOST_MINUTES is '12h'. Give a whole number above 0"):
        minutes(3000, 1)


def test_every_method_and_representation_declares_what_it_takes_and_nothing_else_does():
    assert set(TRAINING) == set(METHODS)
    assert set(PREPARING) == set(FEATURES)
    assert all(needs.core_ms > 0 and needs.memory_mb >= 500 for needs in TRAINING.values())


@pytest.mark.parametrize("name", [name for name, spec in METHODS.items() if spec.stackable])
def test_the_weights_of_networks_that_are_stacked_are_declared(name):
    spec = METHODS[name]
    n = spec.build(spec.params(), Execution(device="cpu")).n_parameters(3)
    assert TRAINING[name].weights_mb == pytest.approx(4 * n / 1e6, rel=0.02, abs=0.1)


def test_a_fold_takes_epochs_times_members_times_samples(monkeypatch):
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(core_ms=2.0))
    spec = METHODS["ststnet"]
    params = spec.params(epochs=30, members=4)
    # 2 ms x 100 samples x 30 epochs x 4 networks
    assert fold_seconds(spec, params, 100, on_gpu=False) == pytest.approx(24.0)
    assert fold_seconds(spec, params, 100, on_gpu=True) == pytest.approx(24.0 / 100)


@pytest.mark.parametrize(
    ("seconds", "n_folds", "size"), [(0.1, 68, 68), (1000, 68, 3), (5000, 68, 1), (0, 5, 5)]
)
def test_a_job_takes_up_to_fifty_minutes_and_at_least_a_fold(seconds, n_folds, size):
    assert folds_per_job(seconds, n_folds) == size


def test_cores_are_one_per_fold_where_folds_take_long():
    assert training_cores(0.05, 68) == 1
    assert training_cores(100.0, 3) == 3
    assert training_cores(100.0, 68) == 8


def test_a_pack_asks_for_no_more_cores_than_it_has_folds(monkeypatch):
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(core_ms=1000.0))
    made = jobs()
    assert made.n_cores("p", "ststnet", [0], 0, 2) == 3
    assert made.n_cores("p", "ststnet", [0, 1, 2], 0, 2) == 8
    assert made.n_cores("p", "majority", [0], 0, 2) == 1


def test_only_networks_ask_for_a_gpu_and_nobody_does_with_device_cpu():
    made = jobs()
    assert {name: made.n_gpus(name) for name in made.sweep.config.variants} == {
        "majority": 0,
        "ststnet": 1,
        "lbp_top_svm": 0,
    }
    assert not any(jobs(device="cpu").n_gpus(name) for name in made.sweep.config.variants)
    # A job that is sure of its GPU trains one fold after the other.
    assert jobs(device="cuda").n_cores("p", "ststnet", [0], 0, 2) == 1


def test_memory_counts_workers_samples_and_the_gpu_and_doubles_with_every_attempt(monkeypatch):
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(memory_mb=700, weights_mb=20.0))
    monkeypatch.setitem(PREPARING, "flow_image", PreparingNeeds(kilobytes=1024.0))
    # 9 clips of 1 MB: 1000 around, 9 of data, and 709 for each of two workers.
    variants = {"svm": {"method": "flow_svm"}, "ststnet": {"epochs": 10, "members": 2}}
    monkeypatch.setitem(TRAINING, "flow_svm", TrainingNeeds(memory_mb=700))
    on_cpu, either = jobs(device="cpu", variants=variants), jobs(variants=variants)
    assert on_cpu.training_mb("p", "svm", 3, 2, 1) == 1000 + 9 + 2 * 709
    assert on_cpu.training_mb("p", "ststnet", 3, 2, 1) == 1000 + 9 + 2 * 709
    # On a GPU two networks of each of three folds at once: their samples five times, their weights thrice.
    whole = 1000 + 9 + 2 * 709 + 4000 + 6 * (5 * 9 + 3 * 20)
    assert either.training_mb("p", "ststnet", 3, 2, 1) == whole
    assert either.training_mb("p", "ststnet", 3, 2, 3) == 4 * whole
    assert either.training_mb("p", "svm", 3, 2, 1) == 1000 + 9 + 2 * 709


def test_time_is_three_times_the_estimate_on_the_cores_there_are(monkeypatch):
    # 400 s a fold on a core
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(core_ms=400_000 / 9 / 10))
    made = jobs(device="cpu")
    assert made.training_minutes("p", "ststnet", 3, 1, 1) == 10 + 60
    assert made.training_minutes("p", "ststnet", 3, 2, 1) == 10 + 30
    assert made.training_minutes("p", "ststnet", 3, 2, 2) == 80
    assert made.training_minutes("p", "majority", 3, 1, 1) == 30


def test_preparing_asks_by_the_clips_of_its_part(monkeypatch):
    monkeypatch.setitem(PREPARING, "lbp_top", PreparingNeeds(core_ms=600_000, memory_mb=900))
    made = jobs()
    (folder,) = made.datasets
    (key,) = [key for key, recipe in made.recipes.items() if recipe.feature == "lbp_top"]
    # 3 clips of 10 minutes each
    assert made.preparing_minutes(folder, key, "demo.s01", 1) == 10 + 90
    assert made.preparing_mb(key, 1) == 1900
    assert made.preparing_mb(key, 2) == 3800


def test_arrays_grow_with_their_pictures():
    def of(feature, **settings):
        return array_kilobytes(Recipe(feature, FEATURES[feature].params(**settings)))

    assert of("flow_image", size=56) == 4 * of("flow_image", size=28) > 0
    assert of("lbp_top") == PREPARING["lbp_top"].kilobytes
    assert array_kilobytes(None) == 0


def test_what_is_declared_is_no_part_of_a_recipe(monkeypatch):
    before = jobs().train_spec("p", "ststnet", [0], 0, 2)
    monkeypatch.setitem(TRAINING, "ststnet", TrainingNeeds(123.0, 4567))
    assert json.loads(jobs().train_spec("p", "ststnet", [0], 0, 2)) == json.loads(before)
