"""Leave one subject out: one fold per person, trained on everybody else."""

from collections.abc import Sequence

from mer.core.types import Fold
from mer.protocols.base import ProtocolSpec, Published, leave_one_person_out
from mer.protocols.chosen_task import ChosenTaskParams, ChosenTaskProtocol
from mer.tasks.base import LabelledSample

# Tasks on one database whose scores the papers print, with the papers' numbers of clips.
_PUBLISHED: dict[tuple[str, ...], Published] = {
    ("three_class", "smic_hs"): Published("single-smic-hs-3", 164),
    ("casme2_5", "casme2"): Published("single-casme2-5", 247),
    ("casme2_4", "casme2"): Published("single-casme2-4", 256),
    ("samm_4", "samm"): Published("single-samm-4", 159),
    ("megc2018", "casme2"): Published("single-casme2-oc5", 185),
    ("megc2018", "samm"): Published("single-samm-oc5", 68),
}


class LosoParams(ChosenTaskParams):
    """Settings of leave-one-subject-out."""


class Loso(ChosenTaskProtocol):
    """One fold per person who has a clip left after the task has dropped some."""

    def published(self, databases: Sequence[str]) -> Published | None:
        """Return where the published numbers on one database are."""
        return _PUBLISHED.get((self.task.name, *databases))

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
