"""Keeps an executor from losing sight of its jobs.

The executor for SLURM drops all jobs whose state it could not ask for, and then waits for them for
ever; and it waits for ever for a job that SLURM has forgotten, too.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Protocol

from mer.cluster.controllers import Controller
from mer.cluster.slurm import call
from mer.cluster.submit import MESSAGES
from mer.core.counted import counted

LOOK_EVERY = 60.0
# A job that SLURM does not list is given up after this time. Until then accounting may report it.
FORGOTTEN_AFTER = 300.0
LONGEST_QUERY = 30.0


class Job(Protocol):
    """What Snakemake wants done."""

    @property
    def resources(self) -> Mapping[str, object]:
        """What it asks for."""
        ...


class JobInfo(Protocol):
    """A job of Snakemake that was submitted."""

    job: Job
    external_jobid: str | None


class Executor(Protocol):
    """Runs jobs elsewhere: what is used of Snakemake's interface for executors."""

    def check_active_jobs(self, active_jobs: Sequence[JobInfo]) -> AsyncIterator[JobInfo]:
        """Report jobs that have ended, and yield the others."""
        ...

    def report_job_success(self, job_info: JobInfo) -> None:
        """Say that a job is done."""
        ...


class Keeper:
    """Knows what has become of the jobs of one executor.

    Parameters
    ----------
    look
        Lists the numbers of the jobs that SLURM knows; None if it does not answer.
    tell
        Where to say what happens.
    clock
        Seconds from any moment on.
    """

    def __init__(
        self,
        look: Callable[[], set[str] | None],
        tell: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.look, self.tell, self.clock = look, tell, clock
        self.reported: set[int] = set()
        self._missing: dict[str, float] = {}
        self._looked = clock()
        self._silent_since: float | None = None

    def lost(self, active: Sequence[JobInfo], kept: Iterable[JobInfo]) -> list[JobInfo]:
        """List the jobs of one round of questions that were neither reported nor kept."""
        seen = self.reported | {id(job) for job in kept}
        lost = [job for job in active if id(job) not in seen]
        if lost and self._silent_since is None:
            self._silent_since = self.clock()
            self.tell(
                f"SLURM does not say what became of {counted(job=len(lost))}: kept, and asked for again."
            )
        elif active and not lost and self._silent_since is not None:
            self.tell(f"SLURM answers again after {self.clock() - self._silent_since:.0f} s.")
            self._silent_since = None
        return lost

    def forgotten(self, active: Sequence[JobInfo]) -> list[JobInfo]:
        """List the jobs that SLURM has not known for a while; asks it now and then."""
        if not active or self.clock() - self._looked < LOOK_EVERY:
            return []
        self._looked = self.clock()
        known = self.look()
        if known is None:
            self._missing.clear()  # the time in which SLURM was away does not count
            return []
        numbers = {str(job.external_jobid): job for job in active if not _elsewhere(job)}
        now = self.clock()
        self._missing = {n: self._missing.get(n, now) for n in numbers if n not in known}
        gone = [n for n, since in self._missing.items() if now - since >= FORGOTTEN_AFTER]
        for number in gone:
            del self._missing[number]
            self.tell(f"SLURM does not know job {number} any more. It counts as done if its output is there.")
        return [numbers[number] for number in gone]


def _elsewhere(job: JobInfo) -> bool:
    """Whether a job was submitted to another cluster, which is not asked here."""
    return any(job.job.resources.get(name) for name in ("cluster", "clusters", "slurm_cluster"))


def keep_jobs(
    executor: type[Executor], keeper: Keeper, each_round: Callable[[], object] = lambda: None
) -> None:
    """Wrap the methods of an executor class that Snakemake's interface for executors prescribes.

    ``check_active_jobs`` then yields every job that it did not report; an error in it ends nothing.

    Parameters
    ----------
    executor
        The class; objects of it may exist.
    keeper
        Who counts.
    each_round
        Called whenever Snakemake asks for the state of jobs.
    """
    check, succeed = executor.check_active_jobs, executor.report_job_success

    async def check_active_jobs(self: Executor, active_jobs: Sequence[JobInfo]) -> AsyncIterator[JobInfo]:
        each_round()
        keeper.reported.clear()
        kept = []
        try:
            async for job in check(self, active_jobs):
                kept.append(job)
        except Exception as error:  # whatever it is, jobs go on running
            keeper.tell(f"Asking for the state of jobs failed: {type(error).__name__}: {error}")
        kept += keeper.lost(active_jobs, kept)
        forgotten = keeper.forgotten(kept)
        for job in forgotten:
            succeed(self, job)  # Snakemake looks for the output, and lets the job fail without it
            kept.remove(job)
        for job in kept:
            yield job

    setattr(executor, "check_active_jobs", check_active_jobs)  # noqa: B010
    for name in ("report_job_success", "report_job_error"):
        setattr(executor, name, _noting(getattr(executor, name), keeper))


def _noting(report: Callable[..., None], keeper: Keeper) -> Callable[..., None]:
    """Wrap a method that reports a job, so that the keeper knows of it."""

    def note(self: Executor, job_info: JobInfo, *arguments: object, **named: object) -> None:
        keeper.reported.add(id(job_info))
        report(self, job_info, *arguments, **named)

    return note


def known_jobs(controller: Controller) -> set[str] | None:
    """List the numbers of a controller's jobs that SLURM knows; None if it does not answer."""
    names = ",".join(sorted(controller.runs()))
    if not names:
        return None
    squeue = ["squeue", "--noheader", "--states=all", f"--name={names}", "--format=%i"]
    outcome = call(squeue, timeout=LONGEST_QUERY)
    return None if outcome.code else set(outcome.stdout.decode().split())


class Messages:
    """Passes on what the stand-ins for SLURM's commands have to say."""

    def __init__(self, controller: Controller, tell: Callable[[str], object]) -> None:
        self.path, self.tell, self.read = controller.folder / MESSAGES, tell, 0

    def pass_on(self) -> None:
        """Tell what was written since the last call."""
        try:
            lines = self.path.read_text().splitlines()
        except OSError:
            return
        for line in lines[self.read :]:
            self.tell(line)
        self.read = len(lines)
