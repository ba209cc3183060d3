"""4DME (Li et al. 2022): micro-expressions with several labels each; grey videos of the release."""

import re
from dataclasses import replace
from functools import partial

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned
from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.tables import annotation_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, action_units
from mer.core.location import Location
from mer.datasets.annotated import SheetParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = ("gray_micro/{subject}/{clip}", "{subject}/{clip}")
_COLUMNS = {
    "subject": ("sub_ID",),
    "clip": ("fold_name",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "emotion": ("Emotion",),
}
_OPTIONAL = {"units": ("AUs",)}


class FourdmeParams(SheetParams):
    """Settings of 4DME."""


def read(tree: Tree, params: FourdmeParams) -> Unversioned:
    """Read the labels; several of one clip stay together: ``surprise+positive``.

    The layout and the counts are reported, not confirmed from files; so is that two rows have their
    columns of action units exchanged, which is not mended here.
    """
    notes = Notes()

    def make(row: SheetRow, record: Record) -> Record:
        if "(k)" in row.get("units"):
            notes.add("action units in doubt, marked (k), left out", row.place)
            certain = re.sub(r"[^+,;\s]*\(k\)", "", row.get("units"))
            record = replace(record, action_units=action_units(certain))
        emotion = "+".join(sorted(part.strip() for part in record.emotion.split("+")))
        return replace(record, emotion=emotion, fps=60.0)

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=notes,
        folders=params.frames or FRAMES,
    )


def build(params: FourdmeParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("fourdme", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="fourdme",
    title="4DME",
    summary="267 micro-expressions, several labels each, 60 fps; layout as reported, unverified.",
    provides="clips",
    needs_root=True,
    params=FourdmeParams,
    build=build,
)
