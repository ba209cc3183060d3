"""CASME (Yan et al. 2013): 19 subjects with clips, 60 frames per second."""

import re
from dataclasses import replace
from functools import partial

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

FRAMES = ("Cropped/{subject}/{clip}", "CASME_raw_selected/{subject}/{clip}", "{subject}/{clip}")
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetF", "OnsetFrame"),
    "apex": ("ApexF1", "ApexFrame"),
    "offset": ("OffsetF", "OffsetFrame"),
    "emotion": ("Emotion", "Estimated Emotion"),
}
_OPTIONAL = {"units": ("AUs", "Action Units"), "second_apex": ("ApexF2",)}


class CasmeParams(SheetParams):
    """Settings of CASME."""


def read(tree: Tree, params: CasmeParams) -> Unversioned:
    """Read the coding. It has two apex columns; where both are filled the first counts."""
    notes = Notes()

    def make(row: SheetRow, record: Record) -> Record:
        subject = f"sub{int(re.sub(r'[^0-9]', '', record.subject) or 0):02d}"
        apex = record.apex
        if apex is None and row.get("second_apex"):
            apex = frame(row["second_apex"], "ApexF2", row.place, notes)
        return replace(record, subject=subject, apex=apex, fps=60.0)

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=notes,
        folders=params.frames or FRAMES,
    )


def build(params: CasmeParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("casme", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="casme",
    title="CASME",
    summary="19 subjects, 195 clips published (copies hold 189 to 193), 60 fps; counts are a warning only.",
    provides="clips",
    needs_root=True,
    params=CasmeParams,
    build=build,
)
