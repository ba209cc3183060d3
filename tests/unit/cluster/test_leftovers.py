"""Jobs that controllers leave in SLURM."""

import fcntl

import pytest

from mer.cluster import controllers, leftovers
from mer.cluster.leftovers import cancel_leftovers
from mer.cluster.slurm import ClusterError
from mer.cluster.start import refuse_what_loses_jobs
from mer.cluster.submit import SUBMITTING

RUN = "{}a1b2c3d-0000-1111-2222-0123456789ab"
ONE, TWO, THREE = (RUN.format(n) for n in range(3))

# A queue of which scancel takes jobs out; the first it is asked for takes a while.
SQUEUE = "cat queue"
SCANCEL = 'for job; do sed -i "/^$job|/d" queue; done'
SLOW = f"[ $(grep -c ^scancel calls) -gt 1 ] || shift\n{SCANCEL}"


@pytest.fixture
def queue(fake, tmp_path, monkeypatch):
    folder = fake(squeue=SQUEUE, scancel=SLOW)
    monkeypatch.setattr(leftovers.time, "sleep", lambda seconds: None)

    def write(*lines):
        (folder / "queue").write_text("".join(f"{line}\n" for line in lines))
        return lambda: (folder / "queue").read_text().splitlines()

    return write


def job(number, run, directory, what="rule_train_wildcards_a"):
    return f"{number}|{run}|{directory}|{what}"


def test_jobs_of_a_killed_controller_are_cancelled_and_waited_for(queue, others, own, said, tmp_path, calls):
    others.killed(ONE)
    left = queue(job(1, ONE, tmp_path), job(2, ONE, tmp_path, "rule_parts"))
    cancel_leftovers(tmp_path, own, said.append)
    assert left() == []
    assert [call for call in calls() if call.startswith("scancel")] == ["scancel 1 2", "scancel 1"]
    assert said == [
        "Cancelling 2 jobs of a controller that does not run any more:\n"
        "  1 (rule_train_wildcards_a)\n  2 (rule_parts)"
    ]
    assert list(controllers.others(tmp_path, own)) == []


def test_what_is_being_submitted_is_waited_for_and_cancelled_too(
    queue, others, own, said, tmp_path, monkeypatch
):
    others.killed(ONE)
    (dead,) = controllers.others(tmp_path, own)
    left = queue()
    with (dead.folder / SUBMITTING).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)

        def arrive(seconds):
            queue(job(1, ONE, tmp_path))
            fcntl.flock(file, fcntl.LOCK_UN)
            monkeypatch.setattr(leftovers.time, "sleep", lambda seconds: None)

        monkeypatch.setattr(leftovers.time, "sleep", arrive)
        cancel_leftovers(tmp_path, own, said.append)
    assert left() == []
    assert said == [
        "Cancelling 1 job of a controller that does not run any more:\n  1 (rule_train_wildcards_a)"
    ]


def test_jobs_of_others_are_left_alone(queue, others, own, said, tmp_path):
    others.killed(ONE)
    living = others.start(TWO)
    others_jobs = [
        job(1, TWO, tmp_path),  # of a controller that runs
        job(2, THREE, tmp_path.parent),  # of another directory
        job(3, THREE, f"{tmp_path}/deeper"),
        job(4, "interactive", tmp_path, ""),  # not of Snakemake
        job(5, THREE, tmp_path, "a comment of mine"),
    ]
    left = queue(*others_jobs, job(6, ONE, tmp_path))
    cancel_leftovers(tmp_path, own, said.append)
    assert left() == others_jobs
    assert living.poll() is None
    assert len(list(controllers.others(tmp_path, own))) == 1


@pytest.mark.parametrize("recorded", [True, False])
def test_jobs_of_nobody_knows_whom_stop_the_start(queue, others, own, said, tmp_path, recorded, monkeypatch):
    if recorded:
        others.killed(ONE)
        # Of another machine, as far as this one can tell.
        monkeypatch.setattr(controllers, "_host", lambda: "here/1")
    line = job(1, ONE, tmp_path)
    left = queue(line)
    with pytest.raises(ClusterError) as caught:
        cancel_leftovers(tmp_path, own, said.append)
    assert ("a controller that left no record" in str(caught.value)) != recorded
    assert f"scancel --name={ONE}\n  1 (rule_train_wildcards_a)" in str(caught.value)
    assert left() == [line]


def test_jobs_that_do_not_end_are_an_error(queue, fake, others, own, said, tmp_path, monkeypatch):
    others.killed(ONE)
    queue(job(1, ONE, tmp_path))
    fake(scancel="true")
    monkeypatch.setattr(leftovers, "SECONDS_TO_END", 0.2)
    with pytest.raises(ClusterError, match="Jobs 1 were cancelled and are still in SLURM's queue"):
        cancel_leftovers(tmp_path, own, said.append)
    # Whoever tries again must find them.
    assert len(list(controllers.others(tmp_path, own))) == 1


def test_without_jobs_on_record_other_executors_do_not_ask_slurm(queue, others, own, said, tmp_path):
    others.killed()
    cancel_leftovers(tmp_path, own, said.append, always=False)
    assert not (tmp_path / "fake/calls").exists()
    others.killed(ONE)
    left = queue(job(1, ONE, tmp_path))
    cancel_leftovers(tmp_path, own, said.append, always=False)
    assert left() == []


def test_modes_that_lose_jobs_are_refused_together():
    with pytest.raises(ClusterError) as caught:
        refuse_what_loses_jobs("train", {"train": "g"})
    assert "folds_per_job" in str(caught.value)
    assert "--slurm-array-jobs=train: " in str(caught.value)
    assert "--groups train=g: " in str(caught.value)
    refuse_what_loses_jobs(None, {})


def test_jobs_on_record_where_there_is_no_slurm_stop_the_start(others, own, said, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    others.killed()
    cancel_leftovers(tmp_path, own, said.append, always=False)
    assert list(controllers.others(tmp_path, own)) == []
    others.killed(ONE)
    with pytest.raises(ClusterError, match="squeue: there is no such command here"):
        cancel_leftovers(tmp_path, own, said.append, always=False)
    assert len(list(controllers.others(tmp_path, own))) == 1
