"""SAMM Long Videos (Yap et al. 2020): the micro-expressions in 147 videos of 30 subjects, 200 fps."""

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
from mer.annotations.values import Notes
from mer.core.location import Location
from mer.datasets.annotated import SheetParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = ("SAMM_longvideos/{video}", "{video}")
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "type": ("Type",),
}
_OPTIONAL = {"units": ("Action Units",)}


class SammLvParams(SheetParams):
    """Settings of SAMM Long Videos; ``frames`` takes {video}."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"video"})

    expressions: Literal["micro", "macro", "all"] = Field(
        default="micro", description="Which expressions take part."
    )


def read(tree: Tree, params: SammLvParams) -> Unversioned:
    """Read the movements; the long videos carry no emotion, so the label is ``micro`` or ``macro``.

    A macro-expression's clip ends in ``_macro``: one name stands for one of each.

    Frame numbers are those of the long videos, not of SAMM's clips. They begin with 1: an onset of 0 means
    that it was not coded.
    """

    def make(row: SheetRow, record: Record) -> Record | None:
        kind = row["type"].casefold().split(" ")[0]
        if kind not in ("micro", "macro") or params.expressions not in (kind, "all"):
            return None
        subject, video = record.clip.split("_")[0], "_".join(record.clip.split("_")[:2])
        folders = tuple(pattern.format(video=video) for pattern in params.frames or FRAMES)
        if record.onset == 0:
            record = replace(record, onset=None, unusable="its onset is not coded")
        return replace(
            record,
            subject=subject,
            emotion=kind,
            clip=record.clip + "_macro" * (kind == "macro"),
            folders=folders,
            fps=200.0,
        )

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=Notes(),
        folders=(),
    )


def build(params: SammLvParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("samm_lv", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="samm_lv",
    title="SAMM Long Videos",
    summary="The 159 micro-expressions in 147 long videos of SAMM, 200 fps; no emotion labels.",
    provides="clips",
    needs_root=True,
    params=SammLvParams,
    build=build,
)
