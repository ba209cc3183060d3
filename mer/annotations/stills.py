"""Macro-expression sets: images whose names or neighbours tell subject and label."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mer.annotations.records import Record, Unversioned
from mer.annotations.tree import Tree
from mer.annotations.values import Notes
from mer.core.errors import DataError


@dataclass(frozen=True)
class Stills:
    """How the images of a set are found and read: each as a clip, or the images of a folder as one.

    Attributes
    ----------
    database
        Key of the set.
    pattern
        Regular expression of the end of a path, small and capital letters alike, with the groups
        ``subject``, ``clip`` and, unless ``labeller`` is given, ``label``.
    labels
        Emotion by the label in the path or file, in small letters.
    take
        Which images of a folder count: all, the last ``n``, or ``n`` in the middle. ``sequence`` makes
        one clip of all of them, which rises from the first to the last and is named after the first.
    n
        How many.
    labeller
        Makes, from all files, what finds the label of an image elsewhere than in its path; None for
        an image without one.
    suspect
        Regular expression of paths that are the set's but misnamed: noted and left out.
    example
        A path as it should be, for the message when there is none.
    release
        How the names of the versions begin that a copy may be one of, read in this way.
    """

    database: str
    pattern: str
    labels: Mapping[str, str]
    example: str
    take: Literal["all", "last", "middle", "sequence"] = "all"
    n: int = 1
    labeller: Callable[[Tree], Callable[[str], str | None]] | None = None
    suspect: str = ""
    release: str = ""

    def read(self, tree: Tree) -> Unversioned:
        """Make a record of every image that counts, or of every sequence.

        Raises
        ------
        DataError
            If there is none.
        """
        notes = Notes()
        pattern = re.compile(rf"(?:.*/)?{self.pattern}", re.IGNORECASE)
        suspect = re.compile(rf"(?:.*/)?{self.suspect}", re.IGNORECASE) if self.suspect else None
        label_of = self.labeller(tree) if self.labeller else None
        folders: dict[str, list[Record]] = defaultdict(list)
        for path in tree.files():
            match = pattern.fullmatch(path)
            if not match and suspect and suspect.fullmatch(path):
                notes.add("misnamed image left out", path)
            if match:
                label = label_of(path) if label_of else match["label"].casefold()
                record = self._record(path, match, label, notes)
                if record is not None:
                    folders[record.folders[0]].append(record)
        records = [record for images in folders.values() for record in self._taken(images, notes)]
        if not records:
            raise DataError(
                f"{tree.name}: no image of {self.database}, such as {self.example}. Name the folder above "
                "it, or set 'pattern' to how the paths of your copy end."
            )
        return Unversioned(tuple(records), notes.warnings(), self.release)

    def _record(self, path: str, match: re.Match[str], label: str | None, notes: Notes) -> Record | None:
        folder, _, name = path.rpartition("/")
        if label is None:
            return None
        if label not in self.labels:
            notes.add(f"label '{label}' is none of the set's, image left out", path)
            return None
        return Record(
            subject=match["subject"],
            clip=match["clip"].replace("/", "_"),
            emotion=self.labels[label],
            onset=0,
            apex=0,
            offset=0,
            folders=(folder,),
            place=path,
            files=(name,),
        )

    def _taken(self, images: Sequence[Record], notes: Notes) -> Sequence[Record]:
        ordered = sorted(images, key=lambda record: record.files)
        if self.take == "last":
            return ordered[-self.n :]
        if self.take == "middle":
            start = max(0, (len(ordered) - self.n) // 2)
            return ordered[start : start + self.n]
        if self.take == "sequence":
            if len(ordered) == 1:
                notes.add("sequence of a single image left out", ordered[0].place)
                return []
            files = tuple(name for record in ordered for name in record.files)
            return [replace(ordered[0], apex=len(files) - 1, offset=len(files) - 1, files=files)]
        return ordered
