"""Leave one subject out: one fold per person, trained on everybody else."""

from collections.abc import Sequence

from mer.core.types import Fold
from mer.protocols.base import ProtocolSpec, leave_one_person_out
from mer.protocols.chosen_task import ChosenTaskParams, ChosenTaskProtocol
from mer.tasks.base import LabelledSample

# Tasks on one database whose scores the papers print.
_PUBLISHED = {"casme2_5": "single-casme2-5", "casme2_4": "single-casme2-4", "samm_4": "single-samm-4"}


class LosoParams(ChosenTaskParams):
    """Settings of leave-one-subject-out."""


class Loso(ChosenTaskProtocol):
    """One fold per person who has a clip left after the task has dropped some."""

    @property
    def published(self) -> str | None:
        """Slug of the published numbers on one database."""
        return _PUBLISHED.get(self.task.name)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        return leave_one_person_out(samples)


SPEC = ProtocolSpec(
    name="loso",
    title="Leave one subject out",
    summary="One fold per person of the data sets it is given, scores pooled over folds.",
    params=LosoParams,
    build=Loso,
)
