"""What all annotated databases share: settings, and the choice between a copy on disk and a stand-in."""

import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Unversioned
from mer.annotations.smic import NON_MICRO_NAME, Smic
from mer.annotations.tree import DiskTree, Tree
from mer.core.location import Location, existing_root
from mer.core.parameters import Params
from mer.standins.plan import StandInParams
from mer.standins.planned import planned_tree, stand_in_folder

# Settings that tables need not tell: they say where things lie, or are told otherwise.
_SILENT = frozenset({"allow_partial", "stand_in", "frames", "annotation", "pattern", "non_micro_name"})


class DatabaseParams(Params):
    """Settings of every database that has a folder, or a stand-in."""

    allow_partial: bool = Field(
        default=False,
        description="Accept a copy that lacks clips or frames, or of an unknown version; tables then say so.",
    )
    stand_in: StandInParams | None = Field(
        default=None,
        description="Use a synthetic stand-in with this layout instead of a folder, "
        "as in 'stand_in: {scale: 0.3}'.",
    )


class AnnotatedParams(DatabaseParams):
    """Settings of every database whose clips lie in folders of frames."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"subject", "clip"})

    frames: tuple[str, ...] = Field(
        default=(),
        description="Where frames lie, with {subject} and {clip}; the first folder that is there counts. "
        "Empty for the layouts that are known.",
    )

    @field_validator("frames")
    @classmethod
    def _known_placeholders(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            parsed = [part for pattern in value for part in Formatter().parse(pattern)]
            if any(spec or conversion for _, _, spec, conversion in parsed):
                raise ValueError("braces hold a name alone")
            used = {name for _, name, _, _ in parsed if name is not None}
        except ValueError as error:
            raise ValueError(f"not a pattern of folders: {error}") from error
        unknown = used - cls.placeholders
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in sorted(cls.placeholders))
            raise ValueError(f"unknown {', '.join(sorted(unknown))} in braces; known are {known}")
        return value


class SheetParams(AnnotatedParams):
    """Settings of every database with an annotation file."""

    annotation: str = Field(
        default="", description="File name of the annotation, where several lie in the folder."
    )


class CorrectedParams(SheetParams):
    """Settings of every database with known errors in its annotation."""

    corrections: str = Field(
        default="", description="Set of corrections to apply (see the database's page); none by default."
    )


class StillParams(DatabaseParams):
    """Settings of every set of still images."""

    label_group: ClassVar[tuple[str, ...]] = ("label",)

    pattern: str = Field(
        default="",
        description="Regular expression of how the paths of images end, with the groups subject, clip and "
        "label; blank for the layout that is known.",
    )

    @field_validator("pattern")
    @classmethod
    def _usable(cls, value: str) -> str:
        try:
            groups = set(re.compile(value).groupindex)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        missing = {"subject", "clip", *cls.label_group} - groups
        if value and missing:
            raise ValueError(
                f"the pattern lacks the groups {', '.join(sorted(missing))}, as in (?P<subject>...)"
            )
        return value


class SmicParams(DatabaseParams):
    """Settings that the cameras of SMIC share."""

    release: Literal["basic", "extended"] = Field(
        default="basic",
        description="'basic' takes clips from the names of folders; 'extended' (SMIC-E) from its annotation.",
    )
    non_micro: bool = Field(
        default=False, description="Take the clips without a micro-expression too, as class 'non_micro'."
    )
    label: Literal["name", "column"] = Field(
        default="name",
        description="Class by the clip's name, as all published counts, or by SMIC-E's Emotion column.",
    )
    all_events: bool = Field(
        default=False,
        description="Take second and third events of SMIC-E's long clips as clips of their own.",
    )

    annotation: str = Field(
        default="", description="File name of SMIC-E's annotation, where several lie in the folder."
    )
    non_micro_name: str = Field(
        default=NON_MICRO_NAME,
        description="Regular expression of the names of clips without a micro-expression, with groups for "
        "subject and number; as reported, unverified.",
    )

    @field_validator("non_micro_name")
    @classmethod
    def _two_groups(cls, value: str) -> str:
        try:
            groups = re.compile(value).groups
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if groups != 2:
            raise ValueError(f"give two groups, for the numbers of subject and clip. Found {groups}")
        return value

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.release == "extended" and self.non_micro:
            raise ValueError("'non_micro' goes with 'release: basic'; SMIC-E has no such clips")
        if self.release == "basic" and (self.label == "column" or self.all_events):
            raise ValueError("'label: column' and 'all_events' go with 'release: extended'")
        return self


def build_smic(
    key: str, camera: str, fps: float, params: SmicParams, location: Location
) -> AnnotatedDatabase:
    """Make the reader of one camera of SMIC."""
    smic = Smic(
        camera,
        fps,
        non_micro=params.non_micro,
        extended=params.release == "extended",
        label_by_column=params.label == "column",
        all_events=params.all_events,
        annotation=params.annotation,
        non_micro_name=params.non_micro_name,
    )
    return build_database(key, location, params, smic.read)


def build_database(
    key: str, location: Location, params: DatabaseParams, read: Callable[[Tree], Unversioned]
) -> AnnotatedDatabase:
    """Make the reader of a database on disk or of its stand-in."""
    tree, root = tree_of(key, location, params)
    settings = tuple(
        f"{name} {value}"
        for name, value in params
        if name not in _SILENT and value != type(params).model_fields[name].default
    )
    return AnnotatedDatabase(location.name, key, tree, root, read, params.allow_partial, settings)


def tree_of(key: str, location: Location, params: DatabaseParams) -> tuple[Tree, Path]:
    """Return the folders of a database, and where they are or will be.

    A stand-in's folders are known before they are written; a job of the workflow writes them.
    """
    if params.stand_in is not None:
        return planned_tree(key, params.stand_in), stand_in_folder(key, params.stand_in)
    root = existing_root(location)
    return DiskTree(root), root
