"""Protocols on any task: a ready-made one, or one of the user's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from mer.annotations.versions import task_versions
from mer.protocols.base import EvaluationProtocol, Expected, ProtocolParams, by_database
from mer.tasks import TASKS
from mer.tasks.base import ANY_DATABASE, LabelledSample, Rule, Task


class ChosenTaskParams(ProtocolParams):
    """Settings of a protocol whose task is chosen."""

    task: str = Field(
        default="three_class",
        pattern=r"^[a-z0-9][a-z0-9_]*$",
        description=f"Name of the task: one of {', '.join(TASKS)}; any other name goes with 'classes'.",
    )
    classes: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="Labels of the data that make up each class, for a task of your own."
    )
    drop: tuple[str, ...] = Field(default=(), description="Labels whose clips are left out.")

    @model_validator(mode="after")
    def _complete_task(self) -> Self:
        if self.classes is None:
            if self.task not in TASKS:
                raise ValueError(
                    f"task '{self.task}' needs 'classes'; ready-made tasks are {', '.join(TASKS)}"
                )
            if self.drop:
                raise ValueError("'drop' goes with 'classes'; a ready-made task knows what it drops")
            return self
        if self.task in TASKS:
            raise ValueError("give the task a name of its own when 'classes' are given")
        labels = [label for group in self.classes.values() for label in group] + list(self.drop)
        if len(self.classes) < 2 or not all(self.classes.values()) or len(labels) != len(set(labels)):
            raise ValueError(
                "'classes' needs at least two classes of at least one label each, "
                "and each label once in 'classes' and 'drop' together"
            )
        return self


@dataclass(frozen=True)
class ChosenTaskProtocol(EvaluationProtocol):
    """A protocol whose task is chosen; expects what the known versions of a database give under it."""

    params: ChosenTaskParams

    @property
    def task(self) -> Task:
        """The classes that are told apart."""
        p = self.params
        if p.classes is None:
            return TASKS[p.task]
        return Task(p.task, tuple(p.classes), {ANY_DATABASE: Rule(p.classes, p.drop)})

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """List what the versions of the database give; nothing for several databases at once."""
        databases = list(by_database(samples))
        if len(databases) != 1:
            return ()
        known = task_versions(databases[0], self.task.name)
        return tuple(
            Expected(
                f"{databases[0]} {name}",
                {databases[0]: counts},
                self.n_folds(counts.subjects or 0, counts.clips),
            )
            for name, counts in known.items()
        )

    def n_folds(self, subjects: int, clips: int) -> int:
        """Count the folds that numbers of subjects and clips give."""
        return subjects
