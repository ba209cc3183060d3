"""Controllers that are killed, and methods that always crash: what is left, and what the next run does."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from tests.workflow.conftest import TINY_SWEEP

SECONDS = 400
OPTIONS = ("--cores", "2", "--quiet", "rules", "--configfile", "tiny.yaml")


def start(project, target):
    """Start making a file in a process group of its own; returns once Snakemake holds its lock."""
    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", target, *OPTIONS],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(project.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    ends = time.monotonic() + SECONDS
    while not locks(project):
        assert process.poll() is None, "Snakemake ended before it held its lock"
        assert time.monotonic() < ends
        time.sleep(0.05)
    return process


def locks(project):
    return list((project.root / ".snakemake/locks").glob("*.lock"))


def controllers(project):
    return list((project.root / ".snakemake/controllers").iterdir())


@pytest.fixture
def to_do(project):
    """A project in which the network is to be trained again, what is to be made, and what it held."""
    (path,) = project.packs("tiny", "net")
    before = pd.read_parquet(path)
    project.forget(path)
    return project, str(path.relative_to(project.root)), before.drop(columns="seconds")


def test_the_same_command_goes_on_after_a_controller_was_killed(to_do):
    project, target, before = to_do
    killed = start(project, target)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert locks(project)
    assert len(controllers(project)) == 1
    printed = project.snakemake(target, *OPTIONS)
    assert "The lock of this directory was left by a controller that does not run any more" in printed
    assert f"process {killed.pid} on " in printed
    assert pd.read_parquet(project.root / target).drop(columns="seconds").equals(before)
    assert not locks(project)
    assert not controllers(project)
    assert "Nothing to be done" in project.snakemake("-n", target, "--configfile", "tiny.yaml")


def test_the_lock_of_a_living_controller_is_respected(to_do):
    project, target, before = to_do
    first = start(project, target)
    try:
        os.killpg(first.pid, signal.SIGSTOP)  # it lives, and cannot end before the other has looked
        printed = project.snakemake(target, *OPTIONS, ok=False)
        assert "Directory cannot be locked" in printed
        assert f"Another controller of this directory runs (process {first.pid} on " in printed
        assert len(locks(project)) == 2
        os.killpg(first.pid, signal.SIGCONT)
        assert first.wait(SECONDS) == 0
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
    assert pd.read_parquet(project.root / target).drop(columns="seconds").equals(before)
    assert not controllers(project)


def test_what_always_crashes_costs_the_others_nothing(project):
    crashing = {"method": "ststnet", "epochs": 3, "lr": 1e30}
    sweep = {**TINY_SWEEP, "variants": {**TINY_SWEEP["variants"], "net": crashing}, "seeds": [0, 1]}
    targets = [f"results/tiny/scores/p/{variant}.csv" for variant in sweep["variants"]]
    command = (*targets, "--cores", "2", "--keep-going", "--configfile", project.write(sweep))
    printed = project.snakemake(*command, ok=False)
    assert "TrainingError: 3 of 3 folds failed." in printed
    for variant in ("majority", "lbp_top_svm"):
        rows = pd.read_parquet(project.root / f"results/tiny/predictions/p/{variant}.parquet")
        assert rows.groupby("seed").size().to_dict() == {0: 9, 1: 9}
        assert (project.root / f"results/tiny/scores/p/{variant}.csv").is_file()
    # What is left to do is what failed and what needs it, and nothing else.
    planned = project.snakemake("-n", *command)
    assert planned.count("\nrule train:") == 2
    assert planned.count("run=ststnet-") == 2
    assert planned.count("\nrule score:") == 1


def test_a_job_that_runs_again_for_other_reasons_than_its_recipe_trains_nothing(project):
    (path,) = project.packs("tiny", "net")
    before, written = pd.read_parquet(path), path.stat().st_mtime_ns
    target = str(path.relative_to(project.root))
    printed = project.snakemake(*OPTIONS, "--forcerun", "audit", "--", target)
    assert "3 of 3 folds are done already, by the same recipe" in printed
    assert path.stat().st_mtime_ns > written
    pd.testing.assert_frame_equal(pd.read_parquet(path), before)  # with its seconds
    # Packs of another size take them over as well.
    single = project.write({**TINY_SWEEP, "name": "single", "folds_per_job": 1})
    targets = sorted(
        str(path.parent.relative_to(project.root) / f"{n:03d}-{n:03d}.parquet") for n in range(3)
    )
    project.snakemake("--cores", "2", "--quiet", "rules", "--configfile", single, "--", *targets)
    rows = pd.concat([pd.read_parquet(project.root / name) for name in targets], ignore_index=True)
    pd.testing.assert_frame_equal(rows, before)


def test_modes_that_lose_jobs_are_refused_before_anything_is_submitted(project):
    modes = ("--executor", "slurm", "--jobs", "1", "--slurm-array-jobs", "train", "--groups", "train=g")
    project.write({**TINY_SWEEP, "seeds": [2]})
    printed = project.snakemake(*modes, "--configfile", "tiny.yaml", ok=False)
    assert "--slurm-array-jobs=train: " in printed
    assert "--groups train=g: " in printed
    assert "folds_per_job" in printed
    assert "Traceback" not in printed
    assert not locks(project)
