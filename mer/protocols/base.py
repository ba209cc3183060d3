"""What a protocol must give: a task, folds, and what it is defined on."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from mer.annotations.versions import task_versions
from mer.core.errors import DataError, listed
from mer.core.parameters import Params
from mer.core.types import Fold
from mer.tasks.base import ClassCounts, LabelledSample, Task

Pooling = Literal["pooled", "fold_mean"]


class ProtocolParams(Params):
    """Settings that every protocol has."""

    datasets: tuple[str, ...] = Field(
        min_length=1, description="Data sets that take part, by their names here."
    )
    allow_partial: bool = Field(
        default=False,
        description="Accept clips that are not those the protocol is defined on; every table then says so.",
    )


@dataclass(frozen=True)
class Expected:
    """What a protocol is defined on.

    Attributes
    ----------
    name
        Which list of clips, or which version of a database, these are the counts of.
    databases
        Clips per class and subjects of each database.
    folds
        Number of folds; 0 where it is not known.
    """

    name: str
    databases: Mapping[str, ClassCounts]
    folds: int

    @property
    def clips(self) -> int:
        """Number of clips."""
        return sum(counts.clips for counts in self.databases.values())

    def differences(self, samples: Sequence[LabelledSample]) -> list[str]:
        """List how samples differ, per database, class and for the subjects."""
        found = count_classes(samples)
        names = list(dict.fromkeys([*self.databases, *found]))
        return [
            f"{name} {difference}"
            for name in names
            for difference in found.get(name, ClassCounts({}, 0)).differences(
                self.databases.get(name, ClassCounts({}, 0))
            )
        ]


@dataclass(frozen=True)
class Published:
    """Where the published numbers of a protocol are.

    Attributes
    ----------
    slug
        Name of the protocol in the table of published numbers.
    clips
        Number of clips they were measured on; None if the paper does not say.
    """

    slug: str
    clips: int | None = None


@dataclass(frozen=True)
class EvaluationProtocol(ABC):
    """How samples are divided into training and test.

    Attributes
    ----------
    params
        Its settings.
    pooling
        Whether scores come from the predictions of all folds together, or are the mean of the
        folds' scores.
    """

    params: Any
    pooling: ClassVar[Pooling] = "pooled"

    @property
    @abstractmethod
    def task(self) -> Task:
        """The classes that are told apart."""

    @property
    def subject_disjoint(self) -> bool:
        """Whether no person is on both sides of a fold."""
        return True

    def published(self, databases: Sequence[str]) -> Published | None:
        """Return where published numbers on these databases are; None if there are none."""
        return None

    @abstractmethod
    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order.

        Raises
        ------
        DataError
            If they are not what the protocol is defined on.
        """

    def select(self, samples: Sequence[LabelledSample]) -> tuple[LabelledSample, ...]:
        """Choose the samples that take part, from those that the task labels."""
        return tuple(samples)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say what tables must tell: settings that make another protocol of it, and other doubts."""
        return ()

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """List the sets of clips that the protocol is defined on; none if it is on any."""
        return ()

    def times_tested(self, samples: Sequence[LabelledSample]) -> dict[str, int]:
        """Say how often each sample must be tested."""
        return {one.sample.sample_id: 1 for one in samples}


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
    metrics
        Scores that it reports.
    """

    name: str
    title: str
    summary: str
    params: type[ProtocolParams]
    build: Callable[[Any], EvaluationProtocol]
    metrics: tuple[str, ...] = ("uf1", "uar", "war")


def published_counts(name: str, task: Task, databases: Sequence[str], *, folds: int) -> Expected:
    """Return what the first version of each database that has all classes of a task gives under it."""
    complete = {
        database: next(
            counts
            for counts in task_versions(database, task.name).values()
            if set(counts.classes) == set(task.classes)
        )
        for database in databases
    }
    return Expected(name, complete, folds)


def count_classes(samples: Sequence[LabelledSample]) -> dict[str, ClassCounts]:
    """Count clips per class and people, for each database."""
    clips: dict[str, Counter[str]] = defaultdict(Counter)
    people = defaultdict(set)
    for one in samples:
        clips[one.sample.database][one.label] += 1
        people[one.sample.database].add(one.sample.person)
    return {name: ClassCounts(dict(clips[name]), len(people[name])) for name in sorted(clips)}


def by_database(samples: Sequence[LabelledSample]) -> dict[str, list[LabelledSample]]:
    """Group samples by their database, each group by name of the sample."""
    groups = defaultdict(list)
    for one in sorted(samples, key=lambda one: one.sample.sample_id):
        groups[one.sample.database].append(one)
    return dict(sorted(groups.items()))


def require_databases(name: str, samples: Sequence[LabelledSample], databases: Sequence[str]) -> None:
    """Refuse samples of other databases than a protocol is defined on.

    Raises
    ------
    DataError
        Naming those that are expected and those that are there.
    """
    found = {one.sample.database for one in samples}
    if found != set(databases):
        raise DataError(
            f"{name} is defined on the databases {', '.join(databases)}, "
            f"found {', '.join(sorted(found)) or 'no clips'}. Their keys must be these."
        )


def leave_one_out(
    samples: Sequence[LabelledSample], group: Callable[[LabelledSample], str]
) -> tuple[Fold, ...]:
    """Make one fold per group of samples, trained on all others.

    Raises
    ------
    DataError
        If there are fewer than two groups.
    """
    groups = defaultdict(list)
    for one in sorted(samples, key=lambda one: one.sample.sample_id):
        groups[group(one)].append(one.sample.sample_id)
    if len(groups) < 2:
        raise DataError(f"Leaving one out needs at least two to choose from, found {len(groups)}.")
    return folds_of_groups(dict(sorted(groups.items())))


def leave_one_person_out(samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
    """Make one fold per person, trained on all others.

    Raises
    ------
    DataError
        If there are fewer than two persons.
    """
    return leave_one_out(samples, lambda one: one.sample.person)


def folds_of_groups(groups: Mapping[str, Sequence[str]]) -> tuple[Fold, ...]:
    """Make one fold per group of sample ids: it is tested, the others train."""
    everything = [sample_id for ids in groups.values() for sample_id in ids]
    return tuple(
        Fold(name, tuple(sorted(set(everything) - set(ids))), tuple(sorted(ids)))
        for name, ids in groups.items()
    )


def require_expected(
    protocol: EvaluationProtocol, samples: Sequence[LabelledSample], *, real: bool
) -> tuple[str, ...]:
    """Compare samples with the sets of clips that a protocol is defined on.

    Returns
    -------
    tuple of str
        What tables must say: that these are not the published clips, if so.

    Raises
    ------
    DataError
        If real clips match none and a partial copy is not allowed: the differences to the closest.
    """
    alternatives = protocol.expected(samples)
    differences = {one.name: one.differences(samples) for one in alternatives}
    if not alternatives or not all(differences.values()):
        return ()
    closest = min(alternatives, key=lambda one: len(differences[one.name]))
    if real and not protocol.params.allow_partial:
        raise DataError(
            listed(
                f"the clips are not the {closest.clips} of {closest.name}. Complete the copy, or set "
                "'allow_partial: true' to go on with what is there, marked in every table.",
                differences[closest.name],
            )
        )
    return (f"Not the {closest.clips} clips of {closest.name} but {len(samples)}, so not comparable with it",)
