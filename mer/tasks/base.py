"""What a task is: classes, and which labels of which database belong to each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mer.core.errors import DataError, listed
from mer.core.types import Sample

ANY_DATABASE = "*"


@dataclass(frozen=True)
class Rule:
    """How the labels of one database become classes.

    Attributes
    ----------
    classes
        For each class the labels that it holds.
    dropped
        Labels whose clips take no part.
    """

    classes: Mapping[str, tuple[str, ...]]
    dropped: tuple[str, ...] = ()

    def class_of(self) -> dict[str, str | None]:
        """Map every known label to its class, or to None if it is dropped."""
        mapped: dict[str, str | None] = dict.fromkeys(self.dropped)
        mapped.update({label: name for name, labels in self.classes.items() for label in labels})
        return mapped


@dataclass(frozen=True)
class Task:
    """Which classes are told apart, and which labels belong to each.

    The mapping belongs to the task, not to the database: ``repression`` is negative in MEGC 2019,
    one of the others in the four-class task of CASME II, and dropped in CDMER.

    Attributes
    ----------
    name
        Name in tables and prediction files.
    classes
        K class names, in the order of score columns.
    rules
        Rule of each database by its key, or one under ``*`` for all.
    macro_rules
        Rule of each set of macro-expressions by its key: of clips that are learned from beside those of the
        task, and never among these.
    by
        Which label of a clip counts: ``emotion`` or ``objective_class``.
    source
        Where the mapping comes from.
    """

    name: str
    classes: tuple[str, ...]
    rules: Mapping[str, Rule]
    macro_rules: Mapping[str, Rule] = field(default_factory=dict)
    by: Literal["emotion", "objective_class"] = "emotion"
    source: str = ""

    def label(self, samples: Sequence[Sample]) -> tuple["LabelledSample", ...]:
        """Give every sample its class, leaving out the dropped ones.

        Raises
        ------
        DataError
            If a database has no rule or a label no class, naming each with its count.
        """
        labelled = []
        unknown: Counter[tuple[str, str]] = Counter()
        without = set(self.without_label(samples))
        for sample in samples:
            mapped = _class_of(self.rules, sample.database)
            label = getattr(sample, self.by)
            if sample.sample_id in without:
                continue
            if label not in mapped:
                unknown[sample.database, label] += 1
                continue
            name = mapped[label]
            if name is not None:
                labelled.append(LabelledSample(sample, name))
        if unknown:
            problems = [f"{db}: '{label}' ({n} clips)" for (db, label), n in sorted(unknown.items())]
            blank = any(not label for _, label in unknown)
            remedy = (
                "Clips without a label have none in the annotation that was read; objective classes of "
                "CASME II are in CASME2-ObjectiveClasses.xlsx, which belongs beside the coding:"
                if blank
                else "Choose another task, or give 'classes' (and 'drop') in the protocol's settings:"
            )
            raise DataError(listed(f"Task '{self.name}' has no class for these labels. {remedy}", problems))
        return tuple(labelled)

    def label_macro(self, samples: Sequence[Sample]) -> tuple["LabelledSample", ...]:
        """Give their class to the macro-expressions that have one, leaving out all others."""
        rules = {**self.rules, **self.macro_rules}
        found = [(one, _class_of(rules, one.database).get(getattr(one, self.by))) for one in samples]
        return tuple(LabelledSample(sample, name) for sample, name in found if name is not None)

    def without_label(self, samples: Sequence[Sample]) -> tuple[str, ...]:
        """Name the samples that have no label in a database where others have one: they are left out."""
        labelled = {sample.database for sample in samples if getattr(sample, self.by)}
        return tuple(
            sample.sample_id
            for sample in samples
            if sample.database in labelled and not getattr(sample, self.by)
        )


def _class_of(rules: Mapping[str, Rule], database: str) -> Mapping[str, str | None]:
    """Map every known label of a database to its class, or to None if it is dropped."""
    rule = rules.get(database) or rules.get(ANY_DATABASE)
    return {} if rule is None else rule.class_of()


@dataclass(frozen=True)
class LabelledSample:
    """A sample and its class in a task."""

    sample: Sample
    label: str


@dataclass(frozen=True)
class ClassCounts:
    """Numbers of clips per class and of subjects.

    Attributes
    ----------
    classes
        Clips per class.
    subjects
        Number of subjects; None where it is not stated.
    """

    classes: Mapping[str, int] = field(default_factory=dict)
    subjects: int | None = None

    @property
    def clips(self) -> int:
        """Number of clips."""
        return sum(self.classes.values())

    def differences(self, expected: "ClassCounts") -> list[str]:
        """List how these counts differ from expected ones, per class and for the subjects."""
        names = list(dict.fromkeys([*expected.classes, *self.classes]))
        pairs = [(name, expected.classes.get(name, 0), self.classes.get(name, 0)) for name in names]
        if expected.subjects is not None and self.subjects is not None:
            pairs.append(("subjects", expected.subjects, self.subjects))
        return [f"{name}: expected {a}, found {b}" for name, a, b in pairs if a != b]
