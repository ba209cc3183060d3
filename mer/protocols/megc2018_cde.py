"""Composite database evaluation of MEGC 2018: objective classes I to V, 253 clips, 47 subjects."""

from collections.abc import Sequence

from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    ProtocolParams,
    ProtocolSpec,
    Published,
    leave_one_person_out,
    published_counts,
    require_databases,
)
from mer.tasks import TASKS
from mer.tasks.base import LabelledSample, Task

DATABASES = ("casme2", "samm")


class Megc2018CdeParams(ProtocolParams):
    """Settings of the composite."""


class Megc2018Cde(EvaluationProtocol):
    """One fold per person of CASME II and SAMM together (Yap et al. 2018, task B).

    The ResNet10 paper counts 20 SAMM subjects and 46 in all; its accuracies use all 68 clips, which
    are of 21 subjects, so there are 47 folds, as in the ELRCN paper.
    """

    @property
    def task(self) -> Task:
        """The objective classes I to V."""
        return TASKS["megc2018"]

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are."""
        return Published("cde2018", 253)

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect the 253 clips."""
        return (published_counts("the MEGC 2018 composite", self.task, DATABASES, folds=47),)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        require_databases("megc2018_cde", samples, DATABASES)
        return leave_one_person_out(samples)


SPEC = ProtocolSpec(
    name="megc2018_cde",
    title="MEGC 2018 composite",
    summary="CASME II and SAMM together, objective classes I to V, 253 clips, leave one of 47 subjects out.",
    params=Megc2018CdeParams,
    build=Megc2018Cde,
)
