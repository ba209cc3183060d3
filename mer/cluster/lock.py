"""The lock that a killed controller leaves behind."""

from collections.abc import Callable
from pathlib import Path

from mer.cluster.controllers import Controller, State, others

LOCKS = Path(".snakemake/locks")


def release_stale_lock(directory: Path, own: Controller, tell: Callable[[str], object]) -> None:
    """Remove the lock of a working directory if all that could hold it are dead.

    Every controller leaves its record before it takes the lock. So if there are records, and all of
    them are of dead processes of this machine, nobody holds it. In any other case the lock stays, and
    Snakemake will say what to do.

    Parameters
    ----------
    directory
        Working directory of the sweep.
    own
        Record of this process, which has not taken the lock yet.
    tell
        Where to say what was done.
    """
    locks = sorted((directory / LOCKS).glob("*.lock"))
    holders = [controller for controller in others(directory, own) if not controller.ended()]
    states = {controller.folder: controller.state() for controller in holders}
    dead = [controller for controller in holders if states[controller.folder] is State.DEAD]
    if locks and len(dead) < len(holders):
        _explain([controller for controller in holders if controller not in dead], states, tell)
        return
    if locks and dead:
        for path in locks:
            path.unlink(missing_ok=True)
        tell(
            "The lock of this directory was left by a controller that does not run any more, and is removed "
            f"({'; '.join(map(str, dead))})."
        )
    for controller in dead:
        controller.declare_over()


def _explain(holders: list[Controller], states: dict[Path, State], tell: Callable[[str], object]) -> None:
    for controller in holders:
        if states[controller.folder] is State.UNKNOWN:
            tell(
                f"This directory may be locked by {controller}. From here it cannot be seen whether that one "
                "still runs. If it does not: snakemake --unlock, and remove "
                f"{controller.folder}."
            )
        else:
            tell(f"Another controller of this directory runs ({controller}).")
