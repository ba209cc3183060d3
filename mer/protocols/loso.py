"""Leave one subject out: one fold per person, trained on everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from mer.core.types import Fold
from mer.protocols.base import (
    THREE_CLASS,
    LabelledSample,
    ProtocolParams,
    ProtocolSpec,
    Task,
    leave_one_person_out,
)


class LosoParams(ProtocolParams):
    """Settings of leave-one-subject-out."""

    task: str = Field(
        default="three_class",
        pattern=r"^[a-z0-9][a-z0-9_]*$",
        description="Name of the task. 'three_class' expects the labels negative, positive and surprise; "
        "any other name goes with 'classes'.",
    )
    classes: dict[str, tuple[str, ...]] | None = Field(
        default=None, description="Labels of the data that make up each class, for a task of your own."
    )
    drop: tuple[str, ...] = Field(default=(), description="Labels whose clips are left out.")

    @model_validator(mode="after")
    def _complete_task(self) -> Self:
        if self.classes is None and self.task != THREE_CLASS.name:
            raise ValueError(f"task '{self.task}' needs 'classes'; the only ready-made task is 'three_class'")
        if self.classes is not None:
            if self.task == THREE_CLASS.name:
                raise ValueError("give the task a name of its own when 'classes' are given")
            labels = [label for group in self.classes.values() for label in group] + list(self.drop)
            if len(self.classes) < 2 or not all(self.classes.values()) or len(labels) != len(set(labels)):
                raise ValueError(
                    "'classes' needs at least two classes of at least one label each, "
                    "and each label once in 'classes' and 'drop' together"
                )
        return self


@dataclass(frozen=True)
class Loso:
    """One fold per person."""

    params: LosoParams

    @property
    def task(self) -> Task:
        """The classes that are told apart."""
        p = self.params
        return Task(p.task, p.classes if p.classes is not None else THREE_CLASS.classes, p.drop)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        return leave_one_person_out(samples)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say nothing: the protocol is defined on any samples."""
        return ()


SPEC = ProtocolSpec(
    name="loso",
    title="Leave one subject out",
    summary="One fold per person of the data sets it is given, scores pooled over folds.",
    params=LosoParams,
    build=Loso,
    subject_disjoint=True,
)
