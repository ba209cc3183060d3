"""What a protocol must give: a task, folds, and the checks that keep them honest."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import Field

from mer.core.errors import DataError, LeakageError, listed
from mer.core.parameters import Params
from mer.core.types import Fold, Sample, Source


@dataclass(frozen=True)
class Task:
    """Which classes are told apart, and which emotions belong to each.

    Attributes
    ----------
    name
        Name in tables and prediction files.
    classes
        For each class, in the order of score columns, the emotions that it holds.
    dropped
        Emotions whose samples take no part.
    """

    name: str
    classes: Mapping[str, tuple[str, ...]]
    dropped: tuple[str, ...] = ()

    def label(self, samples: Sequence[Sample]) -> tuple["LabelledSample", ...]:
        """Give every sample its class, leaving out the dropped ones.

        Raises
        ------
        DataError
            If an emotion belongs to no class and is not dropped, naming each with its count.
        """
        class_of = {emotion: name for name, emotions in self.classes.items() for emotion in emotions}
        unknown = Counter(
            s.emotion for s in samples if s.emotion not in class_of and s.emotion not in self.dropped
        )
        if unknown:
            problems = [f"'{emotion}' ({count} clips)" for emotion, count in sorted(unknown.items())]
            known = ", ".join(sorted({*class_of, *self.dropped}))
            raise DataError(
                listed(
                    f"Task '{self.name}' knows the labels {known}. "
                    "Give 'classes' (and 'drop') in the protocol's settings to map these:",
                    problems,
                )
            )
        return tuple(LabelledSample(s, class_of[s.emotion]) for s in samples if s.emotion in class_of)


THREE_CLASS = Task("three_class", {name: (name,) for name in ("negative", "positive", "surprise")})


@dataclass(frozen=True)
class LabelledSample:
    """A sample and its class in a task."""

    sample: Sample
    label: str


class ProtocolParams(Params):
    """Settings that every protocol has."""

    datasets: tuple[str, ...] = Field(
        min_length=1, description="Data sets that take part, by their names here."
    )


class EvaluationProtocol(Protocol):
    """How samples are divided into training and test."""

    @property
    def task(self) -> Task:
        """The classes that are told apart."""
        ...

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order.

        Raises
        ------
        DataError
            If they are not what the protocol is defined on.
        """
        ...

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say what tables must tell about these samples; nothing if they are as published."""
        ...


@dataclass(frozen=True)
class ProtocolSpec:
    """Everything the catalogue knows about a protocol.

    Attributes
    ----------
    name
        The module's name and the key in configurations.
    title
        As printed in tables.
    summary
        One line for listings.
    params
        Model of its settings.
    build
        Makes it from its settings.
    subject_disjoint
        Whether no person is on both sides of a fold; checked when folds are made.
    published
        Protocol slug of the published numbers it can be compared with.
    """

    name: str
    title: str
    summary: str
    params: type[ProtocolParams]
    build: Callable[[Any], EvaluationProtocol]
    subject_disjoint: bool
    published: str | None = None


def leave_one_person_out(samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
    """Make one fold per person, trained on all others.

    Raises
    ------
    DataError
        If there are fewer than two persons.
    """
    by_person = defaultdict(list)
    for labelled in sorted(samples, key=lambda labelled: labelled.sample.sample_id):
        by_person[labelled.sample.person].append(labelled.sample.sample_id)
    if len(by_person) < 2:
        raise DataError(f"Leaving one subject out needs at least two subjects, found {len(by_person)}.")
    return tuple(
        Fold(
            name=person,
            train=tuple(sorted(i for other, ids in by_person.items() if other != person for i in ids)),
            test=tuple(ids),
        )
        for person, ids in sorted(by_person.items())
    )


def check_folds(samples: Sequence[Sample], folds: Sequence[Fold], *, subject_disjoint: bool) -> None:
    """Check that every sample is tested once and that no fold leaks.

    Raises
    ------
    LeakageError
        If a clip, or under a subject-disjoint protocol a person, is on both sides of a fold.
    DataError
        If a sample is tested in no fold or in several, or a fold has an empty side.
    """
    person = {sample.sample_id: sample.person for sample in samples}
    _refuse_leaks(person, folds, subject_disjoint=subject_disjoint)
    empty = [fold.name for fold in folds if not fold.train or not fold.test]
    if empty:
        raise DataError(listed("Folds without training or test samples:", empty))
    tested = Counter(sample_id for fold in folds for sample_id in fold.test)
    problems = [f"subject {name} is in the test set of no fold" for name in _untested(person, tested)]
    problems += [f"{sample_id} is tested {n} times" for sample_id, n in sorted(tested.items()) if n > 1]
    problems += [f"{sample_id} is tested but unknown" for sample_id in sorted(set(tested) - set(person))]
    missing = sorted(set(person) - set(tested))
    if problems or missing:
        problems = problems or [f"{sample_id} is in the test set of no fold" for sample_id in missing]
        raise DataError(listed("Every sample must be tested in exactly one fold:", problems))


def _refuse_leaks(person: Mapping[str, str], folds: Sequence[Fold], *, subject_disjoint: bool) -> None:
    problems = []
    for fold in folds:
        clips = sorted(set(fold.train) & set(fold.test))
        problems += [f"fold '{fold.name}' has {clip} in both train and test" for clip in clips]
        if subject_disjoint:
            both = {person.get(i) for i in fold.train} & {person.get(i) for i in fold.test}
            problems += [
                f"fold '{fold.name}' has {name} in both train and test" for name in sorted(map(str, both))
            ]
    if problems:
        raise LeakageError(listed("The folds leak:", problems))


def _untested(person: Mapping[str, str], tested: Mapping[str, int]) -> list[str]:
    """List persons of whom no sample is tested."""
    return sorted(set(person.values()) - {person[sample_id] for sample_id in tested if sample_id in person})


def only_source(samples: Sequence[Sample]) -> Source:
    """Return the source that all samples share.

    Raises
    ------
    DataError
        If real and stand-in samples are mixed.
    """
    by_source = defaultdict(set)
    for sample in samples:
        by_source[sample.source].add(sample.dataset)
    if len(by_source) > 1:
        names = "; ".join(
            f"{source}: {', '.join(sorted(sets))}" for source, sets in sorted(by_source.items())
        )
        raise DataError(
            f"Real and stand-in clips cannot meet in one protocol ({names}). Make two protocols of them."
        )
    return next(iter(by_source))
