"""What a controller does before its first job, in the order in which the Snakefile calls it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from mer.cluster.controllers import Controller, State, begin, others
from mer.cluster.keeper import Executor, Keeper, Messages, keep_jobs, known_jobs
from mer.cluster.leftovers import cancel_leftovers
from mer.cluster.lock import LOCKS, release_stale_lock
from mer.cluster.slurm import ClusterError
from mer.cluster.submit import put_in_front
from mer.core.errors import listed

Tell = Callable[[str], object]


def announce(directory: Path, tell: Tell) -> Controller | None:
    """Leave a record of this controller, and remove the lock of dead ones; before Snakemake takes it.

    Returns
    -------
    Controller
        The record; None where none can be kept, in a directory that cannot be written to for instance.
    """
    try:
        own = begin(directory)
        release_stale_lock(directory, own, tell)
    except OSError as error:
        tell(f"No record of this controller can be kept: {error}")
        return None
    return own


def is_alone(directory: Path, own: Controller | None) -> bool:
    """Tell whether nobody else is at work in a directory: no lock, and no controller that is not dead."""
    locked = any((directory / LOCKS).glob("*.lock"))
    return not locked and all(one.state() is State.DEAD for one in others(directory, own))


def refuse_what_loses_jobs(array_jobs: str | None, groups: Mapping[str, str]) -> None:
    """Refuse modes of the executor for SLURM that do harm, and that packs of folds make unnecessary.

    Raises
    ------
    ClusterError
        Naming all of them.
    """
    problems = []
    if array_jobs:
        problems.append(
            f"--slurm-array-jobs={array_jobs}: jobs that are ready while others of their rule are not are "
            "dropped, and waited for for ever."
        )
    if groups:
        names = " ".join(f"{rule}={group}" for rule, group in groups.items())
        problems.append(
            f"--groups {names}: a group asks for the GPUs and the memory of all its jobs at once, and still "
            "starts each of them anew."
        )
    if problems:
        advice = "Leave them out; 'folds_per_job' in the sweep's file puts many folds into one job instead."
        raise ClusterError(listed(f"Not with the executor for SLURM. {advice}", problems))


def take_over(directory: Path, own: Controller | None, executor: type[Executor] | None, tell: Tell) -> None:
    """Clear away what dead controllers left in SLURM, and make the executor endure SLURM's absence.

    Parameters
    ----------
    directory
        Working directory of the sweep.
    own
        Record of this controller.
    executor
        Class of the executor if it is the one for SLURM, else None.
    tell
        Where to say what is done.

    Raises
    ------
    ClusterError
        If jobs of others stand in the way.
    """
    if own is None:
        return
    cancel_leftovers(directory, own, tell, always=executor is not None)
    if executor is not None:
        put_in_front(own)
        keeper = Keeper(lambda: known_jobs(own), tell)
        keep_jobs(executor, keeper, Messages(own, tell).pass_on)
