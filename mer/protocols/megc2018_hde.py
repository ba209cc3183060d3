"""Holdout database evaluation of MEGC 2018: train on CASME II and test on SAMM, and the reverse."""

from collections.abc import Sequence
from typing import ClassVar

from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    Pooling,
    ProtocolParams,
    ProtocolSpec,
    Published,
    leave_one_out,
    published_counts,
    require_databases,
)
from mer.tasks import TASKS
from mer.tasks.base import LabelledSample, Task

DATABASES = ("casme2", "samm")


class Megc2018HdeParams(ProtocolParams):
    """Settings of the holdout."""


class Megc2018Hde(EvaluationProtocol):
    """Two folds, one per database; the overall score is the mean of both (Yap et al. 2018, task A)."""

    pooling: ClassVar[Pooling] = "fold_mean"

    @property
    def task(self) -> Task:
        """The objective classes I to V."""
        return TASKS["megc2018"]

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are."""
        return Published("hde2018-mean", 253)

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect 185 and 68 clips."""
        return (published_counts("the MEGC 2018 databases", self.task, DATABASES, folds=2),)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        require_databases("megc2018_hde", samples, DATABASES)
        return leave_one_out(samples, lambda one: one.sample.database)


SPEC = ProtocolSpec(
    name="megc2018_hde",
    title="MEGC 2018 holdout",
    summary="Train on CASME II, test on SAMM, and the reverse; objective classes I to V, mean of both folds.",
    params=Megc2018HdeParams,
    build=Megc2018Hde,
    metrics=("war", "uar"),
)
