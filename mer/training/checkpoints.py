"""Files that interrupted training continues from."""

import json
import logging
import time
import zipfile
from pathlib import Path
from typing import Any

import torch

from mer.core.files import complete

log = logging.getLogger(__name__)

# Often enough to lose little; large networks, which take long to write, less often.
SECONDS_BETWEEN = 60.0
WRITING_TIMES_BETWEEN = 30


class Keeper:
    """Writes a checkpoint from time to time and reads it back.

    Parameters
    ----------
    path
        File of the checkpoint; None keeps nothing.
    identity
        What it belongs to; what was written under another identity is not read.
    """

    def __init__(self, path: Path | None, identity: str) -> None:
        self.path = path
        self.identity = identity
        self._written = time.monotonic()
        self._taken = 0.0

    @property
    def is_due(self) -> bool:
        """Whether the last checkpoint is old enough."""
        wait = max(SECONDS_BETWEEN, WRITING_TIMES_BETWEEN * self._taken)
        return self.path is not None and time.monotonic() - self._written >= wait

    def write(self, state: dict[str, Any]) -> None:
        """Write tensors, numbers and texts, all or nothing; say so where that fails.

        Training needs no checkpoint, and the one before stays.
        """
        if self.path is None:
            return
        started = time.monotonic()
        try:
            with complete(self.path) as temporary:
                torch.save({"identity": self.identity, "state": state}, temporary)
        except (OSError, RuntimeError) as error:  # the latter by torch, of a full disk
            log.warning("%s cannot be written, training goes on without it: %s", self.path, error)
        self._written = time.monotonic()
        self._taken = self._written - started

    def read(self) -> dict[str, Any] | None:
        """Return what was written; None where there is nothing of this identity, or nothing whole."""
        if self.path is None or not self.path.is_file():
            return None
        try:
            with zipfile.ZipFile(self.path) as file:
                if file.testzip() is not None:  # torch does not compare checksums
                    raise ValueError("damaged")
            found = torch.load(self.path, map_location="cpu", weights_only=True)
            return found["state"] if found["identity"] == self.identity else None
        except Exception:  # damage shows in many ways, and training anew cures all of them
            log.warning("%s is not whole and not used", self.path)
            return None


def as_text(stream: dict[str, Any]) -> str:
    """Write the state of a random stream, whose numbers are longer than tensors hold."""
    return json.dumps(stream)


def from_text(text: str) -> dict[str, Any]:
    """Read what ``as_text`` wrote."""
    return dict(json.loads(text))
