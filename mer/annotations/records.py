"""Clips as annotated, and their frames found without opening them."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
        Where the frames may lie, relative to the database's folder.
    kinds
        For each of ``folders`` a word for what lies there, cropped or raw frames; by default its
        position. All clips of a database are taken from one kind, see ``kind_of_all``.
    place
        Where the clip is described, for messages.
    files
        Names of the images of a clip that is not numbered frames of a folder.
    throughout
        Whether the clip is cut to the movement: onset and offset are its first and last frame.
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
    files: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    throughout: bool = False
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
    """Records with the folder and the frames of each, and what was found on the way.

    Attributes
    ----------
    found
        Usable clips whose frames are there.
    unusable
        Clips that are annotated and cannot be used.
    missing
        Number of clips without their frames.
    warnings
        What a user should know.
    """

    found: tuple[tuple[Record, str, Mapping[int, str]], ...]
    unusable: tuple[Record, ...]
    missing: int
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
    usable = [record for record in annotation.records if not record.unusable]
    unusable = [record for record in annotation.records if record.unusable]
    warnings = [f"{_named(record)} left out: {record.unusable}" for record in unusable]
    places = [_frames(record, tree) for record in usable]
    kind = kind_of_all([list(found) for found in places])
    found, problems = [], []
    for record, at in zip(usable, places, strict=True):
        folder, frames = at.get(kind, ("", {}))
        reason = _missing(record, folder, frames, [place for place, _ in at.values()])
        if reason:
            problems.append(f"{_named(record)}: {reason}")
            continue
        record, absent = _completed(record, frames)
        if absent:
            warnings.append(f"{_named(record)}: {absent} frames between onset and offset are missing")
        found.append((record, folder, frames))
    _refuse_missing(problems, usable, tree.name, allow_partial=allow_partial)
    warnings += [listed("left out, their frames are not there:", problems)] if problems else []
    return Joined(tuple(found), tuple(unusable), len(problems), tuple(warnings))


def _named(record: Record) -> str:
    return f"{record.subject}/{record.clip} ({record.place})"


def _refuse_missing(
    problems: Sequence[str], usable: Sequence[Record], place: str, *, allow_partial: bool
) -> None:
    if len(problems) == len(usable) > 0:
        looked = " or ".join(usable[0].folders)
        raise DataError(
            f"{place}: no clip has its frames. Those of the first were looked for in {looked}. Name the "
            f"folder above these, or set 'frames' to where yours lie. First of {len(usable)}: {problems[0]}"
        )
    if problems and not allow_partial:
        remedy = "Complete the copy, or set 'allow_partial: true' to go on without these clips:"
        raise DataError(listed(f"{place}: clips without their frames. {remedy}", problems))


def _frames(record: Record, tree: Tree) -> dict[str, tuple[str, Mapping[int, str]]]:
    """Find the folders of a clip that hold frames: folder and frames by kind."""
    if record.files:
        return {"files": (record.folders[0], dict(enumerate(record.files)))}
    kinds = record.kinds or tuple(str(position) for position in range(len(record.folders)))
    found: dict[str, tuple[str, Mapping[int, str]]] = {}
    for kind, folder in zip(kinds, record.folders, strict=True):
        frames = tree.frames(folder) if kind not in found else None
        if frames:
            found[kind] = (folder, frames)
    return found


def kind_of_all(kinds: Sequence[Sequence[str]]) -> str:
    """Choose the kind of frames that all clips are taken from, by what each clip has, preferred first.

    It is the first that half as many clips have as have the most frequent one: some clips that are missing do
    not change the frames of all others, and a few cropped for trying out are not taken for the database.

    Examples
    --------
    >>> kind_of_all([["raw"], ["cropped", "raw"], ["cropped", "raw"]])
    'cropped'
    >>> kind_of_all([["raw"], ["raw"], ["raw"], ["cropped", "raw"]])
    'raw'
    """
    counts = Counter(kind for one in kinds for kind in one)
    # A clip that has several tells which of them comes first.
    ordered = dict.fromkeys(kind for one in sorted(kinds, key=len, reverse=True) for kind in one)
    return next((kind for kind in ordered if 2 * counts[kind] >= max(counts.values())), "")


def _missing(record: Record, folder: str, frames: Mapping[int, str], elsewhere: Sequence[str]) -> str:
    """Say what is missing of a clip's frames; blank if nothing that it cannot do without."""
    if not folder and elsewhere:
        return f"its frames are in {elsewhere[0]}, those of the others are not: put them where these are"
    if not folder:
        others = len(record.folders) - 1
        return f"no images in {record.folders[0]}" + (
            f" or {others} other place{'s' if others > 1 else ''}" if others else ""
        )
    if not record.throughout:
        blank = [name for name in ("onset", "offset") if getattr(record, name) is None]
        if blank:
            return (
                f"{' and '.join(blank)} not annotated (a formula without its value? Open the sheet in a "
                "spreadsheet program and save it)"
            )
    marks = {"onset": record.onset, "apex": record.apex, "offset": record.offset}
    gone = [f"{name} frame {number}" for name, number in marks.items() if number not in (None, *frames)]
    return f"{folder} lacks {', '.join(gone)}" if gone else ""


def _completed(record: Record, frames: Mapping[int, str]) -> tuple[Record, int]:
    """Take first and last frame for the marks of a clip that is cut; counts missing frames between."""
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
