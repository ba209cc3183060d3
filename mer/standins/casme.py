"""Stand-in of CASME: two apex columns, a misspelt label, names without padding."""

from collections.abc import Mapping, Sequence

from mer.standins.plan import Cell, PlannedClip, StandIn, Workbook
from mer.standins.roster import activations, lengths, marks_of, person_key, published, units_text

_FILE_LABELS = {"contempt": "comtempt"}


def clips(version: str) -> list[PlannedClip]:
    """Plan the 193 clips of the copy that was counted."""
    named = [
        (int(subject), label)
        for subject, counts in published("casme").items()
        for label, number in counts.items()
        for _ in range(number)
    ]
    planned = []
    numbers: dict[int, int] = {}
    for (subject, label), length in zip(named, lengths("casme", len(named), 8, 40, 18), strict=True):
        number = numbers[subject] = numbers.get(subject, 0) + 1
        clip = (
            "EP11"
            if (subject, number) == (11, 1)
            else f"EP{(number - 1) // 12 + 1:02d}_{(number - 1) % 12 + 1}"
        )
        emotion = {"comtempt": "contempt"}.get(label, label)
        planned.append(_clip(f"sub{subject:02d}", clip, emotion, 60 + 3 * number, length))
    return planned


def _clip(subject: str, clip: str, emotion: str, onset: int, length: int) -> PlannedClip:
    first, last = onset - 3, onset + length + 2
    # Frame numbers of later subjects have three digits.
    width = 3 if subject > "sub08" else 1
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=emotion,
        person=person_key("casme", subject),
        folder=f"Cropped/{subject}/{clip}",
        files=tuple(f"reg_{clip}-{number:0{width}d}.jpg" for number in range(first, last + 1)),
        onset=3,
        offset=length + 2,
        fps=60,
        activations=activations(f"casme {subject} {clip}", emotion),
        row={"marks": marks_of(onset, length, "casme", subject, clip)},
    )


def workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    """Write the coding with its blank columns on the right."""
    blank: list[Cell] = [""] * 20
    header: list[Cell] = [
        "Subject",
        "Filename",
        "",
        "OnsetF",
        "ApexF1",
        "ApexF2",
        "OffsetF",
        "",
        "AUs",
        "Emotion",
    ]
    rows = [[*header, *blank]]
    for number, clip in enumerate(planned):
        onset, apex, offset = clip.row["marks"]
        # One apex as a rule; then the second column has a backslash or nothing.
        second: Cell = apex + 1 if number % 3 == 0 else "\\" if number % 3 == 1 else ""
        label = _FILE_LABELS.get(clip.emotion, clip.emotion)
        units = units_text(clip.activations)
        rows.append(
            [int(clip.subject[3:]), clip.clip, "", onset, apex, second, offset, "", units, label, *blank]
        )
    return {"casme.xlsx": {"Sheet1": rows}}


STAND_IN = StandIn(("copy of 193 rows",), clips, workbooks)
