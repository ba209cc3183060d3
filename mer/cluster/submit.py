"""Stands in for ``sbatch`` and ``scancel``: calls the real one, and asks again while SLURM is away.

A failed submission counts as a failure of the job, and uses up its retries within seconds. A submission
whose outcome is unknown is never repeated before a look whether the job is there.
"""

import fcntl
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mer.cluster.controllers import Controller, State, read
from mer.cluster.slurm import Outcome, Waiting, ask, call

COMMANDS = ("sbatch", "scancel")
# In a controller's folder: the commands; what they have to say; jobs that it knows to be submitted; and
# a file that is locked for as long as jobs are being submitted.
BIN, MESSAGES, JOBS, SUBMITTING = "bin", "messages", "jobs", "submitting"
# The executor gives up on scancel after a minute.
SCANCEL_SECONDS = 45.0


def put_in_front(controller: Controller) -> None:
    """Make this process, and those that it starts, find the commands of this module first on their PATH."""
    folder = controller.folder / BIN
    folder.mkdir(exist_ok=True)
    root = Path(__file__).parents[2]
    program = f"import sys; sys.path.insert(0, {str(root)!r}); from mer.cluster.submit import main; main()"
    for name in COMMANDS:
        real = shutil.which(name)
        if real is not None:
            words = [sys.executable, "-c", program, str(controller.folder), name, real]
            (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
            (folder / name).chmod(0o755)
    os.environ["PATH"] = os.pathsep.join([str(folder), os.environ.get("PATH", "")])


def main() -> None:
    """Run one command, and end as it does; what it prints is passed on as it is."""
    folder, name, real, *arguments = sys.argv[1:]
    # The job's environment is made from this one, and has no use for the stand-ins.
    path = os.environ.get("PATH", "").split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(part for part in path if part != f"{folder}/{BIN}")
    command = [real, *arguments]
    try:
        if name == "sbatch":
            outcome = Submission(read(Path(folder)), command).run()
        else:
            outcome = ask(command, lambda text: None, SCANCEL_SECONDS)
    except KeyboardInterrupt:
        outcome = Outcome(130)
    sys.stdout.buffer.write(outcome.stdout)
    sys.stderr.buffer.write(outcome.stderr)
    sys.stdout.flush()
    sys.exit(outcome.code)


class Submission:
    """One call of ``sbatch``.

    Parameters
    ----------
    controller
        Who submits.
    command
        The real ``sbatch`` and its arguments.
    """

    def __init__(self, controller: Controller, command: Sequence[str]) -> None:
        self.controller, self.command = controller, list(command)
        self.name = option(command, "--job-name", "-J")
        self.comment = option(command, "--comment")

    def run(self) -> Outcome:
        """Submit the job once, however often it takes to ask."""
        if self.name:
            self.controller.note_run(self.name)
        given = sys.stdin.buffer.read() if "/dev/stdin" in self.command else None
        with (self.controller.folder / SUBMITTING).open("w") as file:
            with suppress(OSError):  # of a file system without locks: whoever follows does not wait then
                fcntl.flock(file, fcntl.LOCK_SH)
            outcome = self._submit(given)
        identity = outcome.stdout.decode(errors="replace").strip().split(";")[0]
        if outcome.code == 0 and identity.isdigit():
            self._note_job(identity)
        return outcome

    def _submit(self, given: bytes | None) -> Outcome:
        waiting = Waiting("sbatch", self._tell)
        while True:
            # What nobody waits for any more must not be submitted.
            if self.controller.state() is State.DEAD:
                return Outcome(1, stderr=b"sbatch: not submitted, its controller does not run any more\n")
            outcome = call(self.command, given)
            if outcome.failure not in ("refused", "uncertain"):
                waiting.over()
                return outcome
            if not waiting.wait(outcome.reason):
                return outcome
            if outcome.failure == "uncertain":
                found = self._look(outcome)
                if found is not None:
                    waiting.over()
                    return found

    def _look(self, unknown: Outcome) -> Outcome | None:
        """Look for the job after an unknown outcome.

        Returns
        -------
        Outcome
            What ``sbatch --parsable`` would have printed; the unknown outcome, if it cannot be looked
            for; None if the job is not there.
        """
        if not (self.name and self.comment):
            return unknown
        clusters = option(self.command, "--clusters", "-M")
        where = [f"--clusters={clusters}"] if clusters else []
        squeue = ["squeue", "--noheader", "--states=all", f"--name={self.name}", "--format=%i|%k", *where]
        outcome = ask(squeue, self._tell)
        if outcome.code:
            return unknown
        known = {path.name for path in (self.controller.folder / JOBS).glob("*")}
        for line in outcome.stdout.decode(errors="replace").splitlines():
            identity, _, comment = line.partition("|")
            if comment == self.comment and identity not in known:
                return Outcome(0, stdout=f"{identity}{';' + clusters if clusters else ''}\n".encode())
        return None

    def _note_job(self, identity: str) -> None:
        folder = self.controller.folder / JOBS
        folder.mkdir(exist_ok=True)
        (folder / identity).touch()

    def _tell(self, text: str) -> None:
        # The executor keeps to itself what a command prints; the controller looks here.
        with suppress(OSError), (self.controller.folder / MESSAGES).open("a") as file:
            file.write(f"{text}\n")


def option(command: Sequence[str], *names: str) -> str | None:
    """Return the value of an option in a command line, in whichever form it is given.

    Examples
    --------
    >>> option(["sbatch", "--job-name", "a", "--comment=b c", "-Mx"], "--comment")
    'b c'
    >>> option(["sbatch", "--job-name", "a", "-Mx"], "--job-name", "-J")
    'a'
    >>> option(["sbatch", "--job-name", "a", "-Mx"], "--clusters", "-M")
    'x'
    """
    for place, word in enumerate(command):
        for name in names:
            if word == name and place + 1 < len(command):
                return command[place + 1]
            joint = f"{name}=" if name.startswith("--") else name
            if word.startswith(joint) and word != name:
                return word.removeprefix(joint)
    return None
