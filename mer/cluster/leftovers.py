"""Jobs that a controller left in SLURM when it died: cancelled before others write the same files."""

import fcntl
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mer.cluster.controllers import Controller, State, others
from mer.cluster.slurm import ClusterError, answer, ask
from mer.cluster.submit import SUBMITTING
from mer.core.counted import counted
from mer.core.errors import listed

Tell = Callable[[str], object]

# The executor calls all jobs of a run by one unique name, and says in the comment what they are.
RUN = re.compile(r"([A-Za-z0-9_-]+_)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WHAT = re.compile(r"(rule|group)_")
SECONDS_TO_SUBMIT = 60.0
SECONDS_TO_END = 600.0


@dataclass(frozen=True)
class Leftover:
    """A job in SLURM's queue that was submitted from this directory.

    Attributes
    ----------
    identity
        Its number.
    run
        Name of the run that it belongs to.
    what
        Rule and wildcards.
    """

    identity: str
    run: str
    what: str

    def __str__(self) -> str:
        return f"{self.identity} ({self.what})"


def cancel_leftovers(directory: Path, own: Controller, tell: Tell, always: bool = True) -> None:
    """Cancel jobs of this directory's dead controllers, and wait until they are gone.

    Jobs of controllers that run are left alone.

    Parameters
    ----------
    directory
        Working directory of the sweep.
    own
        Record of this process, which has not submitted anything yet.
    tell
        Where to say which jobs are cancelled.
    always
        Whether to look for jobs even if no record of a dead controller speaks of any.

    Raises
    ------
    ClusterError
        If SLURM cannot be reached, jobs do not end, or there are jobs of which it cannot be known
        whether somebody waits for them.
    """
    known = list(others(directory, own))
    dead = [controller for controller in known if controller.state() is State.DEAD]
    if always or any(controller.runs() for controller in dead):
        for controller in dead:
            _wait_for_submissions(controller)
        jobs = _jobs_of(directory, tell)
        _refuse_unclear(jobs, known, dead)
        names = {name for controller in dead for name in controller.runs()}
        _cancel([job for job in jobs if job.run in names], directory, tell)
    for controller in dead:
        controller.forget()


def _wait_for_submissions(controller: Controller) -> None:
    """Wait for commands that were submitting jobs when their controller died; they end by themselves."""
    ends = time.monotonic() + SECONDS_TO_SUBMIT
    with suppress(FileNotFoundError), (controller.folder / SUBMITTING).open() as file:
        while time.monotonic() < ends:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.5)
            except OSError:  # a file system without locks
                return
            else:
                return


def _jobs_of(directory: Path, tell: Tell) -> list[Leftover]:
    """List this user's jobs that runs of this directory submitted and that have not ended."""
    squeue = ["squeue", "--noheader", f"--user={os.getuid()}", "--format=%i|%j|%Z|%k"]
    jobs = []
    for line in answer(squeue, tell):
        identity, run, rest = line.split("|", 2)
        what = rest.removeprefix(f"{directory}|")  # of another directory, it begins with that
        if RUN.fullmatch(run) and WHAT.match(what):
            jobs.append(Leftover(identity, run, what))
    return jobs


def _refuse_unclear(jobs: list[Leftover], known: list[Controller], dead: list[Controller]) -> None:
    """Refuse to go on beside jobs of a controller that is out of sight.

    Raises
    ------
    ClusterError
        Naming the jobs.
    """
    alive = [controller for controller in known if controller.state() is State.ALIVE]
    clear = {name for controller in (*dead, *alive) for name in controller.runs()}
    unclear = [job for job in jobs if job.run not in clear]
    if not unclear:
        return
    runs = {job.run for job in unclear}
    holders = [str(c) for c in known if c.runs() & runs] or ["a controller that left no record"]
    title = (
        "Jobs of this directory are in SLURM's queue, submitted by "
        f"{'; '.join(holders)}. From here it cannot be seen whether it still runs. Two jobs must not write "
        "one file: if it runs, let it end; if not, cancel its jobs and start again: "
        f"scancel {' '.join(f'--name={run}' for run in sorted(runs))}"
    )
    raise ClusterError(listed(title, [str(job) for job in unclear]))


def _cancel(jobs: list[Leftover], directory: Path, tell: Tell) -> None:
    """Cancel jobs and wait until SLURM lists none of them.

    Raises
    ------
    ClusterError
        If some do not end.
    """
    if not jobs:
        return
    identities = {job.identity for job in jobs}
    tell(
        listed(
            f"Cancelling {counted(job=len(jobs))} of a controller that does not run any more:",
            [str(j) for j in jobs],
        )
    )
    ends = time.monotonic() + SECONDS_TO_END
    left = identities
    while left and time.monotonic() < ends:
        # Its exit code says only that some ended meanwhile.
        ask(["scancel", *sorted(left)], tell)
        time.sleep(1)
        left = identities & {job.identity for job in _jobs_of(directory, tell)}
    if left:
        raise ClusterError(
            f"Jobs {', '.join(sorted(left))} were cancelled and are still in SLURM's queue after "
            f"{SECONDS_TO_END:.0f} s. Look at them with: squeue --jobs={','.join(sorted(left))}"
        )
