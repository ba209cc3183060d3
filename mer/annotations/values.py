"""Cells of annotation tables: frame numbers, labels, action units; every coercion is noted."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mer.tasks import ROMAN

# Spellings in circulation, and the word that they stand for.
_LABELS = {
    "comtempt": "contempt",
    "happyiness": "happiness",
    "happy": "happiness",
    "sad": "sadness",
    "other": "others",
    "suprise": "surprise",
    "disgusted": "disgust",
    "angry": "anger",
    "negtive": "negative",
}
_SIDES = {"l": "left", "r": "right", "t": "top", "a": "", "": ""}


@dataclass
class Notes:
    """What was read otherwise than it stands in the file, counted and with one example each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, place: str) -> None:
        """Note one coercion."""
        self.counts[what] += 1
        self.examples.setdefault(what, place)

    def warnings(self) -> tuple[str, ...]:
        """Say what was noted, most frequent first."""
        return tuple(
            f"{what}: {count} times, for example {self.examples[what]}"
            for what, count in self.counts.most_common()
        )


def frame(cell: str, column: str, place: str, notes: Notes) -> int | None:
    r"""Read a frame number; None, with a note, for anything that is none.

    Databases write ``/``, ``\``, ``?``, ``-1``, text or nothing where a frame is not annotated.
    """
    text = cell.strip()
    if re.fullmatch(r"\d+(\.0*)?", text):
        return int(float(text))
    notes.add(f"{column} '{text}' read as not annotated", place)
    return None


def label(cell: str, notes: Notes, place: str, *, other: str = "others") -> str:
    """Read an emotion: small letters, one spelling.

    Parameters
    ----------
    cell
        As it stands in the file.
    notes, place
        Where to note a spelling that was changed.
    other
        What the database calls the class of all others.
    """
    text = re.sub(r"\s+", " ", cell.strip()).casefold()
    known = _LABELS.get(text, text)
    known = other if known == "others" else known
    if text not in (known, other):
        notes.add(f"label '{cell.strip()}' read as '{known}'", place)
    return known


def objective_class(cell: str) -> str:
    """Read an objective class, a Roman number or a digit; blank if it is none of I to VII."""
    text = cell.strip().upper()
    if text.isdigit() and 1 <= int(text) <= len(ROMAN):
        return ROMAN[int(text) - 1]
    return text if text in ROMAN else ""


def action_units(cell: str) -> tuple[str, ...]:
    """Read action units in any of the databases' notations.

    Intensities (``4B``) are dropped, sides are kept, alternatives (``L12 or L14``) are all listed.

    Examples
    --------
    >>> action_units("4+L10"), action_units("(R6 or R12)+R15"), action_units("?")
    (('au4', 'au10_left'), ('au6_right', 'au12_right', 'au15_right'), ())
    """
    units = []
    alone = re.sub("or", " ", cell, flags=re.IGNORECASE)
    for side, number in _UNIT.findall(alone):
        name = _SIDES[side.lower()]
        units.append(f"au{int(number)}_{name}" if name else f"au{int(number)}")
    return tuple(dict.fromkeys(units))


# A unit: a side, perhaps the letters AU, a number of its own.
_UNIT = re.compile(r"(?<![A-Za-z0-9])(?:AU)?([LRAT]?)\s?(?:AU)?(\d{1,2})(?!\d)", re.IGNORECASE)
_CLASS_OF_UNITS = {
    "I": ("6", "12", "6+12", "6+7+12", "7+12"),
    "II": ("1+2", "5", "25", "1+2+25", "25+26", "5+24"),
    "III": ("23", "4", "4+7", "4+5", "4+5+7", "17+24", "4+6+7", "4+38"),
    "IV": ("10", "9", "4+9", "4+40", "4+5+40", "4+7+9", "4+9+17", "4+7+10", "4+5+7+9", "7+10"),
    "V": ("1", "15", "1+4", "6+15", "15+17"),
    "VI": ("1+2+4", "20"),
}
_OBJECTIVE: Mapping[frozenset[int], str] = {
    frozenset(map(int, units.split("+"))): name for name, sets in _CLASS_OF_UNITS.items() for units in sets
}


def objective_class_of(units: tuple[str, ...]) -> str:
    """Derive the objective class from action units (Davison et al. 2018).

    The published classes differ from this rule for a few clips: they are read from the files, and
    the rule is a check only.

    Examples
    --------
    >>> objective_class_of(("au12_left",)), objective_class_of(("au1", "au2")), objective_class_of(("au14",))
    ('I', 'II', 'VII')
    """
    numbers = frozenset(int(re.findall(r"\d+", unit)[0]) for unit in units)
    return _OBJECTIVE.get(numbers, "VII")
