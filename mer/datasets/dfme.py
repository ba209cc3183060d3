"""DFME (Zhao et al. 2023), challenge release: training set and tests A and B; 200, 300 and 500 fps."""

from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned
from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.tables import annotation_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, frame
from mer.core.location import Location
from mer.datasets.annotated import SheetParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = ("{part}/{subject}/{clip}", "{part}/{clip}", "{subject}/{clip}", "{clip}")
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame",),
    "offset": ("OffsetFrame",),
    "emotion": ("Emotion",),
    "fps": ("Fps",),
}
_OPTIONAL = {"units": ("AU",)}
_VERSIONS = {"training": "training", "test_a": "test A", "test_b": "test B"}
_FILES = {"training": "training", "test_a": "testA", "test_b": "testB"}


class DfmeParams(SheetParams):
    """Settings of DFME; ``frames`` takes {part}, {subject} and {clip}."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"part", "subject", "clip"})

    part: Literal["training", "test_a", "test_b"] = Field(
        default="training", description="Which part of the challenge release."
    )


def read(tree: Tree, params: DfmeParams) -> Unversioned:
    """Read the labels of one part, whose file begins with its name; the frames' layout is unverified."""
    part = _FILES[params.part]
    notes = Notes()

    def make(row: SheetRow, record: Record) -> Record:
        named = {"part": part, "subject": record.subject, "clip": record.clip}
        folders = tuple(pattern.format(**named) for pattern in params.frames or FRAMES)
        return replace(record, folders=folders, fps=frame(row["fps"], "Fps", row.place, notes))

    names = [path.split("/")[-1] for path in tree.sheets()]
    mine = [name for name in names if name.casefold().startswith(part.casefold())]
    read = read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation or next(iter(mine), "")),
        make,
        notes=notes,
        folders=(),
    )
    return replace(read, release=_VERSIONS[params.part])


def build(params: DfmeParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("dfme", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="dfme",
    title="DFME",
    summary="Challenge release: 1,856 training clips of 176 subjects, tests A and B; 200 to 500 fps.",
    provides="clips",
    needs_root=True,
    params=DfmeParams,
    build=build,
)
