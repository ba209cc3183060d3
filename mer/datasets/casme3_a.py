"""CAS(ME)³ part A (Li et al. 2022): 860 micro-expressions of 94 subjects, 30 fps, colour and depth."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

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

FRAMES = (
    "part_A/data/part_A_split/part_A/{subject}/{video}/color",
    "part_A/{subject}/{video}/color",
    "{subject}/{video}/color",
)
_COLUMNS = {
    "subject": ("Subject",),
    "clip": ("Filename",),
    "onset": ("Onset",),
    "apex": ("Apex",),
    "offset": ("Offset",),
    "emotion": ("emotion",),
    "objective_class": ("Objective class",),
}
_OPTIONAL = {"units": ("AU",)}


class Casme3AParams(CorrectedParams):
    """Settings of CAS(ME)³ part A; ``frames`` takes {subject} and {video}."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"subject", "video", "clip"})


def read(tree: Tree, params: Casme3AParams) -> Unversioned:
    """Read the labels whose frame numbers match the JPG folders (JpgIndex; version 2 is current).

    A file name is a video with several clips, so a clip is named by video and onset. The
    owners' files leave out the first frames of videos: such clips are reported missing.
    """

    def make(row: SheetRow, record: Record) -> Record:
        video = record.clip.casefold()
        patterns = params.frames or FRAMES
        folders = tuple(p.format(subject=record.subject, video=video, clip=video) for p in patterns)
        return replace(record, clip=f"{video}_{row['onset']}", folders=folders, fps=30.0)

    return read_records(
        annotation_table(tree, _COLUMNS, _OPTIONAL, chosen=params.annotation),
        make,
        notes=Notes(),
        folders=(),
        corrections=corrections_of("casme3_a", params.corrections),
    )


def build(params: Casme3AParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("casme3_a", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="casme3_a",
    title="CAS(ME)³ part A",
    summary="94 subjects, 860 micro-expressions, 30 fps; seven labels and objective classes.",
    provides="clips",
    needs_root=True,
    params=Casme3AParams,
    build=build,
)
