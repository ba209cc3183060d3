"""K-fold cross-validation by clip or by subject."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from mer.core.types import Fold
from mer.protocols.base import ProtocolSpec
from mer.protocols.chosen_task import ChosenTaskParams, ChosenTaskProtocol
from mer.protocols.grouping import k_folds
from mer.tasks.base import LabelledSample


class KfoldParams(ChosenTaskParams):
    """Settings of k-fold cross-validation."""

    k: int = Field(default=5, ge=2, description="Number of folds.")
    unit: Literal["subject", "clip"] = Field(
        default="subject", description="What stays together; under 'clip' a tested person also trains."
    )
    stratified: bool = Field(
        default=False, description="Whether folds hold about equal shares of each class."
    )
    fold_seed: int = Field(default=0, ge=0, description="Another seed gives other folds.")


@dataclass(frozen=True)
class Kfold(ChosenTaskProtocol):
    """K folds over clips or over people."""

    params: KfoldParams

    @property
    def subject_disjoint(self) -> bool:
        """Only where subjects stay together."""
        return self.params.unit == "subject"

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        p = self.params
        return k_folds(
            samples, p.k, by_person=self.subject_disjoint, stratified=p.stratified, seed=p.fold_seed
        )

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Name the settings that make the folds."""
        p = self.params
        stratified = ", stratified by class" if p.stratified else ""
        return (f"{p.k} folds by {p.unit}{stratified}, seed {p.fold_seed}",)

    def n_folds(self, subjects: int, clips: int) -> int:
        """As many as asked for."""
        return self.params.k


SPEC = ProtocolSpec(
    name="kfold",
    title="K-fold",
    summary="K folds by subject or by clip, stratified by class or not, from a seed.",
    params=KfoldParams,
    build=Kfold,
)
