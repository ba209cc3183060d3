"""Who is in a database: published numbers of clips per subject and class, clip lengths, faces' moves."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from mer.annotations.values import objective_class_of
from mer.core.digests import digest
from mer.core.seeds import stream
from mer.synthetic.action_units import Activation
from mer.tasks import ROMAN
from mer.tasks.megc2019_list import listed_clips

_TABLE = Path(__file__).with_name("counts.csv")
# Action units of each label, after the databases' codings and the emotional FACS.
_UNITS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "negative": (("au4",), ("au4", "au7"), ("au9",), ("au10",), ("au15",)),
        "positive": (("au12",), ("au6", "au12"), ("au12", "au25")),
        "surprise": (("au1", "au2"), ("au1", "au2", "au25"), ("au1", "au2", "au5"), ("au2",)),
        "anger": (("au4",), ("au4", "au7"), ("au4", "au5"), ("au17", "au24")),
        "contempt": (("au14",), ("au14", "au17")),
        "disgust": (("au9",), ("au10",), ("au4", "au9"), ("au4", "au7", "au9"), ("au4", "au7")),
        "fear": (("au1", "au2", "au4"), ("au20",), ("au1", "au4")),
        "happiness": (("au12",), ("au6", "au12"), ("au6",), ("au7", "au12")),
        "sadness": (("au15",), ("au1",), ("au1", "au4"), ("au15", "au17")),
        "repression": (("au15",), ("au15", "au17"), ("au14",), ("au17",)),
        "tense": (("au24",), ("au4",), ("au17",)),
        "others": (("au4",), ("au14",), ("au4", "au7"), ("au17",), ("au24",)),
        "other": (("au4",), ("au14",), ("au4", "au7"), ("au17",), ("au24",)),
        "micro": (("au4",), ("au12",), ("au1", "au2"), ("au14",)),
        "neutral": ((),),
        "non_micro": ((),),
    }
)
# Objective classes that a label's units mostly fall into, first choice first.
_CLASSES = MappingProxyType(
    {
        "happiness": ("I",),
        "surprise": ("II",),
        "disgust": ("IV", "III"),
        "anger": ("III",),
        "sadness": ("V",),
        "fear": ("VI", "V"),
        "contempt": ("VII",),
        "repression": ("V", "VII"),
        "others": ("III", "VII"),
        "other": ("III", "VII"),
    }
)
_SIDES = ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 0.2), (0.2, 1.0))


@cache
def published(table: str) -> Mapping[str, Mapping[str, int]]:
    """Return clips per class of every subject, by the name of the table of counts."""
    found: dict[str, dict[str, int]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["table"] == table:
                found.setdefault(row["subject"], {})[row["label"]] = int(row["count"])
    return found


def published_digest() -> str:
    """Digest the table of published numbers."""
    return digest(_TABLE.read_text(encoding="utf-8"))


def spread(classes: Mapping[str, int], subjects: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Deal clips of every class out to subjects in turn: subject and label of each."""
    number = 0
    for label, count in classes.items():
        for _ in range(count):
            yield subjects[number % len(subjects)], label
            number += 1


def lengths(key: str, n: int, low: int, high: int, mean: float) -> list[int]:
    """Draw lengths of clips in frames, between two bounds and around a mean."""
    share = (mean - low) / (high - low)
    drawn = stream("stand-in lengths", 0, key).beta(4 * share, 4 * (1 - share), n)
    return [round(low + (high - low) * float(one)) for one in drawn]


def activations(key: str, label: str, objective: str = "") -> tuple[Activation, ...]:
    """Draw the action units of a clip, of its objective class where the label has such a set."""
    rng = stream("stand-in units", 0, key)
    sets = _UNITS[label.split("+")[0]]
    fitting = [units for units in sets if objective_class_of(units) == objective] or list(sets)
    left, right = _SIDES[rng.integers(len(_SIDES))]
    return tuple(Activation(unit, left, right) for unit in fitting[rng.integers(len(fitting))])


def units_text(moves: Sequence[Activation]) -> str:
    """Write action units as annotations do: ``4+L12``; the face's left is the image's right."""
    sides = {(1.0, 0.2): "R", (0.2, 1.0): "L"}
    return "+".join(sides.get((m.left, m.right), "") + m.unit.removeprefix("au") for m in moves)


def marks_of(onset: int, length: int, *name: str) -> tuple[int, int, int]:
    """Mark onset, apex and offset of a clip; the apex lies from 35 % to 65 % of it, as the face moves."""
    share = stream("stand-in apex", 0, *name).uniform(0.35, 0.65)
    return onset, onset + max(1, round((length - 1) * share)), onset + length - 1


def deal_classes(labels: Sequence[str], objective: Mapping[str, int]) -> list[str]:
    """Give each of a subject's clips an objective class, so that every class gets its number.

    Labels take the class that their action units mostly fall into, as long as there is one left.
    """
    left = [name for name, count in objective.items() for _ in range(count)]
    given = [""] * len(labels)
    for choice in range(2):
        for position, label in enumerate(labels):
            wanted = _CLASSES.get(label, ())[choice : choice + 1]
            if not given[position] and wanted and wanted[0] in left:
                given[position] = wanted[0]
                left.remove(wanted[0])
    for position in range(len(labels)):
        if not given[position]:
            given[position] = left.pop(0)
    return given


def person_key(database: str, subject: str) -> str:
    """Name a person across cameras and releases: ``smic:11``, ``samm:006``."""
    return f"{database}:{re.sub(r'[^0-9]', '', subject)}"


def relabel(
    listed: Sequence[tuple[str, str]], left: dict[str, int], labels: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """Give a subject's listed clips a label of their class, and take it from those that are left."""
    for clip, name in listed:
        emotion = next(label for label in labels[name] if left.get(label))
        left[emotion] -= 1
        yield clip, emotion


def named_clips(
    database: str,
    of_subject: Callable[[str, dict[str, int], Sequence[tuple[str, str]]], Iterator[tuple[str, str]]],
    prefix: str = "",
) -> Iterator[tuple[str, str, str, str]]:
    """Name all clips of a database with objective classes: subject, clip, label and class.

    ``of_subject`` names the clips of one subject, given the published numbers of its labels and its
    clips in the organisers' list.
    """
    listed = listed_clips(database)
    for number, counts in published(f"{database}_emotion").items():
        subject = f"{prefix}{number}"
        labelled = list(of_subject(subject, dict(counts), listed.get(subject, [])))
        classes = {ROMAN[int(c) - 1]: n for c, n in published(f"{database}_objective")[number].items()}
        given = deal_classes([emotion.casefold() for _, emotion in labelled], classes)
        for (clip, emotion), objective in zip(labelled, given, strict=True):
            yield subject, clip, emotion, objective


def unused(names: set[str], pattern: str, numbers: Iterator[int]) -> str:
    """Return the first name of a pattern that is not taken, and take it."""
    for number in numbers:
        name = pattern.format(number, number % 10 + 1)
        if name not in names:
            names.add(name)
            return name
    raise AssertionError("an endless iterator ended")
