"""Composite database evaluation of MEGC 2019: three databases, three classes, 68 subjects."""

from collections.abc import Sequence

from mer.core.errors import DataError, listed
from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    ProtocolParams,
    ProtocolSpec,
    Published,
    by_database,
    leave_one_person_out,
    require_databases,
)
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts, LabelledSample, Task
from mer.tasks.megc2019_list import organisers_list

EXPECTED = Expected(
    "the organisers' list",
    {
        "casme2": ClassCounts({"negative": 88, "positive": 32, "surprise": 25}, 24),
        "samm": ClassCounts({"negative": 92, "positive": 26, "surprise": 15}, 28),
        "smic_hs": ClassCounts({"negative": 70, "positive": 51, "surprise": 43}, 16),
    },
    folds=68,
)


class Megc2019CdeParams(ProtocolParams):
    """Settings of the composite."""


class Megc2019Cde(EvaluationProtocol):
    """One fold per person of SMIC-HS, CASME II and SAMM together; one model per fold.

    Scores of the composite and of each database come from the same predictions (See et al. 2019,
    protocol of the Facial Micro-Expressions Grand Challenge). Clips are those of the organisers'
    list; of CASME II it leaves out sub04/EP12_01f and sub05/EP09_05f, whose apex is unusable. Where
    none of a database's clips has a name of the list, all that have a class take part.
    """

    @property
    def task(self) -> Task:
        """Negative (with repression), positive, surprise."""
        return TASKS["megc2019"]

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are."""
        return Published("cde2019", 442)

    def select(self, samples: Sequence[LabelledSample]) -> tuple[LabelledSample, ...]:
        """Take the clips of the organisers' list.

        Raises
        ------
        DataError
            If a database is missing or foreign, or a class is not that of the list.
        """
        require_databases("megc2019_cde", samples, tuple(EXPECTED.databases))
        listed_clips = organisers_list()
        chosen: list[LabelledSample] = []
        wrong = []
        for clips in by_database(samples).values():
            known = [one for one in clips if one.sample.sample_id in listed_clips]
            wrong += [
                f"{one.sample.sample_id}: {one.label}, in the list {listed_clips[one.sample.sample_id]}"
                for one in known
                if one.label != listed_clips[one.sample.sample_id]
            ]
            chosen += known or clips
        if wrong:
            raise DataError(
                listed("clips whose class is not that of the organisers' list. Use the 2014 coding:", wrong)
            )
        return tuple(chosen)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say so where clips could not be compared with the list, as their names are others."""
        foreign = {one.sample.database for one in samples if one.sample.sample_id not in organisers_list()}
        return tuple(
            f"Clips of {name} are not those of the organisers' list by name; they were chosen by label"
            for name in sorted(foreign)
        )

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """Expect the 442 clips."""
        return (EXPECTED,)

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        return leave_one_person_out(samples)


SPEC = ProtocolSpec(
    name="megc2019_cde",
    title="MEGC 2019 composite",
    summary="SMIC-HS, CASME II and SAMM together, 442 clips, three classes, leave one of 68 subjects out.",
    params=Megc2019CdeParams,
    build=Megc2019Cde,
)
