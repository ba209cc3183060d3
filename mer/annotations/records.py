"""Clips as annotated, and their frames found without opening them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mer.annotations.tree import Tree
from mer.annotations.values import Notes
from mer.core.errors import DataError, listed


@dataclass(frozen=True)
class Record:
    """One clip as its database describes it.

    Attributes
    ----------
    subject, clip
        Normalised names; together a key.
    emotion
        The label, in one spelling.
    onset, apex, offset
        Numbers of frames as they stand in the frames' file names; None where not annotated.
    folders
        Where the frames may lie, relative to the database's folder; the first that is there counts.
    place
        Where the clip is described, for messages.
    files
        Names of the images of a clip that is not numbered frames of a folder.
    unusable
        Why the clip cannot be used although it is annotated; blank if it can.
    """

    subject: str
    clip: str
    emotion: str
    onset: int | None
    apex: int | None
    offset: int | None
    folders: tuple[str, ...]
    place: str
    fps: float | None = None
    action_units: tuple[str, ...] = ()
    objective_class: str = ""
    person: str = ""
    files: tuple[str, ...] = ()
    unusable: str = ""


@dataclass(frozen=True)
class Unversioned:
    """What a reader makes of annotation files before the version is known.

    Attributes
    ----------
    records
        All clips.
    warnings
        What was read otherwise than it stands there.
    release
        How the names of the versions begin that it may be one of.
    """

    records: tuple[Record, ...]
    warnings: tuple[str, ...] = ()
    release: str = ""


@dataclass(frozen=True)
class Annotation:
    """What a reader makes of a database's annotation.

    Attributes
    ----------
    records
        All clips.
    version
        Which of the versions in circulation this is, by its content.
    warnings
        What was read otherwise than it stands there, and what a user should know.
    notes
        What stands under every table that is made from it.
    """

    records: tuple[Record, ...]
    version: str
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Joined:
    """Records with the folder and the frames of each, and what was found on the way."""

    found: tuple[tuple[Record, str, Mapping[int, str]], ...]
    warnings: tuple[str, ...]


def join(annotation: Annotation, tree: Tree, *, allow_partial: bool) -> Joined:
    """Find the frames of every clip.

    Frames between onset and offset that are missing are a warning. A clip without a folder, or
    without its onset, apex or offset frame, is an error, or left out where a partial copy is allowed.

    Raises
    ------
    DataError
        Naming every clip whose frames are not there, with its place in the annotation.
    """
    found = []
    problems = []
    warnings = []
    for record in annotation.records:
        if record.unusable:
            warnings.append(f"{record.subject}/{record.clip} ({record.place}) left out: {record.unusable}")
            continue
        folder, frames = _frames(record, tree)
        reason = _missing(record, folder, frames)
        if reason:
            problems.append(f"{record.subject}/{record.clip} ({record.place}): {reason}")
            continue
        record, absent = _completed(record, frames)
        if absent:
            warnings.append(
                f"{record.subject}/{record.clip}: {absent} frames between onset and offset are missing"
            )
        found.append((record, folder, frames))
    usable = sum(not record.unusable for record in annotation.records)
    if len(problems) == usable > 1:
        places = " or ".join(next(r for r in annotation.records if not r.unusable).folders)
        raise DataError(
            f"{tree.name}: no clip has its frames. Those of the first were looked for in {places}. Name the "
            f"folder above these, or set 'frames' to where yours lie. First of {usable}: {problems[0]}"
        )
    if problems and not allow_partial:
        remedy = "Complete the copy, or set 'allow_partial: true' to go on without these clips:"
        raise DataError(listed(f"{tree.name}: clips without their frames. {remedy}", problems))
    if problems:
        warnings.append(listed("left out, their frames are not there:", problems))
    return Joined(tuple(found), tuple(warnings))


def _frames(record: Record, tree: Tree) -> tuple[str, Mapping[int, str]]:
    if record.files:
        return record.folders[0], dict(enumerate(record.files))
    for folder in record.folders:
        frames = tree.frames(folder)
        if frames:
            return folder, frames
    return "", {}


def _missing(record: Record, folder: str, frames: Mapping[int, str]) -> str:
    """Say what is missing of a clip's frames; blank if nothing that it cannot do without."""
    if not folder:
        others = f" or {len(record.folders) - 1} other places" if len(record.folders) > 1 else ""
        return f"no images in {record.folders[0]}{others}"
    marks = {"onset": record.onset, "apex": record.apex, "offset": record.offset}
    gone = [f"{name} frame {number}" for name, number in marks.items() if number not in (None, *frames)]
    return f"{folder} lacks {', '.join(gone)}" if gone else ""


def _completed(record: Record, frames: Mapping[int, str]) -> tuple[Record, int]:
    """Take first and last frame for marks that are not annotated; counts missing frames between."""
    onset = record.onset if record.onset is not None else min(frames)
    offset = record.offset if record.offset is not None else max(frames)
    present = sum(onset <= number <= offset for number in frames)
    return replace(record, onset=onset, offset=offset), max(0, offset - onset + 1 - present)


def in_order(record: Record, notes: Notes) -> Record:
    """Drop an apex that lies outside its clip, with a note; a clip that ends before it begins is unusable."""
    onset, apex, offset = record.onset, record.apex, record.offset
    if onset is not None and offset is not None and offset < onset:
        return replace(record, apex=None, unusable=f"its offset {offset} is before its onset {onset}")
    low = onset if onset is not None else 0
    if apex is not None and not (low <= apex <= (offset if offset is not None else apex)):
        notes.add(
            "apex outside onset to offset read as not annotated",
            f"{record.place} ({onset}, {apex}, {offset})",
        )
        return replace(record, apex=None)
    return record
