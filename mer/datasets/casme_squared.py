"""CAS(ME)² (Qu et al. 2018): macro- and micro-expressions in long videos, 22 subjects, 30 fps."""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.records import Record, Unversioned, in_order
from mer.annotations.sheets import Grid
from mer.annotations.tree import Tree
from mer.annotations.values import Notes, action_units, frame, label
from mer.core.errors import DataError, listed
from mer.core.location import Location
from mer.datasets.annotated import SheetParams, build_database
from mer.datasets.base import DatasetSpec

FRAMES = ("cropped/{folder}/{clip}", "selectedpic/{folder}/{clip}")
_RAW = "rawpic"


class CasmeSquaredParams(SheetParams):
    """Settings of CAS(ME)²."""

    placeholders: ClassVar[frozenset[str]] = frozenset({"folder", "subject", "clip"})

    expressions: Literal["micro", "macro", "all"] = Field(
        default="micro", description="Which expressions take part."
    )


def read(tree: Tree, params: CasmeSquaredParams) -> Unversioned:
    """Read the coding, which has no header row, and the sheets that name subjects and videos.

    The columns are subject, video, onset, apex, offset, action units, class, type, and what the
    subject reported. An offset of 0 means that it was not coded.
    """
    path, sheets = _workbook(tree, params.annotation)
    folders = _mapping(sheets, r"s\d+")
    codes = _mapping(sheets, r"\d{4}")
    videos = list(_videos(tree))
    notes = Notes()
    records, unnamed = [], dict[str, str]()
    for sheet, number, row in _rows(sheets):
        if params.expressions not in ("all", row[7].split("-")[0].casefold()):
            continue
        place = f"{path}[{sheet}], row {number}"
        if row[0] not in folders:
            unnamed.setdefault(row[0], place)
            continue
        folder = folders[row[0]]
        emotion = label(row[6], notes, place)
        onset, apex, offset = (
            frame(row[c], n, place, notes) for c, n in ((2, "onset"), (3, "apex"), (4, "offset"))
        )
        uncoded = "its offset is not coded" if offset == 0 else ""
        patterns = params.frames or FRAMES
        raw = _raw_folders(videos, folder, codes.get(_words(row[1]).rsplit("_", 1)[0], ""))
        record = Record(
            subject=f"s{int(row[0]):02d}",
            clip=_words(row[1]),
            emotion=emotion,
            onset=onset,
            apex=apex,
            offset=None if uncoded else offset,
            folders=(*(p.format(folder=folder, subject=folder, clip=row[1]) for p in patterns), *raw),
            kinds=(*patterns, *[_RAW] * len(raw)),
            place=place,
            fps=30.0,
            action_units=action_units(row[5]),
            unusable=uncoded,
        )
        records.append(in_order(record, notes))
    if unnamed:
        # Other numbers are names of folders too, of other people.
        found = [f"{subject} ({place})" for subject, place in unnamed.items()]
        raise DataError(
            listed(
                f"{tree.name}/{path}: no sheet of pairs says which folder is whose, as 1 is s15, for these "
                "subjects. Take the workbook as it is distributed, with all its sheets:",
                found,
            )
        )
    return Unversioned(tuple(records), notes.warnings())


def _workbook(tree: Tree, chosen: str) -> tuple[str, Mapping[str, Grid]]:
    """Find the file with the coding: a sheet that says macro- or micro-expression in column 8."""
    found = {
        path: sheets
        for path, sheets in tree.sheets().items()
        if next(_rows(sheets), None) and chosen in ("", path.split("/")[-1])
    }
    if len(found) != 1:
        raise DataError(
            f"{tree.name}: expected one annotation file with 'macro-expression' or 'micro-expression' in its "
            f"eighth column, found {len(found)}. Put CAS(ME)^2code_final.xlsx here, or set 'annotation'."
        )
    return next(iter(found.items()))


def _rows(sheets: Mapping[str, Grid]) -> Iterator[tuple[str, int, list[str]]]:
    for sheet, grid in sheets.items():
        for number, cells in enumerate(grid, start=1):
            row = [*map(str.strip, cells), *[""] * 9]
            if row[7].casefold() in ("macro-expression", "micro-expression") and row[0].isdigit():
                yield sheet, number, row


def _mapping(sheets: Mapping[str, Grid], pattern: str) -> dict[str, str]:
    """Read a sheet of pairs: the cell that has the pattern, by the other one."""
    pairs = {}
    for grid in sheets.values():
        for cells in grid:
            full = [cell.strip() for cell in cells if cell.strip()]
            if len(full) == 2 and sum(bool(re.fullmatch(pattern, cell)) for cell in full) == 1:
                first, second = sorted(full, key=lambda cell: bool(re.fullmatch(pattern, cell)))
                pairs[_words(first)] = second
    return pairs


def _words(name: str) -> str:
    """Name a video in one spelling: the sheet has happyiness beside happy."""
    return name.strip().casefold().replace("happyiness", "happy")


def _videos(tree: Tree) -> Iterator[str]:
    yield from (
        folder for folder in tree.folders() if folder.startswith(f"{_RAW}/") and folder.count("/") == 2
    )


def _raw_folders(videos: list[str], folder: str, code: str) -> list[str]:
    """Find the long video of a clip by subject and code: rawpic/s15/15_0101disgustingteeth."""
    if not code:
        return []
    wanted = re.compile(rf"{_RAW}/{folder}/\d+_{code}\D.*")
    return [video for video in videos if wanted.fullmatch(video)]


def build(params: CasmeSquaredParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_database("casme_squared", location, params, partial(read, params=params))


SPEC = DatasetSpec(
    name="casme_squared",
    title="CAS(ME)²",
    summary="22 subjects, 57 micro- and 300 macro-expressions in long videos, 30 fps.",
    provides="clips",
    needs_root=True,
    params=CasmeSquaredParams,
    build=build,
)
