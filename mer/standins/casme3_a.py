"""Stand-in of CAS(ME)³ part A: videos with several clips, labels in two spellings, faulty rows."""

from collections.abc import Iterator, Mapping, Sequence

from mer.standins.plan import Cell, PlannedClip, StandIn, Workbook
from mer.standins.roster import activations, deal_classes, lengths, marks_of, person_key, spread, units_text

_V1, _V2 = "JpgIndex v1", "JpgIndex v2"
_LABELS = {
    _V2: {"disgust": 250, "surprise": 187, "fear": 86, "anger": 64, "sadness": 57, "happiness": 55},
    _V1: {"disgust": 275, "surprise": 199, "fear": 91, "anger": 67, "sadness": 63, "happiness": 60},
}
_OTHERS = {_V2: 161, _V1: 166}
_OBJECTIVE = {"I": 15, "II": 151, "III": 234, "IV": 37, "V": 47, "VI": 3, "VII": 373}
_FILE_LABELS = {"sadness": "sad", "happiness": "happy"}
# 94 subjects, of whom six have clips of others only.
_SUBJECTS = tuple(f"spNO.{number}" for number in range(1, 95))
_ONLY_OTHERS = _SUBJECTS[-6:]
_VIDEOS = "abcdefghijklm"
_LONGEST = 3456


def clips(version: str) -> list[PlannedClip]:
    """Plan the clips: 860 in the current version, 27 of them of 100 frames or more."""
    named = [*spread(_LABELS[version], _SUBJECTS[:-6]), *_others(_OTHERS[version])]
    classes = deal_classes([label for _, label in named], _classes(len(named)))
    long = lengths("casme3_a", len(named), 4, 30, 12)
    planned = []
    next_onset: dict[tuple[str, str], int] = {}
    for number, ((subject, label), objective, length) in enumerate(zip(named, classes, long, strict=True)):
        frames = _LONGEST if number == 707 else 100 + number % 40 if number % 33 == 9 else length
        video = _VIDEOS[number // len(_SUBJECTS) % len(_VIDEOS)]
        onset = next_onset.get((subject, video), 10)
        next_onset[subject, video] = onset + frames + 5
        planned.append(_clip(subject, video, label, objective, onset, frames, number))
    return planned


def _others(number: int) -> Iterator[tuple[str, str]]:
    """Deal out the clips of others, one to each of the six first."""
    subjects = (*_ONLY_OTHERS, *_SUBJECTS[:-6])
    yield from ((subjects[position % len(subjects)], "others") for position in range(number))


def _classes(number: int) -> dict[str, int]:
    return {**_OBJECTIVE, "VII": _OBJECTIVE["VII"] + number - sum(_OBJECTIVE.values())}


def _clip(
    subject: str, video: str, label: str, objective: str, onset: int, length: int, number: int
) -> PlannedClip:
    _, apex, offset = marks_of(onset, length, "casme3_a", subject, video, str(number))
    marks = {
        127: (onset, onset - 5, offset),  # apex outside the clip
        748: (onset + 1000, apex, offset),  # onset after the offset
        795: (onset, apex, 0),
        797: (onset, apex, 0),
    }.get(number, (onset, apex, offset))
    return PlannedClip(
        subject=subject,
        clip=f"{video}_{marks[0]}",
        emotion=label,
        person=person_key("casme3", subject),
        folder=f"part_A/data/part_A_split/part_A/{subject}/{video}/color",
        files=tuple(f"{frame}.jpg" for frame in range(onset - 2, offset + 3)),
        onset=2,
        offset=length + 1,
        fps=30,
        activations=activations(f"casme3_a {subject} {video} {onset}", label, objective),
        row={"marks": marks, "video": video, "objective": objective},
    )


def workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    """Write the labels: Others beside others, one video in a capital letter."""
    rows: list[list[Cell]] = [
        ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"]
    ]
    capital = False
    for number, clip in enumerate(planned):
        label = _FILE_LABELS.get(clip.emotion, clip.emotion)
        video = str(clip.row["video"])
        if video == "j" and not capital:
            video, capital = "J", True
        spelt = "Others" if label == "others" and number % 55 == 0 else label
        units = units_text(clip.activations)
        rows.append([clip.subject, video, *clip.row["marks"], units, clip.row["objective"], spelt])
    suffix = version.rsplit(" ", 1)[-1]
    return {f"cas(me)3_part_A_ME_label_JpgIndex_{suffix}.xlsx": {"label": rows}}


STAND_IN = StandIn((_V2, _V1), clips, workbooks)
