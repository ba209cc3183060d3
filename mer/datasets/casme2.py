"""CASME II (Yan et al. 2014): 26 subjects, 255 clips, 200 frames per second."""

import re
from dataclasses import replace
from functools import partial
from typing import Literal

from pydantic import Field

from mer.annotations.corrections import corrections_of
from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned
from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.tables import annotation_table, optional_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, objective_class
from mer.core.location import Location
from mer.datasets.annotated import CorrectedParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = (
    "Cropped/{subject}/{clip}",
    "Cropped_original/{subject}/{clip}",
    "CASME2_RAW_selected/{subject}/{clip}",
    "CASME2-RAW/{subject}/{clip}",
    "{subject}/{clip}",
)
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame", "Onset"),
    "apex": ("ApexFrame", "Apex"),
    "offset": ("OffsetFrame", "Offset"),
    "emotion": ("Estimated Emotion", "Emotion"),
}
_OPTIONAL = {"units": ("Action Units",), "objective_class": ("Objective Classes", "Objective Class")}
_OBJECTIVE = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "objective_class": ("Objective Class", "Objective Classes"),
}


class Casme2Params(CorrectedParams):
    """Settings of CASME II."""

    objective: Literal["file", "column"] = Field(
        default="file",
        description="Which objective classes: 'file' is CASME2-ObjectiveClasses (as MEGC 2018 used), "
        "'column' that of the 2019 coding. The two differ in 37 clips.",
    )


def read(tree: Tree, params: Casme2Params) -> Unversioned:
    """Read the coding, and the objective classes where they are there."""
    # Only the first sheet of the file of classes counts: the second holds stray rows without header.
    classes = {
        (_subject(row["subject"]), row["clip"]): objective_class(row["objective_class"])
        for row in optional_table(tree, _OBJECTIVE, without=("onset", "onsetframe"))
        if row["clip"]
    }

    def make(row: SheetRow, record: Record) -> Record:
        subject = _subject(row["subject"])
        by_file = classes.get((subject, record.clip), "")
        chosen = by_file if params.objective == "file" else record.objective_class
        return replace(record, subject=subject, fps=200.0, objective_class=chosen)

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=Notes(),
        folders=params.frames or FRAMES,
        corrections=corrections_of("casme2", params.corrections),
    )


def _subject(cell: str) -> str:
    """Name a subject as its folder: sub01, also where a spreadsheet has lost the zero."""
    digits = re.sub(r"\D", "", cell.split(".")[0])
    return f"sub{int(digits):02d}" if digits else cell


def build(params: Casme2Params, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("casme2", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="casme2",
    title="CASME II",
    summary="26 subjects, 255 clips, 200 fps; versions of 2014, 2019 and with 256 rows.",
    provides="clips",
    needs_root=True,
    params=Casme2Params,
    build=build,
)
