"""Records of the processes that control sweeps in a working directory, and whether they still run.

Snakemake's lock does not say whose it is, and SLURM's jobs not whether anybody still waits for them.
Every controller therefore leaves a folder here before it takes the lock.
"""

import atexit
import json
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

FOLDER = Path(".snakemake/controllers")
RECORD = "record.json"
# A file in a controller's folder: it has ended, and does not hold the lock any more.
OVER = "over"
# A folder in a controller's folder: a file for each name under which it submits jobs.
RUNS = "runs"


class State(Enum):
    """Whether a process runs."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"  # it is on another machine, or in another container


@dataclass(frozen=True)
class Process:
    """A process that no later one can be taken for, though it may have the same number.

    Attributes
    ----------
    host
        Name and identity of the machine.
    boot
        Identity of the time since the machine was started.
    namespace
        Where ``pid`` means this process: containers number theirs anew.
    pid
        Its number.
    started
        When it was started, in clock ticks since the machine was.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: int

    @classmethod
    def this(cls) -> "Process":
        """Describe the process that asks.

        Raises
        ------
        OSError
            On a system without /proc.
        """
        pid = os.getpid()
        started = _started(pid)
        if started is None:
            raise ProcessLookupError(f"/proc/{pid}/stat does not describe this process.")
        return cls(_host(), _boot(), _namespace(), pid, started)

    def state(self) -> State:
        """Find out whether the process runs."""
        if self.host != _host():
            return State.UNKNOWN
        if self.boot != _boot():
            return State.DEAD
        if self.namespace != _namespace():
            return State.UNKNOWN
        return State.ALIVE if _started(self.pid) == self.started else State.DEAD


def _host() -> str:
    identity = Path("/etc/machine-id")
    return f"{platform.node()}/{identity.read_text().strip() if identity.is_file() else ''}"


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _namespace() -> str:
    return str(Path("/proc/self/ns/pid").readlink())


def _started(pid: int) -> int | None:
    """Read when a process was started; None if there is none, or only its exit code waits to be read."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in parentheses, which may hold anything.
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])


@dataclass(frozen=True)
class Controller:
    """A process that controls, or controlled, a sweep.

    Attributes
    ----------
    folder
        Where it leaves what others must know.
    process
        Which one it is.
    command
        How it was called.
    since
        When it was started, for people.
    """

    folder: Path
    process: Process
    command: str
    since: str

    def __str__(self) -> str:
        machine = self.process.host.split("/")[0]
        return f"process {self.process.pid} on {machine}, started {self.since}: {self.command}"

    def ended(self) -> bool:
        """Whether it said itself that it ended, or somebody found it dead."""
        return (self.folder / OVER).exists()

    def state(self) -> State:
        """Find out whether it runs."""
        return State.DEAD if self.ended() else self.process.state()

    def declare_over(self) -> None:
        """Write down that it has ended, and that no lock can be its any more."""
        (self.folder / OVER).touch()

    def note_run(self, name: str) -> None:
        """Write down that jobs of this name are submitted by it."""
        (self.folder / RUNS).mkdir(exist_ok=True)
        (self.folder / RUNS / name).touch()

    def runs(self) -> set[str]:
        """List the names of its jobs."""
        return {path.name for path in (self.folder / RUNS).glob("*")}

    def forget(self) -> None:
        """Remove its record."""
        shutil.rmtree(self.folder, ignore_errors=True)


def begin(directory: Path) -> Controller:
    """Leave a record of this process, and see to it that its end is recorded too.

    Raises
    ------
    OSError
        If nothing can be written into the working directory, or the system has no /proc.
    """
    process = Process.this()
    folder = directory / FOLDER / f"{platform.node()}-{process.pid}-{process.started}"
    command = " ".join(["snakemake", *sys.argv[1:]])
    controller = Controller(folder, process, command, datetime.now().isoformat(" ", "seconds"))
    if folder.exists():  # the Snakefile may be read twice
        return controller
    unseen = folder.with_name(f".{secrets.token_hex(4)}")
    unseen.mkdir(parents=True)
    about = {"process": asdict(process), "command": command, "since": controller.since}
    (unseen / RECORD).write_text(json.dumps(about, indent=2))
    unseen.rename(folder)
    atexit.register(_end, controller)
    return controller


def _end(controller: Controller) -> None:
    if os.getpid() != controller.process.pid:  # a copy of the process, made by fork
        return
    with suppress(OSError):
        # Should it leave jobs behind, whoever comes next must know whose they are.
        controller.declare_over() if controller.runs() else controller.forget()


def read(folder: Path) -> Controller:
    """Read one record.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError
        If there is none that can be read.
    """
    about = json.loads((folder / RECORD).read_text())
    return Controller(folder, Process(**about["process"]), about["command"], about["since"])


def others(directory: Path, own: Controller | None) -> Iterator[Controller]:
    """Read the records of all other controllers of a working directory."""
    for folder in sorted((directory / FOLDER).glob("[!.]*")):
        if own is not None and folder == own.folder:
            continue
        with suppress(OSError, ValueError, KeyError, TypeError):  # removed in this moment, or foreign
            yield read(folder)


def at_work(directory: Path) -> bool:
    """Tell whether a controller of a working directory is seen to run; not of one on another machine."""
    return any(controller.state() is State.ALIVE for controller in others(directory, None))
