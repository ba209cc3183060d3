"""The TLCNN paper's protocol: SMIC, CASME and CASME II together, four classes, five clip-level folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from mer.annotations.versions import task_versions
from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    Pooling,
    ProtocolParams,
    ProtocolSpec,
    Published,
    count_classes,
    require_databases,
)
from mer.protocols.grouping import k_folds
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts, LabelledSample, Task

_FOLDS = 5
DATABASES = ("casme", "casme2", "smic_hs")


class Tlcnn560Params(ProtocolParams):
    """Settings of the TLCNN protocol."""

    fold_seed: int = Field(default=0, ge=0, description="Draws the folds; the paper does not give them.")


@dataclass(frozen=True)
class Tlcnn560(EvaluationProtocol):
    """Five folds over clips, so a tested person also trains; the score is the mean of the folds.

    The paper (section 4.1) keeps 560 of 606 clips, those in which its landmark detector found the
    face, and does not list them; its class counts add up to 559. All clips take part here. It also
    reports the best iteration on the test part, which is an oracle and not what is computed here.
    """

    params: Tlcnn560Params
    pooling: ClassVar[Pooling] = "fold_mean"

    @property
    def task(self) -> Task:
        """Positive, negative, surprise, others."""
        return TASKS["tlcnn_4"]

    @property
    def subject_disjoint(self) -> bool:
        """No: clips are divided, not people."""
        return False

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are."""
        return Published("tlcnn560-tim32-mean", 560)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say that the paper's clips are not known."""
        return (
            "The paper used 560 of these clips, after failures of its landmark detector; which is not known",
        )

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect all clips of SMIC-HS and CASME II; copies of CASME differ and are taken as they are."""
        found = count_classes(samples)
        return tuple(
            Expected(
                f"SMIC-HS, CASME and CASME II ({name})",
                {
                    "casme": found.get("casme", ClassCounts({}, 0)),
                    "casme2": counts,
                    "smic_hs": task_versions("smic_hs", self.task.name)["basic"],
                },
                _FOLDS,
            )
            for name, counts in task_versions("casme2", self.task.name).items()
        )

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        require_databases("tlcnn560", samples, DATABASES)
        return k_folds(samples, _FOLDS, by_person=False, stratified=False, seed=self.params.fold_seed)


SPEC = ProtocolSpec(
    name="tlcnn560",
    title="TLCNN five-fold",
    summary="SMIC-HS, CASME and CASME II together, four classes, five folds over clips.",
    params=Tlcnn560Params,
    build=Tlcnn560,
    metrics=("war", "uf1", "uar"),
)
