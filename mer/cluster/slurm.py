"""SLURM's commands, asked again while its controller cannot be reached."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mer.core.errors import MerError

# Environment variable: for how many seconds a command is repeated while SLURM does not answer.
PATIENCE = "MER_SLURM_PATIENCE"
HOURS = 24
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 30.0

# SLURM did not get the request, or has no room for one more job of this user: it can be made again.
REFUSED = re.compile(
    r"connect failure|send failure|Unable to contact slurm controller\s*$|Connection refused"
    r"|standby mode|Unable to connect|Communication connection failure|No route to host"
    r"|[Aa]uthentication|MaxSubmitJob|Resource temporarily unavailable",
    re.MULTILINE,
)
# SLURM may have got the request, and acted on it.
UNCERTAIN = re.compile(
    r"timed out on send/recv|Zero Bytes were transmitted|receive failure|shutdown failure"
    r"|Transport endpoint|Connection reset|Broken pipe"
)


class ClusterError(MerError):
    """SLURM cannot be reached, or its jobs stand in the way."""


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and how it ended."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def failure(self) -> Literal["none", "refused", "uncertain", "final"]:
        """Whether to ask again: ``refused`` was certainly not heard, ``uncertain`` maybe."""
        if self.code == 0:
            return "none"
        said = self.stderr.decode(errors="replace")
        if UNCERTAIN.search(said):
            return "uncertain"
        return "refused" if REFUSED.search(said) else "final"

    @property
    def reason(self) -> str:
        """The last line that was printed as an error."""
        lines = self.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self.code}"


def call(command: Sequence[str], given: bytes | None = None, timeout: float | None = None) -> Outcome:
    """Run a command once; one that takes longer than ``timeout`` seconds counts as unanswered."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=timeout, check=False, input=b"" if given is None else given
        )
    except FileNotFoundError:
        return Outcome(127, stderr=f"{command[0]}: there is no such command here".encode())
    except subprocess.TimeoutExpired:
        return Outcome(1, stderr=f"{command[0]}: Socket timed out on send/recv operation".encode())
    return Outcome(done.returncode, done.stdout, done.stderr)


def patience() -> float:
    """Return for how many seconds a command is repeated."""
    return float(os.environ.get(PATIENCE, HOURS * 3600))


class Waiting:
    """Pauses between attempts, within a limit; says once that it waits, and once that it is over.

    Parameters
    ----------
    what
        Name of what is waited for.
    tell
        Where to say so.
    limit
        In seconds; None for the one that the environment sets.
    """

    def __init__(self, what: str, tell: Callable[[str], object], limit: float | None = None) -> None:
        self.what, self.tell = what, tell
        self.began, self.limit = time.monotonic(), patience() if limit is None else limit
        self.pause, self.told = FIRST_PAUSE, False

    def wait(self, reason: str) -> bool:
        """Pause before another attempt; returns False if the limit is reached."""
        if time.monotonic() - self.began + self.pause > self.limit:
            return False
        if not self.told:
            self.tell(f"{self.what}: SLURM does not answer ({reason}); asking again for {self.limit:.0f} s.")
            self.told = True
        time.sleep(self.pause)
        self.pause = min(2 * self.pause, LONGEST_PAUSE)
        return True

    def over(self) -> None:
        """Say that there was an answer, if it had to be waited for."""
        if self.told:
            self.tell(f"{self.what}: SLURM answered after {time.monotonic() - self.began:.0f} s.")


def ask(command: Sequence[str], tell: Callable[[str], object], limit: float | None = None) -> Outcome:
    """Run a command that may be repeated freely, until SLURM answers.

    Parameters
    ----------
    command
        Program and arguments.
    tell
        Where to say that SLURM is waited for.
    limit
        Seconds after which to give up; None for the one that the environment sets.

    Returns
    -------
    Outcome
        The answer, or the last failure.
    """
    waiting = Waiting(Path(command[0]).name, tell, limit)
    while True:
        outcome = call(command)
        if outcome.failure not in ("refused", "uncertain"):
            waiting.over()
            return outcome
        if not waiting.wait(outcome.reason):
            return outcome


def answer(command: Sequence[str], tell: Callable[[str], object], limit: float | None = None) -> list[str]:
    """Return the lines that a command prints once SLURM answers.

    Raises
    ------
    ClusterError
        If the command fails.
    """
    outcome = ask(command, tell, limit)
    if outcome.code:
        raise ClusterError(f"{' '.join(command)} failed: {outcome.reason}")
    return outcome.stdout.decode(errors="replace").splitlines()
