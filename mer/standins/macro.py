"""Stand-ins of the macro-expression sets: stills at several times the displacement."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Literal

from mer.standins.plan import PlannedClip, StandIn
from mer.standins.roster import activations, person_key, spread

_SIX = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
_SEVEN = (*_SIX, "neutral")
_EIGHT = (*_SEVEN, "contempt")
_CKPLUS = {
    "anger": 45,
    "contempt": 18,
    "disgust": 59,
    "fear": 25,
    "happiness": 69,
    "sadness": 28,
    "surprise": 83,
}
_CKPLUS_CODES = {
    "anger": 1,
    "contempt": 2,
    "disgust": 3,
    "fear": 4,
    "happiness": 5,
    "sadness": 6,
    "surprise": 7,
}
_JAFFE = {
    "anger": 30,
    "disgust": 29,
    "fear": 32,
    "happiness": 31,
    "neutral": 30,
    "sadness": 31,
    "surprise": 30,
}
_WOMEN = ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM")
_SHORT = {"anger": "AN", "disgust": "DI", "fear": "FE", "happiness": "HA", "neutral": "NE", "sadness": "SA"}
_SHORT |= {"surprise": "SU"}
_RAFD = {"anger": "angry", "contempt": "contemptuous", "disgust": "disgusted", "fear": "fearful"}
_RAFD |= {"happiness": "happy", "neutral": "neutral", "sadness": "sad", "surprise": "surprised"}
_MMI_CODES = {"anger": 1, "disgust": 2, "fear": 3, "happiness": 4, "sadness": 5, "surprise": 6}


def _images(
    database: str,
    subject: str,
    clip: str,
    emotion: str,
    folder: str,
    files: Sequence[str],
    kind: Literal["still", "rising", "clip"] = "still",
    *,
    annotated: bool = True,
) -> PlannedClip:
    return PlannedClip(
        subject=subject,
        clip=clip,
        emotion=emotion,
        person=person_key(database, subject) + subject,
        folder=folder,
        files=tuple(files),
        onset=0,
        offset=max(2, len(files) - 1),
        fps=25,
        activations=activations(f"{database} {subject} {clip}", emotion),
        annotated=annotated,
        kind=kind,
        samples=_every_image(clip, files) if len(files) > 1 else {},
    )


def _every_image(sequence: str, files: Sequence[str]) -> dict[str, int]:
    """Name the images of a sequence as readers do, after the sequence and the file."""
    numbers = [name.rpartition(".")[0].removeprefix(f"{sequence}_") for name in files]
    return {f"{sequence}_{number}": position for position, number in enumerate(numbers)}


def _ckplus(version: str) -> list[PlannedClip]:
    """327 sequences with a label and some without, neutral to apex."""
    subjects = [f"S{number:03d}" for number in range(5, 128)]
    planned = []
    numbers: dict[str, int] = {}
    named = [*spread(_CKPLUS, subjects), *((subject, "neutral") for subject in subjects[:5])]
    for position, (subject, emotion) in enumerate(named):
        number = numbers[subject] = numbers.get(subject, 0) + 1
        sequence = f"{subject}_{number:03d}"
        files = [f"{sequence}_{frame:08d}.png" for frame in range(1, 9 + position % 5)]
        folder = f"cohn-kanade-images/{subject}/{number:03d}"
        labelled = emotion != "neutral"
        planned.append(
            _images("ckplus", subject, sequence, emotion, folder, files, "rising", annotated=labelled)
        )
    return planned


def _ckplus_texts(planned: Sequence[PlannedClip]) -> dict[str, str]:
    return {
        f"{clip.folder.replace('cohn-kanade-images', 'Emotion')}/{clip.files[-1][:-4]}_emotion.txt": (
            f"   {_CKPLUS_CODES[clip.emotion]}.0000000e+00\n"
        )
        for clip in planned
        if clip.annotated
    }


def _oulu(version: str) -> list[PlannedClip]:
    return [
        _images(
            "oulu_casia",
            f"P{subject:03d}",
            emotion.capitalize(),
            emotion,
            f"OriginalImg/VL/Strong/P{subject:03d}/{emotion.capitalize()}",
            [f"{frame:03d}.jpeg" for frame in range(6)],
            "rising",
        )
        for subject, emotion in product(range(1, 81), _SIX)
    ]


def _jaffe(version: str) -> Iterator[PlannedClip]:
    numbers: dict[tuple[str, str], int] = {}
    for serial, (woman, emotion) in enumerate(spread(_JAFFE, _WOMEN), start=1):
        number = numbers[woman, emotion] = numbers.get((woman, emotion), 0) + 1
        clip = f"{woman}.{_SHORT[emotion]}{number}.{serial}"
        yield _images("jaffe", woman, clip, emotion, "jaffe", [f"{clip}.tiff"])


def _mug(version: str) -> Iterator[PlannedClip]:
    for subject, emotion in product(range(1, 53), _SEVEN):
        folder = f"subjects3/{subject:03d}/{emotion}/take000"
        files = [f"img_{frame:04d}.jpg" for frame in range(9)]
        yield _images("mug", f"{subject:03d}", f"{emotion}_take000", emotion, folder, files, "clip")


def _kdef(version: str) -> Iterator[PlannedClip]:
    codes = {**_SHORT, "fear": "AF"}
    people = [f"{sex}{number:02d}" for sex in "FM" for number in range(1, 36)]
    for session, person, emotion in product("AB", people, _SEVEN):
        clip = f"{session}{person}{codes[emotion]}S"
        yield _images("kdef", person, clip, emotion, f"{session}{person}", [f"{clip}.JPG"])
    # Files that are misnamed in the distributed copy.
    for name, person in (("AF31V", "F31"), ("AM31H", "M31")):
        yield _images("kdef", person, name, "neutral", f"A{person}", [f"{name}.JPG"], annotated=False)


def _rafd(version: str) -> Iterator[PlannedClip]:
    for model, (emotion, word), gaze in product(range(1, 68), _RAFD.items(), ("left", "right", "frontal")):
        clip = f"Rafd090_{model:02d}_Caucasian_{'female' if model % 2 else 'male'}_{word}_{gaze}"
        yield _images("rafd", f"{model:02d}", clip, emotion, "RafD", [f"{clip}.jpg"])


def _tfeid(version: str) -> Iterator[PlannedClip]:
    for model, emotion in product(range(1, 41), _EIGHT):
        subject = f"{'f' if model % 2 else 'm'}{model:02d}"
        yield _images(
            "tfeid", subject, f"{subject}_{emotion}", emotion, f"high/{emotion}", [f"{subject}_{emotion}.jpg"]
        )


def _mmi(version: str) -> Iterator[PlannedClip]:
    for session, (subject, emotion) in enumerate(product(range(1, 76), _SIX), start=1):
        number = (session - 1) % len(_SIX) + 1
        clip = f"S{subject:03d}-{number:03d}"
        yield _images("mmi", f"S{subject:03d}", clip, emotion, f"Sessions/{session}", [f"{clip}.avi"])


def _mmi_texts(planned: Sequence[PlannedClip]) -> dict[str, str]:
    """One XML file per session with the label, beside the session's own, which has none."""
    texts = {}
    for clip in planned:
        mark = f'<Metatag Name="Emotion" Value="{_MMI_CODES[clip.emotion]}"/>'
        name = clip.files[0].removesuffix(".avi")
        texts[f"{clip.folder}/{name}.xml"] = f"<AnnotationOpFile>{mark}</AnnotationOpFile>\n"
        texts[f"{clip.folder}/session.xml"] = f'<Session sessionId="{clip.folder.split("/")[1]}"/>\n'
    return texts


def _three(clip: PlannedClip) -> Sequence[str]:
    """Read three images of a sequence, as readers do by default."""
    return (clip.emotion,) * 3


def _one(clip: PlannedClip) -> Sequence[str]:
    """Read a sequence as one clip."""
    return (clip.emotion,)


def _listed(make: Callable[[str], Iterator[PlannedClip]]) -> Callable[[str], list[PlannedClip]]:
    return lambda version: list(make(version))


STAND_INS: Mapping[str, StandIn] = {
    "ckplus": StandIn(("published",), _ckplus, texts=_ckplus_texts, readings=(_three, _one)),
    "oulu_casia": StandIn(("published",), _oulu, readings=(_three,)),
    "jaffe": StandIn(("published",), _listed(_jaffe), grey=True),
    "mug": StandIn(("published",), _listed(_mug), readings=(_three,)),
    "kdef": StandIn(("published",), _listed(_kdef)),
    "rafd": StandIn(("published",), _listed(_rafd)),
    "tfeid": StandIn(("published",), _listed(_tfeid)),
    "mmi": StandIn(("published",), _listed(_mmi), texts=_mmi_texts),
}
