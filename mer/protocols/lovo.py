"""Leave one video out: one fold per clip; not subject-disjoint."""

from collections.abc import Sequence

from mer.core.types import Fold
from mer.protocols.base import ProtocolSpec, leave_one_out
from mer.protocols.chosen_task import ChosenTaskParams, ChosenTaskProtocol
from mer.tasks.base import LabelledSample


class LovoParams(ChosenTaskParams):
    """Settings of leave-one-video-out."""


class Lovo(ChosenTaskProtocol):
    """One fold per clip; other clips of the same person train."""

    @property
    def subject_disjoint(self) -> bool:
        """No: the person tested is in the training set."""
        return False

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        return leave_one_out(samples, lambda one: one.sample.sample_id)

    def n_folds(self, subjects: int, clips: int) -> int:
        """One fold per clip."""
        return clips


SPEC = ProtocolSpec(
    name="lovo",
    title="Leave one video out",
    summary="One fold per clip; the tested person also trains, so scores are optimistic.",
    params=LovoParams,
    build=Lovo,
)
