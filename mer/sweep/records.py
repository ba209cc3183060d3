"""What Snakemake has noted in its folder, read without it and without its lock."""

import os
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(".snakemake")


@dataclass(frozen=True)
class Lock:
    """What a run of Snakemake holds while it is at work; one that was killed leaves it behind.

    Attributes
    ----------
    since
        When the run began, in seconds of the epoch.
    outputs
        Files that the run was to make.
    """

    since: float
    outputs: frozenset[str]


class Records:
    """Snakemake's notes on the files of a working folder; each is read once, when it is asked for.

    A file's note is called like the file, in the letters of base64 that are fit for file names; a name that
    is too long for one file name continues in folders that begin with an ``@``.

    Parameters
    ----------
    folder
        Where Snakemake keeps them.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder

    @cached_property
    def started(self) -> Mapping[str, float]:
        """When jobs were started or submitted that have not ended, by the files that they make.

        In seconds of the epoch. What was killed together with its Snakemake is still among them.
        """
        found = {}
        for entry, path in _notes(self.folder / "incomplete"):
            with suppress(FileNotFoundError):  # the job has just ended
                found[path] = entry.stat().st_mtime
        return found

    @cached_property
    def made(self) -> frozenset[str]:
        """Files that some job has made under Snakemake's eyes."""
        return frozenset(path for _, path in _notes(self.folder / "metadata"))

    @cached_property
    def lock(self) -> Lock | None:
        """The lock on the folder; None if there is none."""
        times, outputs = [], set()
        for path in (self.folder / "locks").glob("*.lock"):
            with suppress(FileNotFoundError):  # the run has just ended
                times.append(path.stat().st_mtime)
                if path.name.endswith(".output.lock"):
                    outputs.update(path.read_text(encoding="utf-8").splitlines())
        return Lock(min(times), frozenset(outputs)) if times else None


def _notes(folder: Path, before: str = "") -> Iterator[tuple[os.DirEntry[str], str]]:
    """List the notes in a folder, each with the file that it is on."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.name.startswith("@"):
            yield from _notes(Path(entry.path), before + entry.name[1:])
            continue
        # What is called otherwise is no note.
        with suppress(NotBase64, UnicodeError):
            yield entry, urlsafe_b64decode(before + entry.name).decode()
