"""SMIC (Li et al. 2013): one reader for its three cameras and both of its releases."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mer.annotations.records import Record, Unversioned, in_order, kind_of_all
from mer.annotations.sheets import SheetRow, find_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, frame, label
from mer.core.errors import DataError, listed

_MICRO = re.compile(r"s0*(\d+)_(ne|po|sur)_0*(\d+)", re.IGNORECASE)
# As reported; no file confirms it.
NON_MICRO_NAME = r"s0*(\d+)_n_?0*(\d+)"
_NON = "non_micro"
# Its labels disagree in SMIC-E, and copies of the cropped frames lack it.
ODD_CLIP = "s18_sur_03"
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
    annotation
        File name of SMIC-E's annotation, where several would do.
    non_micro_name
        Regular expression of the names of clips without a micro-expression: subject and number.
    """

    camera: str
    fps: float
    non_micro: bool = False
    extended: bool = False
    label_by_column: bool = False
    all_events: bool = False
    annotation: str = ""
    non_micro_name: str = NON_MICRO_NAME

    def read(self, tree: Tree) -> Unversioned:
        """List the clips: by the names of folders, or for SMIC-E by its annotation."""
        notes = Notes()
        if self.extended:
            records = [event for row in self._rows(tree) for event in self._events(row, notes)]
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
        return Unversioned(tuple(records), notes.warnings(), self._release(records))

    def _release(self, records: Sequence[Record]) -> str:
        """Say which versions it may be; copies of cropped frames are known to lack one clip."""
        if self.extended:
            return "extended"
        known = {record.clip for record in records}
        return "basic" if self.camera != "HS" or ODD_CLIP in known else f"basic, {ODD_CLIP} missing"

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
                kinds=_kinds(folders),
                throughout=True,
            )

    def _folders(self, tree: Tree) -> Mapping[str, tuple[str, ...]]:
        """Find the folders of each clip, cropped ones first; two of one kind are an error."""
        found: dict[str, list[str]] = {}
        root = [*Path(tree.name).parts[-2:]]
        for folder in tree.folders():
            *above, name = folder.split("/")
            clip = canonical(name, self.non_micro_name)
            if clip and self._is_mine(above, root):
                found.setdefault(clip, []).append(folder)
        doubled = [
            f"{clip}: {', '.join(paths)}"
            for clip, paths in found.items()
            if len({_is_cropped(path) for path in paths}) < len(paths)
        ]
        if doubled:
            raise DataError(listed(f"{tree.name}: clips with two folders. Remove or rename one:", doubled))
        chosen = {
            clip: tuple(sorted(paths, key=lambda path: not _is_cropped(path)))
            for clip, paths in sorted(found.items())
        }
        kinds = {clip: _kinds(folders) for clip, folders in chosen.items()}
        if kind_of_all(list(kinds.values())) not in kinds.get(ODD_CLIP, ()):
            chosen.pop(ODD_CLIP, None)  # known to be missing where the others are
        return chosen

    def _is_mine(self, *places: Sequence[str]) -> bool:
        """Tell by names whether this camera filmed a clip: the first places that name one decide."""
        for place in places:
            tokens = {token for part in place for token in re.split(r"[^A-Z]+", part.upper())}
            named = tokens & {"HS", "VIS", "NIR"}
            if named:
                return named == {self.camera}
        return True

    # The extended release has long clips, and a row for each.

    def _rows(self, tree: Tree) -> list[SheetRow]:
        tables = []
        for path, sheets in tree.sheets().items():
            for sheet, grid in sheets.items():
                place = f"{path}[{sheet}]" if sheet else path
                rows = find_table(grid, place, _COLUMNS, _OPTIONAL)
                chosen = self.annotation in ("", path.split("/")[-1])
                if rows is not None and chosen and self._is_mine([sheet], [path]):
                    tables.append(rows)
        if len(tables) != 1:
            raise DataError(
                f"{tree.name}: expected one annotation of SMIC-{self.camera}-E, with the camera in the "
                f"name of its sheet or file, found {len(tables)}. Set 'annotation' to the name of one."
            )
        return tables[0]

    def _events(self, row: SheetRow, notes: Notes) -> Iterator[Record]:
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
        folders = tuple(
            f"{top}/{person}/{name}"
            for top in (long, f"{self.camera}_long/SMIC-{self.camera}-E", f"SMIC-{self.camera}-E")
            for person in (subject, f"s{int(subject[1:])}")
            for name in (disk, clip)
        )
        first = Record(
            subject=subject,
            clip=clip,
            emotion=by_column if self.label_by_column else by_name,
            onset=frame(row["onset"], "OnsetF", row.place, notes),
            apex=None,
            offset=frame(row["offset"], "OffsetF", row.place, notes),
            folders=folders,
            # All of them are the same frames under one spelling or another.
            kinds=("long",) * len(folders),
            place=row.place,
            fps=self.fps,
        )
        first = in_order(first, notes)
        yield first
        if self.all_events:
            yield from _further(row, first)


def canonical(name: str, non_micro_name: str = NON_MICRO_NAME) -> str:
    """Return a clip's name with two digits for subject and number; blank if it names none."""
    micro = _MICRO.fullmatch(name.strip())
    if micro:
        subject, kind, number = micro.groups()
        return f"s{int(subject):02d}_{kind.lower()}_{int(number):02d}"
    rest = re.fullmatch(non_micro_name, name.strip(), re.IGNORECASE)
    return f"s{int(rest[1]):02d}_n_{int(rest[2]):02d}" if rest else ""


def _parts(clip: str) -> tuple[str, str, str]:
    subject, kind, number = clip.split("_")
    return subject, kind, number


def _is_cropped(path: str) -> bool:
    return "crop" in path.casefold()


def _kinds(folders: Sequence[str]) -> tuple[str, ...]:
    return tuple("cropped" if _is_cropped(folder) else "raw" for folder in folders)


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
