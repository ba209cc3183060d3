"""Stand-in of CASME II: real names where they are known, published counts, every known quirk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from mer.standins.plan import Cell, PlannedClip, StandIn, Workbook
from mer.standins.roster import (
    activations,
    lengths,
    marks_of,
    named_clips,
    person_key,
    relabel,
    units_text,
    unused,
)
from mer.tasks import ROMAN

V2014, V2019, V256 = "2014-05-08", "2019-07-01", "256 rows"
_FILES = {
    V2014: "CASME2-coding-20140508.xlsx",
    V2019: "CASME2-coding-20190701.xlsx",
    V256: "CASME2-coding-updated.xlsx",
}
_IRREGULAR = {"sub05": ("EP16_04f",), "sub07": ("EP06_01",), "sub12": ("EP08_1",), "sub20": ("EP16_01",)}
# The clip that only the version of 256 rows has; its folder is always there.
_ADDED = ("sub24", "EP02_07")
# Subject 24's three clips that the 2019 file calls surprise.
_RELABELLED = ("EP07_01", "EP07_04f", "EP10_03")
# Onset, apex and offset as they stand in the file.
_Marks = tuple[int, int | str, int]
_MARKS: Mapping[tuple[str, str], _Marks] = {
    ("sub04", "EP12_01f"): (261, "/", 321),
    ("sub05", "EP09_05f"): (69, 69, 123),
    ("sub07", "EP06_01"): (15, 49, 68),
    ("sub12", "EP09_02"): (16, 59, 101),
    ("sub12", "EP09_06"): (66, 111, 111),
    ("sub16", "EP01_08"): (73, 94, 110),
    ("sub20", "EP16_01"): (71, 111, 111),
}
_MARKS_256: Mapping[tuple[str, str], _Marks] = {
    ("sub07", "EP06_01"): (56, 89, 116),
    ("sub12", "EP09_02"): (161, 176, 206),
    ("sub12", "EP09_06"): (66, 72, 106),
    ("sub16", "EP01_08"): (73, 91, 96),
    ("sub20", "EP16_01"): (71, 97, 106),
}
_APEX_IS_OFFSET = (("sub05", "EP16_04f"), ("sub25", "EP18_04f"))
# Clips whose action units the annotators could not tell.
_DOUBTFUL = 51


def clips(version: str) -> list[PlannedClip]:
    """Plan the clips: all that have a row, and the two folders that have none."""
    named = list(named_clips("casme2", _of_subject, "sub"))
    if version == V256:
        named.append((*_ADDED, "disgust", "IV"))
    long = iter(lengths("casme2", len(named) + 2, 24, 141, 67.2))
    planned = []
    for number, (subject, clip, emotion, objective) in enumerate(named):
        read = "surprise" if version == V2019 and subject == "sub24" and clip in _RELABELLED else emotion
        marks = _marks(subject, clip, version, next(long))
        row = {"marks": marks, "objective": objective, "doubtful": number % _DOUBTFUL == _DOUBTFUL - 1}
        planned.append(_clip(subject, clip, read, marks, row))
    extra = [("sub09", "EP02_02f", (40, 60, 95))]
    extra += [(*_ADDED, (61, 91, 106))] if version != V256 else []
    planned += [_clip(s, c, "others", marks, {}, annotated=False) for s, c, marks in extra]
    return planned


def _of_subject(
    subject: str, left: dict[str, int], listed: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Give the listed clips of a subject a label of their class, and name the others."""
    names = {clip for clip, _ in listed}
    labels = {"positive": ("happiness",), "surprise": ("surprise",), "negative": ("disgust", "repression")}
    yield from relabel(listed, left, labels)
    fixed = {("sub04", "disgust"): "EP12_01f", ("sub05", "disgust"): "EP09_05f"}
    irregular = iter(_IRREGULAR.get(subject, ()))
    sad = iter(_RELABELLED if subject == "sub24" else ())
    for emotion, number in left.items():
        for _ in range(number):
            known = fixed.get((subject, emotion)) or (next(sad, None) if emotion == "sadness" else None)
            known = known or (next(irregular, None) if emotion == "others" else None)
            clip = known or unused(names, "EP{:02d}_{:02d}f", count(1))
            names.add(clip)
            yield clip, emotion


def _marks(subject: str, clip: str, version: str, length: int) -> _Marks:
    known = (_MARKS_256 if version == V256 else {}).get((subject, clip)) or _MARKS.get((subject, clip))
    if known:
        return known
    onset = 20 + 7 * (length % 13)
    _, apex, offset = marks_of(onset, length, "casme2", subject, clip)
    return onset, offset if (subject, clip) in _APEX_IS_OFFSET else apex, offset


def _clip(
    subject: str,
    clip: str,
    emotion: str,
    marks: _Marks,
    row: Mapping[str, Any],
    *,
    annotated: bool = True,
) -> PlannedClip:
    first, last = max(1, marks[0] - 3), marks[2] + 3
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=emotion,
        person=person_key("casme2", subject),
        folder=f"Cropped/{subject}/{clip}",
        files=tuple(f"reg_img{number}.jpg" for number in range(first, last + 1)),
        onset=marks[0] - first,
        offset=marks[2] - first,
        fps=200,
        activations=activations(f"casme2 {subject} {clip}", emotion, str(row.get("objective", ""))),
        row=row,
        annotated=annotated,
    )


def workbooks(version: str, planned: Sequence[PlannedClip]) -> dict[str, Workbook]:
    """Write the coding with its blank columns and empty sheets, and the file of objective classes."""
    header: list[Cell] = ["Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", ""]
    header += ["Action Units", "Estimated Emotion", *(["Objective Classes"] if version == V2019 else [])]
    rows: list[list[Cell]] = [header]
    classes: list[list[Cell]] = [["Subject", "Filename", "Objective Class"]]
    for clip in planned:
        if clip.annotated:
            number = clip.subject.removeprefix("sub")
            units: Cell = "?" if clip.row["doubtful"] else units_text(clip.activations)
            units = int(str(units)) if str(units).isdigit() else units
            row: list[Cell] = [number, clip.clip, "", *clip.row["marks"], "", units, clip.emotion]
            rows.append([*row, clip.row["column"]] if version == V2019 else row)
            if (clip.subject, clip.clip) != _ADDED:
                classes.append([number, clip.clip, ROMAN.index(clip.row["objective"]) + 1])
    stray: list[list[Cell]] = [[f"{n:02d}", f"EP{n:02d}_01", n % 7 + 1] for n in range(1, 11)]
    return {
        _FILES[version]: {"Sheet1": rows, "Sheet2": [], "Sheet3": []},
        "CASME2-ObjectiveClasses.xlsx": {"Sheet1": classes, "Sheet2": stray},
    }


def _with_column(version: str) -> list[PlannedClip]:
    """Add the objective classes of the 2019 file's own column: 30/18/93/15/18/2/79."""
    planned = clips(version)
    moves = [("IV", "VII", 11), ("III", "I", 5), ("III", "II", 1), ("V", "II", 2), ("VII", "VI", 1)]
    column = [str(clip.row.get("objective", "")) for clip in planned]
    for source, target, number in moves:
        for _ in range(number):
            column[column.index(source)] = target.lower()
    return [
        replace(
            clip, row={**clip.row, "column": ROMAN.index(name.upper()) + 1} if clip.annotated else clip.row
        )
        for clip, name in zip(planned, column, strict=True)
    ]


STAND_IN = StandIn((V2014, V2019, V256), _with_column, workbooks)
