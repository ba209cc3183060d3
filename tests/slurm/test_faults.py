"""What may happen to a sweep on a cluster: afterwards its predictions are those of an undisturbed run."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pandas as pd
import pytest

from tests.slurm.faulty_jobs import Faults, slurm_options
from tests.workflow.conftest import TINY_SWEEP, Project

SWEEP = {**TINY_SWEEP, "variants": {"majority": {}, "lbp_top_svm": {}}, "folds_per_job": 1}
SECONDS = 400  # for anything here


@pytest.fixture(scope="module")
def undisturbed(copy_project, tmp_path_factory):
    """A project in which all packs were made on this machine, and their names."""
    project = copy_project(tmp_path_factory.mktemp("undisturbed") / "project")
    packs = sorted(
        path for path in project.planned(SWEEP) if path.startswith("results/runs/") and "/s0/" in path
    )
    assert len(packs) == 6
    project.run(SWEEP, *packs)
    return project, packs


@pytest.fixture
def disturbed(undisturbed, cluster, tmp_path):
    """A copy of the project in which the packs are still to be made, on the cluster."""
    project, packs = undisturbed
    shutil.copytree(project.root, tmp_path / "project", symlinks=True)
    copy = Project(tmp_path / "project", cluster.environment)
    copy.forget(*packs)
    return copy


class Controller:
    """Snakemake in a process group of its own, and what it prints."""

    def __init__(self, project, arguments):
        self.project, self.log = project, project.root / f"printed.{time.monotonic_ns()}"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "snakemake", *arguments],
                cwd=project.root,
                env={**os.environ, **project.variables, "PYTHONPATH": str(project.root)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def printed(self):
        return self.log.read_text()

    def kill(self):
        """As when the login node's memory runs out: nothing can be tidied up."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def succeed(self, timeout=SECONDS):
        """Wait for its end; returns what it printed."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = "no end"
        assert code == 0, self.printed()[-6000:]
        return self.printed()


@pytest.fixture
def start(disturbed):
    """Start Snakemake in the disturbed project; none is left after the test."""
    started = []

    def start(*arguments):
        started.append(Controller(disturbed, arguments))
        return started[-1]

    yield start
    for controller in started:
        controller.kill()


class Jobs:
    """SLURM's jobs of this test, by the pack that they make; records go back to earlier tests."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.earlier = {*cluster.started(), *cluster.completed()}

    def began(self, pack):
        """Jobs as they were when they began, by number."""
        _, kind, split, run, seeds, name = pack.removesuffix(".parquet").split("/")
        first, _, last = name.partition("-")
        comment = "_".join(["rule_train_wildcards", kind, split, run, seeds.removeprefix("s"), first, last])
        jobs = self.cluster.started().items()
        return {n: job for n, job in jobs if n not in self.earlier and job.get("Comment") == comment}

    def running(self, pack):
        """Numbers of jobs in which the work itself has begun."""
        seen, queue = self.cluster.visible_devices(), self.cluster.queue()
        # Of the batch script, and of the step in it.
        return [n for n in self.began(pack) if n in queue and len(seen.get(n, ())) == 2]

    def ended(self, pack):
        """Jobs that began and are over, in their order."""
        over = self.cluster.completed()
        return [over[n] for n in sorted(self.began(pack)) if n in over]

    def states(self, pack):
        """How the jobs of a pack ended."""
        return [job["JobState"] for job in self.ended(pack)]

    def overlap(self, pack):
        """Whether two jobs of a pack ran at the same time."""
        times = sorted((job["StartTime"], job["EndTime"]) for job in self.ended(pack))
        return any(first[1] > second[0] for first, second in pairwise(times))


@pytest.fixture
def jobs(cluster):
    return Jobs(cluster)


def is_whole(project, undisturbed):
    """Whether all packs hold the same as those of the undisturbed run, and nothing is left behind."""
    original, packs = undisturbed
    for pack in packs:
        ours, theirs = (pd.read_parquet(p.root / pack).drop(columns="seconds") for p in (project, original))
        assert ours.equals(theirs), pack
    folder = project.root / ".snakemake"
    assert not list((folder / "locks").glob("*.lock"))
    assert "Nothing to be done" in project.snakemake("-n", *packs, "--configfile", "tiny.yaml")
    return True


def test_jobs_that_fail_by_no_fault_of_theirs_are_done_again(disturbed, undisturbed, cluster, jobs, start):
    """A node that dies, scancel, too little time, too little memory: all in one sweep."""
    _, packs = undisturbed
    on_a_node, cancelled, slow, hungry, *_ = packs
    faults = Faults(disturbed)
    for pack in (on_a_node, cancelled, slow):
        faults.sleep_once(pack, 300 if pack != slow else 120)
    faults.hold(hungry, 2300)
    resources = (
        "train:mem_mb=2000 * attempt",
        "train:runtime=1 if wildcards.last == '002' and attempt == 1 else 9",
    )
    controller = start(*slurm_options(*packs), "--set-resources", *resources)
    # SLURM's limits first: a node that dies takes along what happens to run there.
    cluster.wait(lambda: jobs.ended(slow) and jobs.ended(hungry), SECONDS, "jobs beyond their limits")
    assert jobs.states(slow) == ["TIMEOUT"]
    assert jobs.states(hungry)[0] in ("FAILED", "OUT_OF_MEMORY")
    cluster.wait(lambda: faults.begun(on_a_node) and faults.begun(cancelled), SECONDS, "jobs to disturb")
    cluster.scancel(*jobs.running(cancelled))
    (victim,) = jobs.running(on_a_node)
    cluster.kill_node(cluster.jobs()[victim]["NodeList"])
    printed = controller.succeed()
    assert jobs.states(on_a_node)[0] == "NODE_FAIL"
    assert jobs.states(cancelled)[0] == "CANCELLED"
    assert jobs.began(slow).popitem()[1]["TimeLimit"] == "00:09:00"
    for pack in packs:
        assert jobs.states(pack).count("COMPLETED") == 1
        assert not jobs.overlap(pack)
    assert "failed due to a node failure" in printed
    assert is_whole(disturbed, undisturbed)
    assert cluster.queue() == []


def test_a_sweep_outlasts_slurms_absence(disturbed, undisturbed, cluster, jobs, start):
    """Jobs end while slurmctld is away, and others are to be submitted."""
    _, packs = undisturbed
    faults = Faults(disturbed)
    for pack in packs:
        faults.sleep(pack, 20)
    controller = start(*slurm_options(*packs, retries=0), "--max-jobs-per-timespan", "3/60s")
    cluster.wait(lambda: sum(map(len, map(jobs.running, packs))) == 3, SECONDS, "three running jobs")
    cluster.stop_controller()
    time.sleep(75)
    assert controller.process.poll() is None, controller.printed()
    away = controller.printed()
    cluster.start_controller()
    printed = controller.succeed()
    assert "SLURM does not say what became of 3 jobs: kept" in away
    assert "SLURM answers again after " in printed
    assert (
        "sbatch: SLURM does not answer (sbatch: error: Batch job submission failed: Unable to contact"
        in printed
    )
    # No retries were allowed: nothing counted as failed, and nothing ran twice.
    assert [jobs.states(pack) for pack in packs] == [["COMPLETED"]] * 6
    assert is_whole(disturbed, undisturbed)


def test_a_controller_that_is_killed_ten_times_ends_its_sweep(disturbed, undisturbed, cluster, jobs, start):
    """At ten random moments, the first of them while jobs run."""
    _, packs = undisturbed
    faults = Faults(disturbed)
    for pack in packs:
        faults.sleep(pack, 5)
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"moments drawn with seed {seed}\n")
    moments = random.Random(seed)
    printed, began = [], time.monotonic()
    for kill in range(10):
        controller = start(*slurm_options(*packs))
        if kill == 0:
            cluster.wait(lambda: any(map(jobs.running, packs)), SECONDS, "a running job")
            until_running = time.monotonic() - began
        else:
            time.sleep(moments.uniform(0, 1.3 * until_running))
        controller.kill()
        printed.append(controller.printed())
    printed.append(start(*slurm_options(*packs)).succeed())
    everything = "\n".join(printed)
    assert "The lock of this directory was left by a controller that does not run any more" in everything
    assert "Cancelling " in everything
    assert "cannot be locked" not in everything
    assert is_whole(disturbed, undisturbed)
    assert cluster.queue() == []
    for pack in packs:
        assert jobs.states(pack)[-1] == "COMPLETED"
        assert not jobs.overlap(pack)
