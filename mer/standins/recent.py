"""Stand-ins of MMEW, 4DME, DFME and SAMM Long Videos: one row per clip, counts as published."""

from collections.abc import Mapping, Sequence

from mer.standins.plan import Cell, PlannedClip, StandIn, Workbook
from mer.standins.roster import activations, lengths, marks_of, person_key, published, spread, units_text

_MMEW = {
    **{"happiness": 36, "anger": 8, "surprise": 89, "disgust": 72, "fear": 16, "sadness": 13},
    "others": 66,
}
_FOURDME = {"negative": 127, "positive": 34, "surprise": 30, "repression": 6, "positive+surprise": 13}
_FOURDME |= {"negative+surprise": 8, "others": 49}
_DFME = {
    "training": ((161, 100, 548, 265, 206, 278, 298), 176, (695, 605, 556)),
    "test A": ((39, 34, 129, 62, 63, 46, 101), 42, (215, 143, 116)),
    "test B": ((41, 37, 58, 38, 42, 35, 48), 41, (83, 57, 159)),
}
_DFME_LABELS = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
_DFME_FILES = {"training": "training", "test A": "testA", "test B": "testB"}


def _row_clip(
    subject: str, clip: str, emotion: str, person: str, folder: str, onset: int, length: int, fps: float
) -> PlannedClip:
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=emotion,
        person=person,
        folder=folder,
        files=tuple(f"{number}.jpg" for number in range(onset - 1, onset + length + 1)),
        onset=1,
        offset=length,
        fps=fps,
        activations=activations(f"{person} {clip}", emotion),
        row={"marks": marks_of(onset, length, person, clip)},
    )


def _mmew(version: str) -> list[PlannedClip]:
    named = list(spread(_MMEW, [f"S{number:02d}" for number in range(1, 31)]))
    long = lengths("mmew", len(named), 10, 60, 30)
    return [
        _row_clip(
            subject,
            f"{subject}-01-{number:03d}",
            label,
            person_key("mmew", subject),
            f"Micro_Expression/{label}/{subject}-01-{number:03d}",
            2 + number % 9,
            length,
            90,
        )
        for number, ((subject, label), length) in enumerate(zip(named, long, strict=True), start=1)
    ]


def _mmew_workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    rows: list[list[Cell]] = [
        [
            "Subject",
            "Filename",
            "OnsetFrame",
            "ApexFrame",
            "OffsetFrame",
            "Action Units",
            "Estimated Emotion",
            "remarks",
        ]
    ]
    rows += [[c.subject, c.clip, *c.row["marks"], units_text(c.activations), c.emotion, ""] for c in planned]
    return {"MMEW_Micro_Exp.xlsx": {"Sheet1": rows}}


def _fourdme(version: str) -> list[PlannedClip]:
    named = list(spread(_FOURDME, [f"sub{number:02d}" for number in range(1, 42)]))
    long = lengths("fourdme", len(named), 10, 30, 18)
    return [
        _row_clip(
            subject,
            f"{subject}_{number:03d}",
            label,
            person_key("fourdme", subject),
            f"gray_micro/{subject}/{subject}_{number:03d}",
            5,
            length,
            60,
        )
        for number, ((subject, label), length) in enumerate(zip(named, long, strict=True), start=1)
    ]


def _fourdme_workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    rows: list[list[Cell]] = [["sub_ID", "fold_name", "Emotion", "Onset", "Apex", "Offset", "AUs"]]
    for number, clip in enumerate(planned):
        # Labels with capitals and in the order of the coders; a unit in doubt is marked (k).
        label = "+".join(part.capitalize() for part in reversed(clip.emotion.split("+")))
        units = units_text(clip.activations) + ("(k)" if number % 40 == 7 else "")
        rows.append([clip.subject, clip.clip, label, *clip.row["marks"], units])
    return {"4DME_Labelling_Micro_release v1.xlsx": {"Sheet1": rows}}


def _dfme(version: str) -> list[PlannedClip]:
    counts, n_subjects, rates = _DFME[version]
    subjects = [f"{_DFME_FILES[version]}{number:03d}" for number in range(1, n_subjects + 1)]
    named = list(spread(dict(zip(_DFME_LABELS, counts, strict=True)), subjects))
    fps = [rate for rate, number in zip((500, 300, 200), rates, strict=True) for _ in range(number)]
    long = lengths(f"dfme {version}", len(named), 16, 60, 30)
    part = _DFME_FILES[version]
    return [
        _row_clip(
            subject,
            f"{part}_{number:05d}",
            label,
            person_key("dfme", subject) + part,
            f"{part}/{subject}/{part}_{number:05d}",
            3,
            length,
            fps[(number - 1) % len(fps)],
        )
        for number, ((subject, label), length) in enumerate(zip(named, long, strict=True), start=1)
    ]


def _dfme_workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    header: list[Cell] = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame"]
    rows: list[list[Cell]] = [[*header, "Emotion", "EmotionId", "Fps", "AU"]]
    rows += [
        [
            *(c.subject, c.clip, *c.row["marks"], c.emotion, _DFME_LABELS.index(c.emotion), int(c.fps)),
            units_text(c.activations),
        ]
        for c in planned
    ]
    return {f"{_DFME_FILES[version]}_full_with_AU.xlsx": {"Sheet1": rows}}


def _samm_lv(version: str) -> list[PlannedClip]:
    subjects = [*published("samm_emotion")]
    named = [*spread({"micro": 159}, subjects), *spread({"macro": 343}, [*subjects, "008"])]
    long = lengths("samm_lv", len(named), 30, 101, 74)
    numbers: dict[str, int] = {}
    doubled: set[str] = set()
    planned = []
    for (subject, kind), length in zip(named, long, strict=True):
        number = numbers[subject] = numbers.get(subject, 0) + 1
        video, onset = f"{subject}_{(number - 1) // 4 + 1}", 150 * ((number - 1) % 4 + 1)
        clip = f"{video}_{(number - 1) % 4 + 1}"
        # One name stands for a micro- and a macro-expression, at different frames of one video.
        twice = kind == "macro" and subject == "037" and "037_1_1" not in doubled
        if twice:
            doubled.add("037_1_1")
            clip = "037_1_1"
        planned.append(
            PlannedClip(
                subject=subject,
                clip=f"{clip}_macro" if kind == "macro" else clip,
                emotion=kind,
                person=person_key("samm", subject),
                folder=f"SAMM_longvideos/{video}",
                files=tuple(f"{video}_{frame:04d}.jpg" for frame in range(onset - 2, onset + length + 2)),
                onset=2,
                offset=length + 1,
                fps=200,
                activations=activations(f"samm_lv {clip}", "micro"),
                row={"marks": marks_of(onset, length, "samm_lv", clip)},
            )
        )
    return planned


def _samm_lv_workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
    rows: list[list[Cell]] = [[f"SAMM Long Videos, note {number}"] for number in range(1, 10)]
    rows.append(["Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset"])
    rows[-1] += ["Duration", "Type", "Action Units", "Notes"]
    for number, clip in enumerate(planned):
        onset, apex, offset = clip.row["marks"]
        kind = "Micro - 1/2" if clip.emotion == "micro" else "Macro"
        # The apex of six movements is not coded, the onset of ten is 0, durations disagree.
        shown = -1 if number in (20, 40, 60, 200, 210, 220) else apex
        onset = 0 if number in range(300, 310) else onset
        doubt = number % 12 == 5
        rows.append(
            [
                *(
                    clip.subject,
                    clip.clip.removesuffix("_macro"),
                    clip.clip.split("_")[1],
                    onset,
                    shown,
                    offset,
                ),
                *(offset - onset + 1 + doubt, kind, units_text(clip.activations), ""),
            ]
        )
    return {"SAMM_LongVideos_V2_Release.xlsx": {"Sheet1": rows}}


MMEW = StandIn(("published",), _mmew, _mmew_workbooks)
FOURDME = StandIn(("reported",), _fourdme, _fourdme_workbooks, grey=True)
DFME = StandIn(("training", "test A", "test B"), _dfme, _dfme_workbooks)
SAMM_LV = StandIn(
    ("V2",),
    _samm_lv,
    _samm_lv_workbooks,
    grey=True,
    readings=(
        lambda clip: (clip.emotion,) if clip.emotion == "micro" else (),
        lambda clip: (clip.emotion,),
        lambda clip: (clip.emotion,) if clip.emotion == "macro" else (),
    ),
)
