"""Known versions of the databases' annotations, recognised by what they hold."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mer.tasks import TASKS
from mer.tasks.base import ANY_DATABASE, ClassCounts

_TABLE = Path(__file__).with_name("versions.csv")
SUBJECTS = "subjects"
_VERIFIED = ("recounted", "derived", "published")


@dataclass(frozen=True)
class Version:
    """One version of a database's annotation.

    Attributes
    ----------
    name
        As we call it.
    counts
        Clips per emotion and subjects.
    verified
        Whether a copy must have these counts; those of a derivative copy, and of sets of which
        every user takes another part, only give a warning.
    defect
        Whether copies with these counts are known to lack something.
    """

    name: str
    counts: ClassCounts
    verified: bool
    defect: bool = False


@cache
def versions(dataset: str) -> tuple[Version, ...]:
    """List the known versions of a database."""
    return tuple(
        Version(name, _counts(_numbers(dataset, name, "")), status in _VERIFIED, status == "defect")
        for name, status in _rows_of(dataset).items()
    )


@cache
def task_versions(dataset: str, task: str) -> dict[str, ClassCounts]:
    """Return what each known version of a database gives under a task.

    Counts that were recounted are taken as they are; others follow from the version's labels, where
    the task goes by emotion.
    """
    found = {}
    for name in _rows_of(dataset):
        numbers = _numbers(dataset, name, task)
        if numbers:
            found[name] = _counts(numbers)
        else:
            mapped = _mapped(task, dataset, _numbers(dataset, name, ""))
            if mapped is not None:
                found[name] = mapped
    return found


def _mapped(task: str, dataset: str, numbers: dict[str, int]) -> ClassCounts | None:
    """Sum up labels by class; None if the task does not go by emotion or a label has no class."""
    chosen = TASKS.get(task)
    if chosen is None or chosen.by != "emotion":
        return None
    rule = chosen.rules.get(dataset) or chosen.rules.get(ANY_DATABASE)
    labels = {name: count for name, count in numbers.items() if name != SUBJECTS}
    if rule is None or not labels or not set(labels) <= set(rule.class_of()):
        return None
    classes = rule.class_of()
    summed: dict[str, int] = {}
    for label, count in labels.items():
        name = classes[label]
        if name is not None:
            summed[name] = summed.get(name, 0) + count
    return ClassCounts(summed, numbers.get(SUBJECTS) if len(labels) == len(summed) else None)


def closest(found: ClassCounts, known: tuple[Version, ...]) -> Version | None:
    """Return the version whose counts differ least; None if none is known."""

    def distance(version: Version) -> int:
        names = set(version.counts.classes) | set(found.classes)
        return sum(abs(version.counts.classes.get(n, 0) - found.classes.get(n, 0)) for n in names)

    return min(known, key=distance, default=None)


@cache
def _table() -> tuple[dict[str, str], ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _rows_of(dataset: str) -> dict[str, str]:
    """Status of every version of a database whose own counts are known."""
    return {r["version"]: r["status"] for r in _table() if r["dataset"] == dataset and not r["task"]}


def _numbers(dataset: str, version: str, task: str) -> dict[str, int]:
    key = (dataset, version, task)
    return {r["class"]: int(r["count"]) for r in _table() if (r["dataset"], r["version"], r["task"]) == key}


def _counts(numbers: dict[str, int]) -> ClassCounts:
    classes = {label: count for label, count in numbers.items() if label != SUBJECTS}
    return ClassCounts(classes, numbers.get(SUBJECTS))
