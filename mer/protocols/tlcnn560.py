"""The TLCNN paper's protocol: SMIC, CASME and CASME II together, four classes, five clip-level folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field

from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    Pooling,
    ProtocolParams,
    ProtocolSpec,
    require_databases,
)
from mer.protocols.grouping import k_folds
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts, LabelledSample, Task

_FOLDS = 5
# Clips before any is lost: the basic release of SMIC-HS, the readable copy of CASME, CASME II of 2014.
EXPECTED = Expected(
    "the complete databases",
    {
        "casme": ClassCounts({"positive": 10, "negative": 50, "surprise": 19, "others": 114}, 19),
        "casme2": ClassCounts({"positive": 32, "negative": 72, "surprise": 25, "others": 126}, 26),
        "smic_hs": ClassCounts({"positive": 51, "negative": 70, "surprise": 43}, 16),
    },
    folds=_FOLDS,
)


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

    @property
    def published(self) -> str:
        """Slug of the published numbers."""
        return "tlcnn560-tim32-mean"

    def notes(self) -> tuple[str, ...]:
        """Say that the paper's clips are not known."""
        return (
            "The paper used 560 of these clips, after failures of its landmark detector; which is not known",
        )

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect all clips of the three databases."""
        return (EXPECTED,)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        require_databases("tlcnn560", samples, tuple(EXPECTED.databases))
        return k_folds(samples, _FOLDS, by_person=False, stratified=False, seed=self.params.fold_seed)


SPEC = ProtocolSpec(
    name="tlcnn560",
    title="TLCNN five-fold",
    summary="SMIC-HS, CASME and CASME II together, four classes, five folds over clips.",
    params=Tlcnn560Params,
    build=Tlcnn560,
    metrics=("war", "uf1", "uar"),
)
