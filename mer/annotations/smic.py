"""SMIC (Li et al. 2013): one reader for its three cameras and both of its releases."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mer.annotations.records import Record, Unversioned
from mer.annotations.sheets import SheetRow, find_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, frame, label
from mer.core.errors import DataError, listed

_MICRO = re.compile(r"s0*(\d+)_(ne|po|sur)_0*(\d+)", re.IGNORECASE)
_NON_MICRO = re.compile(r"s0*(\d+)_(n)0*(\d+)", re.IGNORECASE)
_NON = "non_micro"
_EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise", "n": _NON}
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetF", "OnsetF NIR"),
    "offset": ("OffsetF", "OffsetF NIR"),
}
_OPTIONAL = {
    "onset2": ("Onset2F", "Onset2F NIR"),
    "offset2": ("Offset2F", "Offset2F NIR"),
    "onset3": ("Onset3F", "Onset3F NIR"),
    "offset3": ("Offset3F", "Offset3F NIR"),
    "emotion": ("Emotion",),
}


@dataclass(frozen=True)
class Smic:
    """What is read of one camera.

    Attributes
    ----------
    camera
        ``HS``, ``VIS`` or ``NIR``.
    fps
        Its frames per second.
    non_micro
        Whether runs of frames without a micro-expression take part, as a class of their own.
    extended
        Whether this is SMIC-E: long clips, and an annotation of onset and offset.
    label_by_column
        Whether the class is that of the ``Emotion`` column, not of the clip's name (SMIC-E; all
        published counts go by name, and one clip, s18_sur_03, differs).
    all_events
        Whether second and third events of a long clip take part, as clips of their own.
    """

    camera: str
    fps: float
    non_micro: bool = False
    extended: bool = False
    label_by_column: bool = False
    all_events: bool = False

    def read(self, tree: Tree) -> Unversioned:
        """List the clips: by the names of folders, or for SMIC-E by its annotation."""
        notes = Notes()
        if self.extended:
            records = [event for row in self._rows(tree) for event in self._events(row, tree, notes)]
        else:
            records = list(self._clips(tree))
            if not records:
                raise DataError(
                    f"{tree.name}: no clip folder of SMIC-{self.camera}, such as "
                    f"SMIC_all_cropped/{self.camera}/s1/micro/negative/s1_ne_01. Name the folder above it."
                )
        if self.non_micro and not any(record.emotion == _NON for record in records):
            raise DataError(
                f"{tree.name}: no clip without a micro-expression, such as s1_n1. Unset 'non_micro'."
            )
        return Unversioned(tuple(records), notes.warnings(), "extended" if self.extended else "basic")

    # The basic release has no annotation: a clip is a folder, its name has subject and class, its
    # first and last frame are onset and offset.

    def _clips(self, tree: Tree) -> Iterator[Record]:
        for clip, folders in self._folders(tree).items():
            subject, kind, _ = _parts(clip)
            if kind == "n" and not self.non_micro:
                continue
            yield Record(
                subject=subject,
                clip=clip,
                emotion=_EMOTIONS[kind],
                onset=None,
                apex=None,
                offset=None,
                folders=folders,
                place=folders[0],
                fps=self.fps,
                person=f"smic:{subject}",
            )

    def _folders(self, tree: Tree) -> Mapping[str, tuple[str, ...]]:
        """Find the folders of each clip, cropped ones first; two of one kind are an error."""
        found: dict[str, list[str]] = {}
        for folder in tree.folders():
            *above, name = folder.split("/")
            clip = canonical(name)
            if clip and self._is_mine(above):
                found.setdefault(clip, []).append(folder)
        doubled = [
            f"{clip}: {', '.join(paths)}"
            for clip, paths in found.items()
            if len({_is_cropped(path) for path in paths}) < len(paths)
        ]
        if doubled:
            raise DataError(listed(f"{tree.name}: clips with two folders. Remove or rename one:", doubled))
        return {
            clip: tuple(sorted(paths, key=lambda path: not _is_cropped(path)))
            for clip, paths in sorted(found.items())
        }

    def _is_mine(self, above: list[str]) -> bool:
        """Tell by the folders above a clip whether this camera filmed it; without a hint it did."""
        cameras = {token for part in above for token in re.split(r"[^A-Z]+", part.upper())}
        named = cameras & {"HS", "VIS", "NIR"}
        return not named or named == {self.camera}

    # The extended release has long clips, and a row for each.

    def _rows(self, tree: Tree) -> list[SheetRow]:
        tables = []
        for path, sheets in tree.sheets().items():
            for sheet, grid in sheets.items():
                place = f"{path}[{sheet}]" if sheet else path
                rows = find_table(grid, place, _COLUMNS, _OPTIONAL)
                if rows is not None and self._is_mine([sheet if len(sheets) > 1 else path, sheet]):
                    tables.append(rows)
        if len(tables) != 1:
            raise DataError(
                f"{tree.name}: expected one annotation of SMIC-{self.camera}-E, with the camera in the "
                f"name of its sheet or file, found {len(tables)}. Keep one."
            )
        return tables[0]

    def _events(self, row: SheetRow, tree: Tree, notes: Notes) -> Iterator[Record]:
        clip = canonical(row["clip"])
        if not clip:
            if row["clip"]:
                notes.add("row that names no clip left out", row.place)
            return
        subject, kind, _ = _parts(clip)
        by_name = _EMOTIONS[kind]
        by_column = label(row.get("emotion"), notes, row.place)
        if by_column != by_name:
            notes.add(f"the Emotion column says {by_column} where the name says {by_name}", row.place)
        disk = f"s{int(subject[1:])}{clip[3:]}"
        long = f"SMIC-E_raw image/{self.camera}_long/SMIC-{self.camera}-E"
        first = Record(
            subject=subject,
            clip=clip,
            emotion=by_column if self.label_by_column else by_name,
            onset=frame(row["onset"], "OnsetF", row.place, notes),
            apex=None,
            offset=frame(row["offset"], "OffsetF", row.place, notes),
            folders=tuple(
                f"{top}/{person}/{name}"
                for top in (long, f"{self.camera}_long/SMIC-{self.camera}-E", f"SMIC-{self.camera}-E")
                for person in (subject, f"s{int(subject[1:])}")
                for name in (disk, clip)
            ),
            place=row.place,
            fps=self.fps,
            person=f"smic:{subject}",
        )
        yield first
        if self.all_events:
            yield from _further(row, first)


def canonical(name: str) -> str:
    """Return a clip's name with two digits for subject and number; blank if it names none."""
    match = _MICRO.fullmatch(name.strip()) or _NON_MICRO.fullmatch(name.strip())
    if not match:
        return ""
    subject, kind, number = match.groups()
    return f"s{int(subject):02d}_{kind.lower()}_{int(number):02d}"


def _parts(clip: str) -> tuple[str, str, str]:
    subject, kind, number = clip.split("_")
    return subject, kind, number


def _is_cropped(path: str) -> bool:
    return "crop" in path.casefold()


def _further(row: SheetRow, first: Record) -> Iterator[Record]:
    """List the second and third event of a long clip.

    The third event's columns hold filled-down formulas: it counts only where it begins after the
    second has ended.
    """
    numbers = {
        name: frame(row.get(name), name, row.place, Notes())
        for name in ("onset2", "offset2", "onset3", "offset3")
    }
    onset2, offset2, onset3, offset3 = numbers.values()
    if onset2 is not None and offset2 is not None and offset2 >= onset2 > 0:
        yield replace(first, clip=f"{first.clip}_2", onset=onset2, offset=offset2)
        if onset3 is not None and offset3 is not None and onset3 > offset2:
            yield replace(first, clip=f"{first.clip}_3", onset=onset3, offset=offset3)
