"""What is done by the same recipe is taken over, whatever removed or cut the packs, and nothing else is."""

import os
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mer.core import digests
from mer.core.types import Execution
from mer.jobs import train
from mer.sweep.specs.packs import FINISHED, UNFINISHED, pack_name
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
        patched.setattr(train, "versions", lambda: {"version_torch": "1.0"})
        assert job(0, 1)[1] == [(0, 0), (0, 1)]
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


def test_where_there_are_no_second_names_packs_are_copied(job, monkeypatch, tmp_path):
    def refuse(source, target):
        raise OSError("Operation not supported")

    monkeypatch.setattr(os, "link", refuse)
    rows, _ = job(0, 1)
    again, trained = job(0, 1)
    assert trained == []
    pd.testing.assert_frame_equal(rows, again)


def test_a_pack_that_cannot_be_kept_is_written_and_its_folds_stay(job, monkeypatch, tmp_path):
    def refuse(source, target):
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "link", refuse)
        patched.setattr(shutil, "copyfile", refuse)
        job(0, 1)
    assert len(list((tmp_path / "run" / UNFINISHED).glob("s0-*.parquet"))) == 2
    assert job(0, 1)[1] == []
    assert not list((tmp_path / "run" / UNFINISHED).iterdir())


def test_other_values_or_other_left_out_clips_are_trained_again(job, monkeypatch):
    """Frames may be replaced, and faces be found where there were none, under the same recipe."""
    job(0, 1)
    read = train.read_arrays

    def one_value_more(lists, names):
        arrays = read(lists, names)
        arrays.data.flat[0] += 1
        return arrays

    with monkeypatch.context() as patched:
        patched.setattr(train, "read_arrays", one_value_more)
        assert job(0, 1)[1] == [(0, 0), (0, 1)]
    job(0, 1)

    def one_clip_less(lists, names):
        arrays = read(lists, names)
        rows = dict(arrays.rows)
        last = max(rows, key=rows.get)
        return replace(
            arrays,
            data=arrays.data[:-1],
            rows={n: r for n, r in rows.items() if n != last},
            left_out={last: "no face"},
        )

    monkeypatch.setattr(train, "read_arrays", one_clip_less)
    assert job(0, 1)[1] == [(0, 0), (0, 1)]


def test_files_that_are_no_packs_are_left_alone(job, tmp_path):
    job(0, 1)
    pack = tmp_path / "run" / FINISHED / "s0" / "000-001.parquet"
    for name in ("s0/000-001 copy.parquet", "s0/000-001-old.parquet", "saved/000-001.parquet"):
        (pack.parents[1] / name).parent.mkdir(exist_ok=True)
        (pack.parents[1] / name).write_bytes(b"")
    assert job(0, 1)[1] == []


def test_how_scores_are_made_is_no_part_of_a_recipe():
    assert "mer.sweep.specs.score" not in digests._closure(("mer.jobs.train",))
