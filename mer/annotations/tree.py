"""Folders of a database: on disk, or as a stand-in plans to write them."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from mer.annotations.landmarks import LANDMARKS_FILE
from mer.annotations.sheets import SUFFIXES, Grid, read_grids
from mer.core.errors import DataError
from mer.media.numbering import number_frames

# A stand-in says what it is in this file, beside STAND-IN.txt for people.
STAND_IN = "STAND-IN.json"


class Tree(Protocol):
    """What a reader may ask of a database's folders. Paths are relative, with slashes."""

    @property
    def name(self) -> str:
        """What to call it in messages."""
        ...

    def sheets(self) -> Mapping[str, Mapping[str, Grid]]:
        """Read the annotation files near the top: path, then sheet, then rows."""
        ...

    def folders(self) -> Iterator[str]:
        """List all folders, parents before children, in the order of their names."""
        ...

    def frames(self, folder: str) -> Mapping[int, str] | None:
        """List the numbered images of a folder: file name by number; None if there is no folder."""
        ...

    def files(self) -> Iterator[str]:
        """List all files in the order of their names, without those of the annotation near the top."""
        ...

    def size(self, path: str) -> int:
        """Return the size of a file in bytes; 0 for one that is still to be written."""
        ...

    def text(self, path: str) -> str:
        """Read a small text file."""
        ...

    def stand_in(self) -> Mapping[str, Any] | None:
        """Return what a stand-in says about itself; None for a real database."""
        ...


@dataclass(frozen=True)
class DiskTree:
    """A database on disk; nothing is ever written into it."""

    root: Path

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return str(self.root)

    def sheets(self) -> Mapping[str, Mapping[str, Grid]]:
        """Read the annotation files of the folder and of the folders right below it."""
        return self._sheets

    @cached_property
    def _sheets(self) -> Mapping[str, Mapping[str, Grid]]:
        paths = [path for depth in ("*", "*/*") for path in sorted(self.root.glob(depth))]
        return {
            path.relative_to(self.root).as_posix(): read_grids(path)
            for path in paths
            if path.suffix.lower() in SUFFIXES
            # Long, and never an annotation.
            and path.name != LANDMARKS_FILE
            and not any(map(_is_hidden, path.relative_to(self.root).parts))
            and path.is_file()
        }

    def folders(self) -> Iterator[str]:
        """List all folders, parents before children, in the order of their names."""
        for folder, _ in self._walked:
            if folder != self.root:
                yield folder.relative_to(self.root).as_posix()

    def files(self) -> Iterator[str]:
        """List all files in the order of their names."""
        for folder, files in self._walked:
            for name in files:
                yield (folder / name).relative_to(self.root).as_posix()

    @cached_property
    def _walked(self) -> list[tuple[Path, list[str]]]:
        """Folders with their files, those behind links included, and none twice; walked once."""
        found = []
        seen = set()
        for place, names, files in os.walk(self.root, followlinks=True, onerror=_refuse):
            real = os.path.realpath(place)
            if real in seen:
                names.clear()
                continue
            seen.add(real)
            names[:] = sorted(name for name in names if not _is_hidden(name))
            found.append((Path(place), sorted(name for name in files if not _is_hidden(name))))
        return found

    def frames(self, folder: str) -> Mapping[int, str] | None:
        """List the numbered images of a folder."""
        try:
            with os.scandir(self.root / folder) as entries:
                return number_frames([entry.name for entry in entries], f"{self.root}/{folder}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise DataError(f"{self.root}/{folder}: cannot be read ({error.strerror}).") from error

    def size(self, path: str) -> int:
        """Return the size of a file in bytes."""
        try:
            return (self.root / path).stat().st_size
        except OSError as error:
            raise DataError(f"{self.root / path}: cannot be read ({error.strerror}).") from error

    def text(self, path: str) -> str:
        """Read a small text file.

        Raises
        ------
        DataError
            If it cannot be read.
        """
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise DataError(f"{self.root / path}: cannot be read ({error.strerror}).") from error

    def stand_in(self) -> Mapping[str, Any] | None:
        """Return what a stand-in says about itself, here or in a folder above; None for a real database.

        Raises
        ------
        DataError
            If it was not written to its end.
        """
        return self._stand_in

    @cached_property
    def _stand_in(self) -> Mapping[str, Any] | None:
        for folder in (self.root.resolve(), *self.root.resolve().parents):
            marks = [folder / "STAND-IN.txt", folder / STAND_IN]
            if not any(mark.is_file() for mark in marks):
                continue
            try:
                note: Mapping[str, Any] = json.loads(marks[1].read_text(encoding="utf-8"))
                return note
            except (OSError, ValueError) as error:
                raise DataError(
                    f"{marks[1]}: the stand-in was not written to its end. Write it again with 'mer standin'."
                ) from error
        return None


def _is_hidden(name: str) -> bool:
    """Tell what file managers, archives and spreadsheet programs leave behind."""
    return name.startswith((".", "~$")) or name == "__MACOSX"


def _refuse(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be read ({error.strerror}).") from error


@dataclass(frozen=True)
class PlannedTree:
    """A database that is still to be written.

    Landmarks are not listed: they are written with the frames, and found where these lie.

    Attributes
    ----------
    name
        What to call it in messages.
    planned_sheets
        Annotation files: path, then sheet, then rows.
    frame_files
        Names of the images in each folder of frames.
    texts
        Content of other small files by path.
    note
        What the stand-in says about itself.
    """

    name: str
    planned_sheets: Mapping[str, Mapping[str, Grid]]
    frame_files: Mapping[str, Sequence[str]]
    texts: Mapping[str, str]
    note: Mapping[str, Any]

    def stand_in(self) -> Mapping[str, Any] | None:
        """Return what the stand-in says about itself."""
        return self.note

    def sheets(self) -> Mapping[str, Mapping[str, Grid]]:
        """Return the annotation files."""
        return self.planned_sheets

    def folders(self) -> Iterator[str]:
        """List all folders, parents before children, in the order of their names."""
        yield from self._folders

    def frames(self, folder: str) -> Mapping[int, str] | None:
        """List the numbered images of a folder."""
        if folder not in self.frame_files:
            return {} if folder in self._known else None
        return number_frames(self.frame_files[folder], f"{self.name}/{folder}")

    def files(self) -> Iterator[str]:
        """List all files in the order of their names."""
        frames = (f"{folder}/{name}" for folder, names in self.frame_files.items() for name in names)
        yield from sorted([*frames, *self.texts], key=lambda path: path.split("/"))

    def size(self, path: str) -> int:
        """Return 0: the file is still to be written."""
        return 0

    def text(self, path: str) -> str:
        """Return a small text file."""
        return self.texts[path]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._folders)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        parents = {
            "/".join(folder.split("/")[:depth])
            for folder in self.frame_files
            for depth in range(1, folder.count("/") + 2)
        }
        return tuple(sorted(parents, key=lambda folder: folder.split("/")))
