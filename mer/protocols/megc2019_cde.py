"""Composite database evaluation of MEGC 2019: three databases, three classes, 68 subjects."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import Field

from mer.core.errors import DataError, listed
from mer.core.types import Fold
from mer.protocols.base import (
    THREE_CLASS,
    LabelledSample,
    ProtocolParams,
    ProtocolSpec,
    Task,
    leave_one_person_out,
)

# The organisers' list: clips per database (negative, positive, surprise), and subjects.
EXPECTED = MappingProxyType({"casme2": (88, 32, 25), "samm": (92, 26, 15), "smic_hs": (70, 51, 43)})
SUBJECTS = MappingProxyType({"casme2": 24, "samm": 28, "smic_hs": 16})


class Megc2019CdeParams(ProtocolParams):
    """Settings of the composite."""

    allow_partial: bool = Field(
        default=False,
        description="Accept a copy that lacks some of the 442 clips; every table then says so.",
    )


@dataclass(frozen=True)
class Megc2019Cde:
    """One fold per person of SMIC-HS, CASME II and SAMM together; one model per fold.

    Scores of the composite and of each database come from the same predictions (See et al. 2019,
    protocol of the Facial Micro-Expressions Grand Challenge).
    """

    params: Megc2019CdeParams

    @property
    def task(self) -> Task:
        """The classes that are told apart."""
        return THREE_CLASS

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order.

        Raises
        ------
        DataError
            If a database is missing or foreign, or real clips are not the 442 published ones.
        """
        found = {labelled.sample.database for labelled in samples}
        if found != set(EXPECTED):
            raise DataError(
                f"megc2019_cde is defined on the databases {', '.join(EXPECTED)}, "
                f"found {', '.join(sorted(found)) or 'no clips'}. Their keys must be these."
            )
        differences = _differences(samples)
        is_real = any(labelled.sample.source == "real" for labelled in samples)
        if differences and is_real and not self.params.allow_partial:
            raise DataError(
                listed(
                    "the clips are not the 442 of the organisers' list. Complete the copy, or set "
                    "'allow_partial: true' to go on with what is there, marked in every table.",
                    differences,
                )
            )
        return leave_one_person_out(samples)

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Say that clips differ from the published ones, if they do."""
        if not _differences(samples):
            return ()
        return (f"Not the 442 clips of the organisers' list but {len(samples)}, so not comparable with it",)


def _differences(samples: Sequence[LabelledSample]) -> list[str]:
    """List how counts of clips and subjects differ from the published ones."""
    counts = Counter((labelled.sample.database, labelled.label) for labelled in samples)
    problems = []
    for database, expected in EXPECTED.items():
        for label, number in zip(THREE_CLASS.classes, expected, strict=True):
            if counts[database, label] != number:
                problems.append(f"{database} {label}: expected {number}, found {counts[database, label]}")
        people = {labelled.sample.person for labelled in samples if labelled.sample.database == database}
        if len(people) != SUBJECTS[database]:
            problems.append(f"{database} subjects: expected {SUBJECTS[database]}, found {len(people)}")
    return problems


SPEC = ProtocolSpec(
    name="megc2019_cde",
    title="MEGC 2019 composite",
    summary="SMIC-HS, CASME II and SAMM together, 442 clips, three classes, leave one of 68 subjects out.",
    params=Megc2019CdeParams,
    build=Megc2019Cde,
    subject_disjoint=True,
    published="cde2019",
)
