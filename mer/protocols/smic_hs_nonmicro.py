"""The VGGFace2+LSTM paper's protocol: SMIC-HS with non-micro clips, four classes, five folds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    Pooling,
    ProtocolParams,
    ProtocolSpec,
    Published,
    published_counts,
    require_databases,
)
from mer.protocols.grouping import k_folds
from mer.tasks import TASKS
from mer.tasks.base import LabelledSample, Task

_FOLDS = 5


class SmicHsNonmicroParams(ProtocolParams):
    """Settings of the protocol."""

    grouping: Literal["grouped_subject", "stratified_clip"] = Field(
        default="grouped_subject",
        description="'grouped_subject' keeps people apart, as the paper's sentence asks; 'stratified_clip' "
        "divides clips into folds of 65 or 66, as its figures show. Report both.",
    )
    fold_seed: int = Field(default=0, ge=0, description="Draws the folds; the paper does not give them.")


@dataclass(frozen=True)
class SmicHsNonmicro(EvaluationProtocol):
    """Five folds over SMIC-HS, micro and non-micro; the score is the mean of the folds.

    The paper (section 4) divides 328 clips "at subject level" into groups of 65 or 66; 16 subjects
    cannot be divided so, and its five confusion matrices all have supports 17/8/7/33, which five
    disjoint folds cannot have. Both readings are offered. The data set needs ``non_micro: true``.
    """

    params: SmicHsNonmicroParams
    pooling: ClassVar[Pooling] = "fold_mean"

    @property
    def task(self) -> Task:
        """Negative, positive, surprise, non-micro."""
        return TASKS["smic_nonmicro"]

    @property
    def subject_disjoint(self) -> bool:
        """Only where people are grouped."""
        return self.params.grouping == "grouped_subject"

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are."""
        return Published("smic-hs-4-subject5fold", 328)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Name the grouping."""
        return (f"Folds by grouping '{self.params.grouping}', seed {self.params.fold_seed}",)

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect the 328 clips."""
        return (published_counts("SMIC-HS with non-micro clips", self.task, ("smic_hs",), folds=_FOLDS),)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        require_databases("smic_hs_nonmicro", samples, ("smic_hs",))
        return k_folds(
            samples,
            _FOLDS,
            by_person=self.subject_disjoint,
            stratified=not self.subject_disjoint,
            seed=self.params.fold_seed,
        )


SPEC = ProtocolSpec(
    name="smic_hs_nonmicro",
    title="SMIC-HS with non-micro clips",
    summary="328 clips of SMIC-HS, four classes, five folds by subject or stratified by clip.",
    params=SmicHsNonmicroParams,
    build=SmicHsNonmicro,
    metrics=("war", "uf1", "uar"),
)
