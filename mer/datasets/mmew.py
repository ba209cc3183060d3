"""MMEW (Ben et al. 2021): 30 subjects with micro-expressions, 300 clips, 90 frames per second."""

import re
from dataclasses import replace
from functools import partial
from typing import ClassVar

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned
from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.tables import annotation_table
from mer.annotations.tree import Tree
from mer.annotations.values import Notes
from mer.core.location import Location
from mer.datasets.annotated import SheetParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = (
    "Micro_Expression/{emotion}/{clip}",
    "Micro_Expression/{subject}/{emotion}/{clip}",
    "Micro_Expression/{clip}",
)
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("OnsetFrame",),
    "apex": ("ApexFrame",),
    "offset": ("OffsetFrame",),
    "emotion": ("Estimated Emotion",),
    "remarks": ("remarks",),
}
_OPTIONAL = {"units": ("Action Units",)}


class MmewParams(SheetParams):
    """Settings of MMEW; ``frames`` takes {subject}, {emotion} and {clip}."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"subject", "emotion", "clip"})


def read(tree: Tree, params: MmewParams) -> Unversioned:
    """Read the coding. The layout and the counts are published, not confirmed from files."""

    def make(row: SheetRow, record: Record) -> Record:
        digits = re.sub(r"[^0-9]", "", record.subject)
        subject = f"S{int(digits):02d}" if digits else record.subject
        named = {"subject": subject, "clip": record.clip, "emotion": row["emotion"].strip()}
        folders = tuple(pattern.format(**named) for pattern in params.frames or FRAMES)
        return replace(record, subject=subject, folders=folders, fps=90.0)

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=Notes(),
        folders=(),
    )


def build(params: MmewParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("mmew", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="mmew",
    title="MMEW",
    summary="30 subjects, 300 micro-expressions, 90 fps; layout and counts as published, unverified.",
    provides="clips",
    needs_root=True,
    params=MmewParams,
    build=build,
)
