"""An executor that cannot ask for its jobs, and SLURM that forgets them."""

import asyncio
from types import SimpleNamespace

import pytest

from mer.cluster.keeper import FORGOTTEN_AFTER, LOOK_EVERY, Keeper, Messages, keep_jobs, known_jobs


def job(number, **resources):
    return SimpleNamespace(external_jobid=str(number), job=SimpleNamespace(resources=resources))


class Executor:
    """Of the shape of Snakemake's executors; ``answers`` says what it does with each job."""

    def __init__(self):
        self.answers, self.done, self.failed = {}, [], []

    async def check_active_jobs(self, active_jobs):
        for info in active_jobs:
            answer = self.answers.get(info.external_jobid, "forget")
            if answer == "break":
                raise OSError("no process can be started")
            if answer == "run":
                yield info
            if answer == "done":
                self.report_job_success(info)
            if answer == "fail":
                self.report_job_error(info, msg="it failed", aux_logs=["a.log"])

    def report_job_success(self, job_info):
        self.done.append(job_info.external_jobid)

    def report_job_error(self, job_info, msg=None, **kwargs):
        self.failed.append((job_info.external_jobid, msg, kwargs))


@pytest.fixture
def executor():
    """A class that can be wrapped."""
    return type("Executor", (Executor,), {})


@pytest.fixture
def world(said):
    """Time, and what SLURM lists."""
    return SimpleNamespace(now=0.0, known=set())


@pytest.fixture
def keeper(world, said):
    return Keeper(lambda: world.known, said.append, lambda: world.now)


def ask(executor, *jobs):
    async def collect():
        return [info.external_jobid async for info in executor.check_active_jobs(list(jobs))]

    return asyncio.run(collect())


def test_jobs_that_the_executor_lost_are_kept_and_nothing_is_doubled(executor, keeper, said):
    asked = executor()  # before it is wrapped, as Snakemake's is
    keep_jobs(executor, keeper)
    asked.answers = {"1": "run", "2": "done", "3": "fail"}
    jobs = [job(n) for n in range(1, 6)]
    assert ask(asked, *jobs) == ["1", "4", "5"]
    assert asked.done == ["2"]
    assert asked.failed == [("3", "it failed", {"aux_logs": ["a.log"]})]
    assert ask(asked, *jobs[3:]) == ["4", "5"]
    asked.answers = {"4": "done", "5": "run"}
    assert ask(asked, *jobs[3:]) == ["5"]
    # What was reported counts for one round: a later job may be at the same place in memory.
    asked.answers = {"5": "run"}
    assert ask(asked, *jobs[3:]) == ["5", "4"]
    asked.answers = {"5": "run", "4": "run"}
    assert ask(asked, *jobs[3:]) == ["4", "5"]
    assert said == [
        "SLURM does not say what became of 2 jobs: kept, and asked for again.",
        "SLURM answers again after 0 s.",
        "SLURM does not say what became of 1 job: kept, and asked for again.",
        "SLURM answers again after 0 s.",
    ]


def test_an_error_while_asking_ends_nothing(executor, keeper, said):
    keep_jobs(executor, keeper)
    asked = executor()
    asked.answers = {"1": "done", "2": "break", "3": "run"}
    assert ask(asked, job(1), job(2), job(3)) == ["2", "3"]
    assert said[0] == "Asking for the state of jobs failed: OSError: no process can be started"


def test_a_job_that_slurm_forgot_counts_as_ended_after_a_while(executor, keeper, said, world):
    keep_jobs(executor, keeper)
    asked = executor()
    asked.answers = dict.fromkeys("123", "run")
    jobs = [job(1), job(2), job(3, clusters="west")]
    world.known = {"1"}
    rounds = 0
    while "2" in ask(asked, *jobs):
        world.now += LOOK_EVERY
        rounds += 1
        assert rounds < 100
    assert asked.done == ["2"]
    assert FORGOTTEN_AFTER < world.now <= FORGOTTEN_AFTER + 2 * LOOK_EVERY
    assert ask(asked, *jobs[::2]) == ["1", "3"]
    assert said == ["SLURM does not know job 2 any more. It counts as done if its output is there."]


def test_the_time_in_which_slurm_is_away_does_not_count(executor, keeper, world):
    keep_jobs(executor, keeper)
    asked = executor()
    for known in [set(), None] * 50:
        world.known = known
        world.now += LOOK_EVERY
        assert ask(asked, job(1)) == ["1"]
    assert not asked.done


def test_a_job_that_turns_up_again_is_not_given_up(executor, keeper, world):
    keep_jobs(executor, keeper)
    asked = executor()
    for known in [set(), {"1"}] * 50:
        world.known = known
        world.now += LOOK_EVERY
        assert ask(asked, job(1)) == ["1"]
    assert not asked.done


def test_slurm_is_asked_for_the_controllers_own_runs(own, fake, calls):
    folder = fake(squeue="echo 5; echo 7")
    assert known_jobs(own) is None
    assert not (folder / "calls").exists()
    own.note_run("a")
    own.note_run("b")
    assert known_jobs(own) == {"5", "7"}
    assert calls() == ["squeue --noheader --states=all --name=a,b --format=%i"]
    fake(squeue="exit 1")
    assert known_jobs(own) is None


def test_what_commands_have_to_say_is_passed_on_once(own, said):
    messages = Messages(own, said.append)
    messages.pass_on()
    (own.folder / "messages").write_text("first\n")
    messages.pass_on()
    with (own.folder / "messages").open("a") as file:
        file.write("second\n")
    messages.pass_on()
    messages.pass_on()
    assert said == ["first", "second"]
