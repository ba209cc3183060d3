"""What is done by the same recipe is taken over, whatever removed or cut the packs, and nothing else is."""

import os

import numpy as np
import pandas as pd
import pytest

from mer.core.types import Execution
from mer.jobs import finished, train
from mer.jobs.finished import FINISHED, UNFINISHED
from mer.sweep.specs.score import pack_name
from mer.sweep.specs.train import TrainSpec

CPU = Execution(device="cpu")


@pytest.fixture
def job(prepared, tmp_path, monkeypatch):
    """Runs a job of STSTNet; returns its rows and which cells it trained."""
    trained = []
    outcomes = train._outcomes

    def noted(work, cells):
        trained.extend((cell.seed, cell.fold) for cell in cells)
        return outcomes(work, cells)

    monkeypatch.setattr(train, "_outcomes", noted)

    def run(first, last, seeds=(0,), **changes):
        trained.clear()
        spec = TrainSpec.model_validate_json(prepared.jobs.train_spec("p", "ststnet", seeds, first, last))
        output = tmp_path / "run" / pack_name(seeds, first, last)
        output.unlink(missing_ok=True)  # as Snakemake does
        spec = spec.model_copy(update=changes)
        train.run(spec, CPU, prepared.folds, prepared.lists["ststnet"], output, tmp_path / "run")
        return pd.read_parquet(output), list(trained)

    return run


def scores(rows):
    return rows.sort_values(["seed", "sample_id"]).filter(like="score_").to_numpy()


def test_a_job_that_runs_again_trains_nothing(job):
    first, trained = job(0, 3)
    assert trained == [(0, 0), (0, 1), (0, 2), (0, 3)]
    second, trained = job(0, 3)
    assert trained == []
    pd.testing.assert_frame_equal(first, second)


def test_packs_of_another_size_train_nothing_and_other_seeds_only_their_own(job):
    small = pd.concat([job(n, n)[0] for n in range(4)])
    large, trained = job(0, 3, seeds=(0, 1))
    assert trained == [(1, 0), (1, 1), (1, 2), (1, 3)]
    taken = large[large["seed"] == 0]
    assert np.array_equal(scores(taken), scores(small))
    assert sorted(taken["seconds"]) == sorted(small["seconds"])
    part, trained = job(1, 2, seeds=(1,))
    assert trained == []
    assert np.array_equal(scores(part), scores(large[(large["seed"] == 1) & large["fold"].isin([1, 2])]))


def test_another_recipe_is_trained_and_takes_the_place_of_the_first(job):
    job(0, 1)
    _, trained = job(0, 1, recipes={0: "another"})
    assert trained == [(0, 0), (0, 1)]
    _, trained = job(0, 1)
    assert trained == [(0, 0), (0, 1)]


def test_what_another_device_or_version_computed_is_trained_again(job, monkeypatch):
    job(0, 1)
    with monkeypatch.context() as patched:
        patched.setattr(finished, "versions", lambda: {"version_torch": "1.0"})
        assert job(0, 1)[1] == [(0, 0), (0, 1)]
    assert job(0, 1)[1] == []
    monkeypatch.setattr(train, "device_name", lambda device: "a GPU")
    assert job(0, 1)[1] == [(0, 0), (0, 1)]


def test_a_pack_that_is_damaged_is_trained_again(job, tmp_path):
    job(0, 1)
    kept = tmp_path / "run" / FINISHED / "s0" / "000-001.parquet"
    kept.write_bytes(kept.read_bytes()[:-100])
    assert job(0, 1)[1] == [(0, 0), (0, 1)]
    assert job(0, 1)[1] == []


def test_a_second_name_takes_no_room(job, tmp_path):
    job(0, 1)
    run = tmp_path / "run"
    assert (run / "s0" / "000-001.parquet").samefile(run / FINISHED / "s0" / "000-001.parquet")
    assert not list((run / UNFINISHED).iterdir())


def test_without_second_names_a_pack_is_written_and_trained_again(job, monkeypatch, tmp_path):
    def refuse(source, target):
        raise OSError("Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    rows, _ = job(0, 1)
    again, trained = job(0, 1)
    assert trained == [(0, 0), (0, 1)]
    assert np.array_equal(scores(rows), scores(again))
    assert not list((tmp_path / "run" / FINISHED).rglob("*.parquet"))
