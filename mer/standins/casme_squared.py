"""Stand-in of CAS(ME)²: long videos, an annotation without header, offsets that are not coded."""

from collections.abc import Mapping, Sequence

from mer.standins.plan import Cell, PlannedClip, Reading, StandIn, Workbook
from mer.standins.roster import activations, lengths, marks_of, person_key, published, spread, units_text

_MACRO = {"negative": 105, "others": 63, "positive": 116, "surprise": 16}
_UNCODED = 44
# Words of the videos, and their codes in folder names.
_VIDEOS = {
    **{"disgust1": "0101", "disgust2": "0102", "anger1": "0401", "anger2": "0402"},
    **{"happy1": "0502", "happyiness2": "0503", "happy3": "0505"},
}
_TITLES = {"0101": "disgustingteeth", "0503": "unnyfarting"}
_STRIDE = 160


def clips(version: str) -> list[PlannedClip]:
    """Plan 57 micro- and 300 macro-expressions."""
    micro = [
        (int(subject), label, "micro")
        for subject, counts in published("casme_squared_micro").items()
        for label, number in counts.items()
        for _ in range(number)
    ]
    macro = [(int(s), label, "macro") for s, label in spread(_MACRO, [str(n) for n in range(1, 23)])]
    long = [*lengths("casme2 micro", len(micro), 5, 16, 12), *lengths("casme2 macro", len(macro), 17, 60, 30)]
    planned = []
    events: dict[tuple[int, str], int] = {}
    words = list(_VIDEOS)
    for number, ((subject, label, kind), length) in enumerate(zip([*micro, *macro], long, strict=True)):
        word = words[number % len(words)]
        event = events[subject, word] = events.get((subject, word), 0) + 1
        uncoded = kind == "macro" and number - len(micro) < _UNCODED
        planned.append(_clip(subject, word, event, label, kind, length, uncoded=uncoded))
    return planned


def folder_of(subject: int) -> str:
    """Name a subject's folder: numbers from 1 are s15, s16 …, with gaps."""
    return f"s{subject + 14 + (subject > 10) + (subject > 15) * 3}"


def _clip(
    subject: int, word: str, event: int, label: str, kind: str, length: int, *, uncoded: bool
) -> PlannedClip:
    folder, code = folder_of(subject), _VIDEOS[word]
    onset, apex, offset = marks_of(event * _STRIDE, length, "casme_squared", str(subject), word, str(event))
    number = folder.removeprefix("s")
    return PlannedClip(
        subject=f"s{subject:02d}",
        clip=f"{word.replace('happyiness', 'happy')}_{event}",
        emotion=label,
        person=person_key("casme_squared", str(subject)),
        folder=f"rawpic/{folder}/{number}_{code}{_TITLES.get(code, word)}",
        files=tuple(f"img{frame:03d}.jpg" for frame in range(onset - 3, onset + length + 3)),
        onset=3,
        offset=length + 2,
        fps=30,
        activations=activations(f"casme_squared {subject} {word} {event}", label),
        row={
            "subject": subject,
            "word": f"{word}_{event}",
            "marks": (onset, apex, 0 if uncoded else offset),
            "type": f"{kind}-expression",
        },
    )


def workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    """Write the coding, without header, and the sheets that name folders and videos."""
    rows: list[list[Cell]] = []
    macro = 0
    for clip in planned:
        onset, apex, offset = clip.row["marks"]
        macro += clip.row["type"] == "macro-expression"
        # Four apexes of macro-expressions are out of range; units are blank, or alternatives.
        apex = {60: 0, 61: onset - 9, 62: onset - 9, 63: onset - 9}.get(macro, apex)
        units = {30: "", 31: "10or11", 32: "4,7"}.get(macro % 40, units_text(clip.activations))
        row: list[Cell] = [clip.row["subject"], clip.row["word"], onset, apex, offset, units]
        rows.append([*row, clip.emotion, clip.row["type"], clip.emotion])
    subjects = sorted({int(clip.row["subject"]) for clip in planned})
    folders: list[list[Cell]] = [[subject, folder_of(subject)] for subject in subjects]
    videos: list[list[Cell]] = [[word, code] for word, code in _VIDEOS.items()]
    return {"CAS(ME)^2code_final.xlsx": {"Sheet1": rows, "Sheet2": folders, "Sheet3": videos}}


def _only(kind: str) -> Reading:
    return lambda clip: (clip.emotion,) if str(clip.row["type"]).startswith(kind) else ()


STAND_IN = StandIn(
    ("final",), clips, workbooks, readings=(_only("micro"), _only("macro"), lambda clip: (clip.emotion,))
)
