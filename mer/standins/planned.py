"""A stand-in as a whole: planned from its settings, before a frame is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mer.annotations.sheets import Grid
from mer.annotations.tree import PlannedTree
from mer.core.digests import code_digest, digest, module_digest
from mer.core.errors import DataError, unknown_name
from mer.standins.catalogue import STAND_INS
from mer.standins.plan import Cell, Formula, PlannedClip, StandInParams, Workbook
from mer.standins.roster import published_digest
from mer.standins.scaling import scaled
from mer.tasks.megc2019_list import organisers_list

# Where a workflow writes the stand-ins that a configuration asks for.
FOLDER = Path("results/standins")


@dataclass(frozen=True)
class Plan:
    """Everything that a stand-in consists of.

    Attributes
    ----------
    key, version
        Of the database.
    params
        Settings.
    clips
        With their frames.
    workbooks, texts
        Annotation and other small files by path.
    grey
        Whether frames have no colour.
    """

    key: str
    version: str
    params: StandInParams
    clips: tuple[PlannedClip, ...]
    workbooks: Mapping[str, Workbook]
    texts: Mapping[str, str]
    grey: bool

    def note(self) -> dict[str, Any]:
        """Say what the stand-in is, as its STAND-IN.json does."""
        expected = STAND_INS[self.key].expected(self.clips)
        return {
            "dataset": self.key,
            "version": self.version,
            "scale": self.params.scale,
            "size": self.params.size,
            "counts": [{"classes": dict(one.classes), "subjects": one.subjects} for one in expected],
            "made_by": _code(self.key),
        }

    def tree(self) -> PlannedTree:
        """List the files that will be there."""
        files: dict[str, list[str]] = {}
        for clip in self.clips:
            files.setdefault(clip.folder, []).extend(clip.files)
        sheets = {
            path: {name: _as_read(sheet) for name, sheet in workbook.items()}
            for path, workbook in self.workbooks.items()
        }
        name = f"stand-in of {self.key}"
        return PlannedTree(name, sheets, {f: tuple(n) for f, n in files.items()}, self.texts, self.note())


@cache
def plan(key: str, params: StandInParams) -> Plan:
    """Plan a stand-in.

    Raises
    ------
    DataError
        If there is none of this database or version.
    """
    if key not in STAND_INS:
        raise DataError(unknown_name("stand-in", key, STAND_INS))
    stand_in = STAND_INS[key]
    version = params.version or stand_in.versions[0]
    if version not in stand_in.versions:
        raise DataError(f"{key}: {unknown_name('version', version, stand_in.versions)}")
    clips = scaled(stand_in.clips(version), params.scale, stand_in.readings[0])
    workbooks, texts = stand_in.workbooks(version, clips), stand_in.texts(clips)
    return Plan(key, version, params, tuple(clips), workbooks, texts, stand_in.grey)


def planned_tree(key: str, params: StandInParams) -> PlannedTree:
    """List the files of a stand-in that is, or will be, written."""
    return plan(key, params).tree()


def stand_in_folder(key: str, params: StandInParams) -> Path:
    """Name the folder of a stand-in of the workflow; settings and code have a part in it."""
    return FOLDER / f"{key}-{digest([key, params.model_dump(mode='json'), _code(key)])[:8]}"


@cache
def _code(key: str) -> str:
    """Digest the code and the data that one stand-in is made with."""
    chosen, drawn = ("mer.standins.scaling", STAND_INS[key].clips.__module__), "mer.standins.frames"
    # What writes files knows the plans of all databases; of it counts what it does itself.
    written = [module_digest("mer.standins.write"), code_digest("mer.annotations.landmarks")]
    return digest([code_digest(drawn, *chosen), written, published_digest(), organisers_list()])


def _as_read(sheet: Sequence[Sequence[Cell]]) -> Grid:
    """Return cells as a reader of spreadsheets gives them: text, formulas by their value."""
    return [[str(cell.value if isinstance(cell, Formula) else cell) for cell in row] for row in sheet]
