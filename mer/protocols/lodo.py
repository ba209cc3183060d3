"""Leave one database out: one fold per database, trained on all others (the shape of CD6ME)."""

from collections.abc import Sequence

from mer.core.types import Fold
from mer.protocols.base import Expected, ProtocolSpec, leave_one_out
from mer.protocols.chosen_task import ChosenTaskParams, ChosenTaskProtocol
from mer.tasks.base import LabelledSample


class LodoParams(ChosenTaskParams):
    """Settings of leave-one-database-out."""


class Lodo(ChosenTaskProtocol):
    """One fold per database (Varanka et al.'s CD6ME leaves one of six out).

    The cameras of SMIC are databases that share people, so they cannot be left out of each other.
    """

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect nothing: it is defined on any databases."""
        return ()

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        return leave_one_out(samples, lambda one: one.sample.database)


SPEC = ProtocolSpec(
    name="lodo",
    title="Leave one database out",
    summary="One fold per database, trained on all the others.",
    params=LodoParams,
    build=Lodo,
)
