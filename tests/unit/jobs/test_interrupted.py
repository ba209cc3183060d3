"""What a job leaves that fails or is killed, and how the next one goes on from it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mer.artefacts.folds import read_folds
from mer.core.errors import MerError
from mer.core.versions import versions
from mer.jobs import train
from mer.jobs.finished import Finished
from mer.jobs.fold import Cell, Teller
from mer.methods import METHODS
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.packs import UNFINISHED
from mer.training import checkpoints
from mer.training.checkpoints import Keeper
from tests.unit.jobs.test_train import fold_scores, run, scores, spec_of, use


def made_with(data):
    return {**versions(), "arrays": data.digest()}


def left(folder):
    """What is kept of packs that are not written."""
    return {path.name for path in (folder / UNFINISHED).iterdir()}


def test_folds_that_are_done_are_kept_when_another_fails(prepared, tmp_path, monkeypatch):
    fitted = []

    class Failing:
        broken = True

        def fit(self, train, rng):
            if self.broken and "demo:s03" not in train.subjects:
                raise MerError("no convergence")
            fitted.append(train.subjects)
            return METHODS["majority"].build(None, None).fit(train, rng)

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Failing()))
    spec, folder = spec_of(prepared, "majority"), tmp_path / "kept"
    with pytest.raises(MerError, match="The others are kept and will not be trained again"):
        run(prepared, tmp_path, spec, folder=folder)
    assert len(fitted) == 3
    Failing.broken = False
    rows = run(prepared, tmp_path, spec, folder=folder)
    assert len(fitted) == 4
    assert np.array_equal(scores(rows), scores(run(prepared, tmp_path, spec)))
    assert not left(folder)


def test_kept_folds_of_another_recipe_are_not_used(prepared, tmp_path):
    spec, folder = spec_of(prepared, "ststnet", 0, 0), tmp_path / "kept"
    split, data = (
        read_folds(prepared.folds),
        train._data(read_folds(prepared.folds), prepared.lists["ststnet"]),
    )
    other = replace_recipe(spec)
    rows = fold_scores(other, split, data, 0).assign(seconds=-1.0)
    Finished(folder, other, "cpu", made_with(data)).keep(Cell(0, 0), rows)
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] > 0).all()


@pytest.mark.parametrize("changes", [{"device": "a GPU"}, {"fold": 1}, {"seed": 3}])
def test_kept_folds_of_another_device_or_cell_are_not_used(prepared, tmp_path, changes):
    spec, folder = spec_of(prepared, "ststnet", 0, 0), tmp_path / "kept"
    split, data = (
        read_folds(prepared.folds),
        train._data(read_folds(prepared.folds), prepared.lists["ststnet"]),
    )
    rows = fold_scores(spec, split, data, 0).assign(seconds=-1.0)
    Finished(folder, spec, "cpu", made_with(data)).keep(Cell(0, 0), rows.assign(**changes))
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] > 0).all()
    shutil.rmtree(folder)
    Finished(folder, spec, "cpu", made_with(data)).keep(Cell(0, 0), rows)
    assert (run(prepared, tmp_path, spec, folder=folder)["seconds"] == -1).all()


def test_nothing_is_left_of_checkpoints_when_a_pack_is_written(prepared, tmp_path):
    spec, folder = spec_of(prepared, "majority", 0, 0), tmp_path / "kept"
    (folder / UNFINISHED).mkdir(parents=True)
    for name in ("s0-000.pt", "s0-000-1.pt", "stack-s0-000.pt", "stack-s0-000-1.pt"):
        (folder / UNFINISHED / name).write_bytes(b"")
    others = {"s0-003.pt", "stack-s0-003.pt"}  # of another pack
    for name in others:
        (folder / UNFINISHED / name).write_bytes(b"")
    run(prepared, tmp_path, spec, folder=folder)
    assert left(folder) == others


def test_checkpoints_of_a_fold_that_is_kept_go_with_those_of_its_ensemble_and_what_was_cut_off(
    prepared, tmp_path
):
    spec, folder = spec_of(prepared, "majority", 0, 0), tmp_path / "run"
    data = train._data(read_folds(prepared.folds), [])
    rows = fold_scores(spec, read_folds(prepared.folds), data, 0)
    (folder / UNFINISHED).mkdir(parents=True)
    others = {"s0-001.pt", "stack-s0-001-0.pt", ".s0-0001.0123abcd.pt", "s0-000.parquet"}
    for name in ("s0-000.pt", "s0-000-1.pt", "stack-s0-000-0.pt", ".s0-000.0123abcd.pt", *others):
        (folder / UNFINISHED / name).write_bytes(b"")
    Finished(folder, spec, "cpu", {}).keep(Cell(0, 0), rows)
    assert left(folder) == others


def test_an_error_of_a_library_leaves_the_other_folds(prepared, tmp_path, monkeypatch):
    class Breaking:
        def fit(self, train, rng):
            if "demo:s03" not in train.subjects:
                raise RuntimeError("no deterministic implementation")
            return METHODS["majority"].build(None, None).fit(train, rng)

    use(monkeypatch, replace(METHODS["majority"], build=lambda params, execution: Breaking()))
    with pytest.raises(MerError, match="1 of 4 folds failed(.|\n)*RuntimeError: no deterministic"):
        run(prepared, tmp_path, spec_of(prepared, "majority"), folder=tmp_path / "kept")
    assert len(left(tmp_path / "kept")) == 3


def test_a_kept_fold_that_is_damaged_is_trained_again(prepared, tmp_path):
    spec, folder = spec_of(prepared, "majority", 0, 0), tmp_path / "kept"
    (folder / UNFINISHED).mkdir(parents=True)
    (folder / UNFINISHED / "s0-000.parquet").write_bytes(b"PAR1")
    assert len(run(prepared, tmp_path, spec, folder=folder)) == 6


@pytest.fixture
def stopped(prepared, tmp_path, monkeypatch):
    """Stop the first fold of a variant in the second epoch, of which no checkpoint is written any more."""

    def stop(self, progress):
        if progress.epoch == 2:
            raise KeyboardInterrupt

    def started(variant):
        spec, folder = spec_of(prepared, variant, 0, 0), tmp_path / "kept"
        monkeypatch.setattr(checkpoints, "SECONDS_BETWEEN", 0)
        monkeypatch.setattr(checkpoints, "WRITING_TIMES_BETWEEN", 0)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Teller, "__call__", stop)
            run(prepared, tmp_path, spec, folder=folder)
        return spec, folder

    return started


@pytest.mark.parametrize("variant", ["ststnet", "held", "members"])
def test_a_fold_goes_on_from_its_checkpoint_and_ends_with_the_same_predictions(
    prepared, tmp_path, monkeypatch, stopped, variant
):
    spec, folder = stopped(variant)
    told = []
    monkeypatch.setattr(Teller, "__call__", lambda self, progress: told.append(progress.epoch))
    resumed = run(prepared, tmp_path, spec, folder=folder)
    assert told == {"members": [2, 1, 2]}.get(variant, [2, 3])
    assert np.array_equal(scores(resumed), scores(run(prepared, tmp_path, spec)))


def test_the_time_before_an_interruption_counts(prepared, tmp_path, monkeypatch, stopped):
    (spec, folder), read = stopped("ststnet"), Keeper.read
    monkeypatch.setattr(Keeper, "read", lambda keeper: {**read(keeper), "seconds": 1000.0})
    assert run(prepared, tmp_path, spec, folder=folder)["seconds"].between(1000, 1100).all()


# A job that keeps a checkpoint after every epoch, not once a minute.
OFTEN = """
import sys
from mer.cli import main
from mer.training import checkpoints
checkpoints.SECONDS_BETWEEN = checkpoints.WRITING_TIMES_BETWEEN = 0
sys.exit(main())
"""


def slow_job(prepared, tmp_path, epochs, threads=1, last=3):
    """Start a job in a process group of its own; returns it, its specification and its output."""
    slow = spec_of(prepared, "ststnet", last=last)
    settings = {**slow.method.settings, "epochs": epochs}
    slow = slow.model_copy(update={"method": slow.method.model_copy(update={"settings": settings})})
    lists = tuple(map(str, prepared.lists["ststnet"]))
    inputs, output = tmp_path / "inputs.json", tmp_path / "run" / "s0" / "a.parquet"
    inputs.write_text(InputsSpec(folds=str(prepared.folds), lists=lists, macro=None).as_json())
    execution = json.dumps({"device": "cpu", "threads": threads})
    command = [sys.executable, "-c", OFTEN, "train", "--spec", slow.as_json(), "--execution", execution]
    command += ["--inputs", str(inputs), "--output", str(output)]
    with (tmp_path / "printed").open("w") as log:
        job = subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)
    return job, slow, output


def processes_of(job):
    """List the processes of a job that live, with their parents."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent, member = path.read_text().rpartition(")")[2].split()[:3]
            if int(member) == job.pid and state != "Z":
                found[int(path.parent.name)] = int(parent)
    return found


@pytest.fixture
def in_parallel(prepared, tmp_path):
    """Start a job that trains for ever in two processes."""
    job, _, output = slow_job(prepared, tmp_path, epochs=1_000_000, threads=2)
    try:
        yield job, tmp_path / "printed", output
    finally:
        with suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()


def test_processes_of_a_job_that_was_killed_end(in_parallel):
    job, log, _ = in_parallel
    wait_until(job, lambda: "epoch" in log.read_text())
    os.kill(job.pid, signal.SIGKILL)
    job.wait()
    ends = time.monotonic() + 60
    while processes_of(job):
        assert time.monotonic() < ends, "processes of a job that was killed go on"
        time.sleep(0.1)


def test_a_job_one_of_whose_processes_is_killed_says_that_memory_ran_out(in_parallel):
    """As the system does where memory runs out: it kills what holds most of it."""
    job, log, output = in_parallel
    wait_until(job, lambda: len(training(job)) == 2)
    os.kill(training(job)[0], signal.SIGKILL)
    assert job.wait(timeout=60) == 1
    assert "most likely memory ran out" in log.read_text()
    assert "fewer than its 2 cores" in log.read_text()
    assert not output.exists()


def wait_until(job, happened):
    ends = time.monotonic() + 120
    while not happened():
        assert job.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.1)


def training(job):
    """List the processes that have loaded what they train with, and not those that watch over them."""
    found = []
    for pid, parent in processes_of(job).items():
        with suppress(OSError):
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            if parent == job.pid and pages > 30_000:
                found.append(pid)
    return found


def test_a_killed_job_goes_on_and_ends_with_the_same_predictions(prepared, tmp_path):
    job, slow, output = slow_job(prepared, tmp_path, epochs=150)
    folder = tmp_path / "run"
    kept = folder / UNFINISHED / "s0-000.parquet"
    try:
        while not kept.exists():
            assert job.poll() is None, "the job ended before its first fold was kept"
            time.sleep(0.02)
    finally:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert not output.exists()
    before = pd.read_parquet(kept)
    after = run(prepared, tmp_path, slow, folder=folder)
    assert after.loc[after["fold"] == 0, "seconds"].tolist() == before["seconds"].tolist()
    assert not left(folder)
    assert np.array_equal(scores(after), scores(run(prepared, tmp_path, slow)))


def test_a_job_killed_in_the_middle_of_a_fold_ends_with_the_same_predictions(prepared, tmp_path):
    job, slow, output = slow_job(prepared, tmp_path, epochs=400, last=0)
    folder = output.parent.parent
    try:
        while not (folder / UNFINISHED / "s0-000.pt").exists():
            assert job.poll() is None, "the job ended before it kept a checkpoint"
            time.sleep(0.02)
    finally:
        os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    assert "s0-000.parquet" not in left(folder)
    after = run(prepared, tmp_path, slow, folder=folder)
    assert np.array_equal(scores(after), scores(run(prepared, tmp_path, slow)))


def replace_recipe(spec):
    return spec.model_copy(update={"recipes": dict.fromkeys(spec.recipes, "another")})
