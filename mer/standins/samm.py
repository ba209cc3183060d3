"""Stand-in of SAMM: grey clips, a sheet with a preamble of 13 rows, the known faulty apexes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from mer.standins.plan import Cell, Formula, PlannedClip, StandIn, Workbook
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

_CLASSES = {
    "negative": ("Anger", "Contempt", "Disgust", "Fear", "Sadness"),
    "positive": ("Happiness",),
    "surprise": ("Surprise",),
}
_MARKS = {"028_4_1": (1071, 1143, 1134), "032_3_1": (4896, 1930, 4970), "032_3_2": (5126, 5127, 5200)}
# Alternatives and remarks, as they stand in the column of action units.
_UNITS = {
    "007_6_1": "R12 or R6",
    "007_6_5": "(R6 or R12)+R15",
    "011_4_2": "L12 or L14",
    "014_5_2": "L12 or L14",
    "035_7_2": "R14A or 17A or 24A",
    "006_1_2": "4B+7B+43E",
    "011_1_1": "ref(5)+20C",
}
_PREAMBLE = (
    "Micro-Movements FACS coding, release 2. This file describes a STAND-IN.",
    *(f"Note {number}: see the publication for how clips were coded." for number in range(1, 8)),
    "Symbols: L left, R right, A to E intensity.",
    *(f"AU{number}: see the FACS manual." for number in (1, 2, 4, 12)),
)
_HEADER: tuple[Cell, ...] = (
    *("Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration"),
    *("Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"),
)
# Clips are cut from long recordings, whose frame numbers have four or five digits.
_RECORDED, _APART = 900, 97


def clips(version: str) -> list[PlannedClip]:
    """Plan the 159 clips."""
    named = list(named_clips("samm", _of_subject))
    long = lengths("samm", len(named), 30, 101, 74.3)
    return [
        _clip(*one, _MARKS.get(one[1]) or marks_of(_RECORDED + _APART * number, length, "samm", one[1]))
        for number, (one, length) in enumerate(zip(named, long, strict=True))
    ]


def _of_subject(
    subject: str, left: dict[str, int], listed: Sequence[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    names = {clip for clip, _ in listed}
    yield from relabel(listed, left, _CLASSES)
    for emotion, number in left.items():
        for _ in range(number):
            yield unused(names, f"{subject}_2_{{}}", count(1)), emotion


def _clip(subject: str, clip: str, emotion: str, objective: str, marks: tuple[int, int, int]) -> PlannedClip:
    first, last = marks[0] - 3, marks[2] + 3
    # Padding differs between the clips of a subject: 006_05562.jpg beside 006_5282.jpg.
    width = 5 if int(clip[-1]) % 2 else 4
    label = emotion.casefold()
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=label,
        person=person_key("samm", subject),
        folder=f"SAMM/{subject}/{clip}",
        files=tuple(f"{subject}_{number:0{width}d}.jpg" for number in range(first, last + 1)),
        onset=3,
        offset=marks[2] - first,
        fps=200,
        activations=activations(f"samm {clip}", label, objective),
        row={"marks": marks, "emotion": emotion, "objective": objective},
    )


def workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    """Write the sheet: preamble, header in row 14, durations as formulas."""
    rows: list[list[Cell]] = [[line] for line in _PREAMBLE]
    rows.append(list(_HEADER))
    for number, clip in enumerate(planned, start=15):
        onset, apex, offset = clip.row["marks"]
        units = _UNITS.get(clip.clip) or units_text(clip.activations)
        rows.append(
            [
                *(clip.subject, clip.clip, clip.clip.split("_")[1], onset, apex, offset),
                Formula(f"=SUM(F{number}-D{number})+1", offset - onset + 1),
                *("Micro - 1/2", units, clip.row["emotion"], ROMAN.index(clip.row["objective"]) + 1, ""),
            ]
        )
    return {"SAMM_Micro_FACS_Codes_v2.xlsx": {"MICRO_ONLY": rows}}


STAND_IN = StandIn(("v2",), clips, workbooks, grey=True)
