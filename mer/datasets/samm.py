"""SAMM (Davison et al. 2016): 29 subjects with clips, 159 clips, 200 frames per second, grey."""

import re
from dataclasses import replace
from functools import partial

from mer.annotations.corrections import corrections_of
from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned
from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.tables import annotation_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes
from mer.core.location import Location
from mer.datasets.annotated import CorrectedParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = ("SAMM_CROP/{subject}/{clip}", "SAMM/{subject}/{clip}", "{subject}/{clip}")
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset Frame", "Onset"),
    "apex": ("Apex Frame", "Apex"),
    "offset": ("Offset Frame", "Offset"),
    "emotion": ("Estimated Emotion", "Emotion"),
}
_OPTIONAL = {"units": ("Action Units",), "objective_class": ("Objective Classes", "Objective Class")}


class SammParams(CorrectedParams):
    """Settings of SAMM."""


def read(tree: Tree, params: SammParams) -> Unversioned:
    """Read the FACS codes; the header is below a preamble of 13 rows, or on the first row of other copies."""
    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        _make,
        notes=Notes(),
        folders=params.frames or FRAMES,
        other="other",
        corrections=corrections_of("samm", params.corrections),
    )


def _make(row: SheetRow, record: Record) -> Record:
    """Name the subject after its clip: the column has lost its zeros in copies saved as CSV."""
    subject = re.match(r"\d{3}(?=_)", record.clip)
    return replace(record, subject=subject[0] if subject else record.subject.zfill(3), fps=200.0)


def build(params: SammParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("samm", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="samm",
    title="SAMM",
    summary="29 subjects, 159 clips, 200 fps, grey; seven emotions and others, objective classes.",
    provides="clips",
    needs_root=True,
    params=SammParams,
    build=build,
)
