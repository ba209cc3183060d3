"""Stand-ins of SMIC's three cameras: no annotation file, labels in the names; or SMIC-E with one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from mer.standins.plan import Cell, Formula, PlannedClip, StandIn, Workbook
from mer.standins.roster import activations, lengths, person_key, published
from mer.tasks.megc2019_list import listed_clips

_WORDS = {"ne": "negative", "po": "positive", "sur": "surprise", "n": "non_micro"}
_FPS = {"HS": 100, "VIS": 25, "NIR": 25}
_LENGTHS = {"HS": (16, 58, 34.0), "VIS": (4, 13, 9.7), "NIR": (4, 13, 9.7)}
_BASIC, _EDITED, _ORIGINAL, _EXTENDED = "basic", "extended, edited", "extended, original", "extended"
_LOST = ("s01_ne_02", "s02_sur_05", "s03_ne_20")
_SECOND_EVENTS = ("s03_ne_03", "s04_ne_05", "s04_ne_06", "s09_sur_02")
# Long clips with further events: how many.
_FURTHER = {
    **{"s20_ne_06": 1, "s20_ne_09": 1, "s20_sur_02": 1, "s18_ne_01": 1, "s18_sur_03": 1},
    **{"s03_ne_02": 1, "s04_ne_04": 2, "s09_sur_01": 1},
}
_MISLABELLED = "s18_sur_03"
_GAP = 20


def _named(camera: str) -> Iterator[tuple[str, str]]:
    """Name the micro clips: subject and clip, with two digits."""
    if camera == "HS":
        for subject, clips in listed_clips("smic_hs").items():
            yield from ((subject, clip) for clip, _ in clips)
        return
    for number, counts in published("smic_vis").items():
        subject = f"s{int(number):02d}"
        yield from (
            (subject, f"{subject}_{kind}_{n:02d}") for kind, k in counts.items() for n in range(1, k + 1)
        )


def clips_of(camera: str) -> Callable[[str], list[PlannedClip]]:
    """Make the planner of one camera."""

    def clips(version: str) -> list[PlannedClip]:
        named = list(_named(camera))
        long = lengths(f"smic {camera}", 2 * len(named), *_LENGTHS[camera])
        micro = [
            _clip(camera, subject, clip, length, version)
            for (subject, clip), length in zip(named, long, strict=False)
            if _is_in(camera, clip, version)
        ]
        if version != _BASIC:
            return micro
        rest = [
            _clip(camera, subject, f"{subject}_n_{number:02d}", long[len(named) + number], version)
            for number, (subject, _) in enumerate(named, start=0)
        ]
        return [*micro, *_renumbered(rest)]

    return clips


def _is_in(camera: str, clip: str, version: str) -> bool:
    if version == _EDITED:
        return clip not in (*_LOST, *_SECOND_EVENTS)
    # The original file has rows of 162 clips, two of the lost ones less.
    return not (version == _ORIGINAL and clip in _LOST[:2])


def _renumbered(clips: Sequence[PlannedClip]) -> Iterator[PlannedClip]:
    """Count the clips without a micro-expression per subject, from 1: s1_n1."""
    numbers: dict[str, int] = {}
    for clip in clips:
        number = numbers[clip.subject] = numbers.get(clip.subject, 0) + 1
        folder = clip.folder.rsplit("/", 1)[0]
        yield replace(
            clip,
            clip=f"{clip.subject}_n_{number:02d}",
            folder=f"{folder}/s{int(clip.subject[1:])}_n{number}",
        )


def _clip(camera: str, subject: str, clip: str, length: int, version: str) -> PlannedClip:
    kind = clip.split("_")[1]
    # The slower cameras saw one of the further events.
    further = _FURTHER.get(clip, 0) if camera == "HS" or clip == _MISLABELLED else 0
    emotion, short = _WORDS[kind], f"s{int(subject[1:])}"
    first = 559000 + 211 * int(subject[1:]) + 17 * length
    if version == _BASIC:
        tail = f"non_micro/{clip}" if kind == "n" else f"micro/{emotion}/{short}{clip[3:]}"
        folder, prefix, suffix, n_files = (
            f"SMIC_all_cropped/{camera}/{short}/{tail}",
            "reg_image",
            "bmp",
            length,
        )
    else:
        # Long clips: frames before and after, and the further events.
        folder = f"SMIC-E_raw image/{camera}_long/SMIC-{camera}-E/{subject}/{short}{clip[3:]}"
        prefix, suffix, n_files = "image", "jpg", (1 + further) * (length + _GAP) + _GAP
    onset = 0 if version == _BASIC else _GAP
    if version != _BASIC and clip == _MISLABELLED:
        onset += length + 2
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=emotion,
        person=person_key("smic", subject),
        folder=folder,
        files=tuple(f"{prefix}{number:06d}.{suffix}" for number in range(first, first + n_files)),
        onset=onset,
        offset=onset + length - 1,
        fps=_FPS[camera],
        activations=activations(f"smic {clip}", emotion),
        row={"first": first, "length": length, "onset": first + onset, "further": further},
        samples=_samples(clip, onset, length, further) if version != _BASIC else {},
    )


def _samples(clip: str, onset: int, length: int, further: int) -> dict[str, int]:
    """Name the events of a long clip, each with its first frame."""
    starts = {f"{clip}_{event + 1}": _start(clip, onset, length, event) for event in range(1, further + 1)}
    return {clip: onset, **starts}


def _start(clip: str, onset: int, length: int, event: int) -> int:
    """Return where a further event of a long clip begins, counted as its onset is."""
    # The second event of one clip precedes the first.
    second = onset - length - 2 if clip == _MISLABELLED else onset + length + _GAP
    return second + (event - 1) * (length + _GAP)


def workbooks_of(camera: str) -> Callable[[str, Sequence[PlannedClip]], Mapping[str, Workbook]]:
    """Make the writer of SMIC-E's annotation; the basic release has none."""

    def workbooks(version: str, planned: Sequence[PlannedClip]) -> Mapping[str, Workbook]:
        if version == _BASIC:
            return {}
        header: list[Cell] = ["Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F"]
        header += ["Onset3F", "Offset3F"] if camera == "HS" else []
        header += ["", "FirstF", *(["LastF"] if camera == "HS" else []), "TotalMF1", "TotalVL", "Emotion"]
        rows = [header, *(_row(camera, n, clip) for n, clip in enumerate(planned, start=2))]
        rows += [[], ["", "* lengths are in frames"]]
        empty: Workbook = {"Sheet2": [], "Sheet3": []}
        return {f"SMIC-{camera}-E_annotation.xlsx": {camera: rows, **empty}}

    return workbooks


def _row(camera: str, number: int, clip: PlannedClip) -> list[Cell]:
    length, onset = int(clip.row["length"]), int(clip.row["onset"])
    first: Cell = clip.row["first"]
    if clip.clip == _LOST[2]:
        first = "MISSING <-426679"
    events = [cell for event in range(1, 3 if camera == "HS" else 2) for cell in _event(clip, event)]
    emotion = "negative" if clip.clip == _MISLABELLED else clip.emotion
    offset = Formula(f"=D{number}+{length}-1", onset + length - 1)
    tail: list[Cell] = [
        "",
        first,
        *([int(clip.row["first"]) + len(clip.files) - 1] if camera == "HS" else []),
    ]
    name = f"s{int(clip.subject[1:])}{clip.clip[3:]}"
    return [int(clip.subject[1:]), name, "", onset, offset, *events, *tail, length, len(clip.files), emotion]


def _event(clip: PlannedClip, event: int) -> list[Cell]:
    """Return onset and offset of a further event of a long clip."""
    length, onset = int(clip.row["length"]), int(clip.row["onset"])
    if event <= clip.row["further"]:
        start = _start(clip.clip, onset, length, event)
        return [start, start + length - 1]
    # The third event of most is a filled-down formula: it begins before the second has ended.
    second = _start(clip.clip, onset, length, 1)
    return [second, second + 1] if event == 2 and clip.clip in _FURTHER else ["", ""]


def _micro(clip: PlannedClip) -> Sequence[str]:
    return () if clip.emotion == "non_micro" else (clip.emotion,)


def _all(clip: PlannedClip) -> Sequence[str]:
    return (clip.emotion,)


def _by_column(clip: PlannedClip) -> Sequence[str]:
    return ("negative",) if clip.clip == _MISLABELLED else _micro(clip)


def _events(clip: PlannedClip) -> Sequence[str]:
    return tuple(_micro(clip)) * (1 + int(clip.row["further"]))


def stand_in(camera: str) -> StandIn:
    """Describe the stand-in of one camera."""
    extended = (_EDITED, _ORIGINAL) if camera == "HS" else (_EXTENDED,)
    return StandIn(
        (_BASIC, *extended),
        clips_of(camera),
        workbooks_of(camera),
        grey=camera == "NIR",
        readings=(_micro, _all, _by_column, _events),
    )
