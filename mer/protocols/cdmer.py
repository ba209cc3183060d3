"""Cross-database recognition (CDMER): train on one database, test on another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from mer.annotations.versions import task_versions
from mer.core.errors import DataError
from mer.core.types import Fold
from mer.protocols.base import (
    EvaluationProtocol,
    Expected,
    Pooling,
    ProtocolParams,
    ProtocolSpec,
    Published,
    by_database,
    require_databases,
)
from mer.protocols.grouping import k_groups
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts, LabelledSample, Task

_HS, _VIS, _NIR, _CASME2 = "smic_hs", "smic_vis", "smic_nir", "casme2"
# Source, target and the published slug of each experiment (Zong et al. 2019, Table 2).
EXPERIMENTS = {
    1: (_HS, _VIS, "cdmer-exp1-H2V"),
    2: (_VIS, _HS, "cdmer-exp2-V2H"),
    3: (_HS, _NIR, "cdmer-exp3-H2N"),
    4: (_NIR, _HS, "cdmer-exp4-N2H"),
    5: (_VIS, _NIR, "cdmer-exp5-V2N"),
    6: (_NIR, _VIS, "cdmer-exp6-N2V"),
    7: (_CASME2, _HS, "cdmer-exp7-C2H"),
    8: (_HS, _CASME2, "cdmer-exp8-H2C"),
    9: (_CASME2, _VIS, "cdmer-exp9-C2V"),
    10: (_VIS, _CASME2, "cdmer-exp10-V2C"),
    11: (_CASME2, _NIR, "cdmer-exp11-C2N"),
    12: (_NIR, _CASME2, "cdmer-exp12-N2C"),
}
_K = 5


class CdmerParams(ProtocolParams):
    """Settings of a cross-database experiment."""

    experiment: int = Field(ge=1, le=12, description="Number of the experiment, 1 to 12; 1 to 6 are type I.")
    reading: Literal["repeats", "source_folds", "target_folds"] = Field(
        default="repeats",
        description="What the FR paper's 'five-fold' means: 'repeats' trains on all of the source and "
        "tests on all of the target, once per seed (give ten seeds); 'source_folds' trains on four "
        "fifths of the source five times and averages; 'target_folds' tests a fifth of the "
        "target five times.",
    )
    fold_seed: int = Field(default=0, ge=0, description="Draws the fifths.")


@dataclass(frozen=True)
class Cdmer(EvaluationProtocol):
    """One of the twelve experiments of the cross-database benchmark (Zong et al. 2019).

    Type I experiments have the same eight people on both sides, before two cameras at the same
    moments: they are not subject-disjoint. The FR paper (section 4.4) says five-fold
    cross-validation and does not define it; its accuracies are no fractions of the target's size, so
    they are averages. The plain protocol of the benchmark, repeated, is the default.
    """

    params: CdmerParams

    @property
    def task(self) -> Task:
        """Negative (without repression), positive, surprise."""
        return TASKS["cdmer"]

    @property
    def subject_disjoint(self) -> bool:
        """Only between SMIC and CASME II."""
        return _CASME2 in self._sides

    @property
    def pooling(self) -> Pooling:  # type: ignore[override]  # depends on the reading here
        """The mean of the folds where each tests the whole target."""
        return "fold_mean" if self.params.reading == "source_folds" else "pooled"

    def published(self, databases: Sequence[str]) -> Published:
        """Return where the published numbers are; the benchmark has 130 clips of CASME II."""
        sizes = {_HS: 164, _VIS: 71, _NIR: 71, _CASME2: 130}
        slug = EXPERIMENTS[self.params.experiment][2]
        return Published(slug, sum(sizes[database] for database in self._sides))

    def notes(self, samples: Sequence[LabelledSample]) -> tuple[str, ...]:
        """Name the experiment and the reading."""
        source, target = self._sides
        p = self.params
        return (f"Experiment {p.experiment}: trained on {source}, tested on {target}; reading '{p.reading}'",)

    def select(self, samples: Sequence[LabelledSample]) -> tuple[LabelledSample, ...]:
        """Refuse other databases than source and target."""
        require_databases(f"experiment {self.params.experiment} of cdmer", samples, self._sides)
        return tuple(samples)

    def expected(self, samples: Sequence[LabelledSample]) -> tuple[Expected, ...]:
        """List what the versions of both databases give."""
        source, target = (_versions(database) for database in self._sides)
        folds = 1 if self.params.reading == "repeats" else _K
        return tuple(
            Expected(f"{_named(self._sides, (a, b))}", dict(zip(self._sides, (n, m), strict=True)), folds)
            for a, n in source.items()
            for b, m in target.items()
        )

    def folds(self, samples: Sequence[LabelledSample]) -> tuple[Fold, ...]:
        """Split the samples; independent of their order."""
        groups = by_database(samples)
        source, target = (groups[database] for database in self._sides)
        everything, tested = _ids(source), _ids(target)
        name = "_to_".join(self._sides)
        if self.params.reading == "repeats":
            return (Fold(name, everything, tested),)
        if self.params.reading == "source_folds":
            fifths = self._fifths(source)
            return tuple(
                Fold(f"{name}_{n}", tuple(sorted(set(everything) - set(left_out))), tested)
                for n, left_out in enumerate(fifths, start=1)
            )
        fifths = self._fifths(target)
        return tuple(
            Fold(f"{name}_{n}", everything, tuple(sorted(part))) for n, part in enumerate(fifths, start=1)
        )

    def times_tested(self, samples: Sequence[LabelledSample]) -> dict[str, int]:
        """Never for the source; for the target once, or by every model of ``source_folds``."""
        _, target = self._sides
        times = _K if self.params.reading == "source_folds" else 1
        return {one.sample.sample_id: times * (one.sample.database == target) for one in samples}

    @property
    def _sides(self) -> tuple[str, str]:
        source, target, _ = EXPERIMENTS[self.params.experiment]
        return source, target

    def _fifths(self, samples: Sequence[LabelledSample]) -> list[list[str]]:
        try:
            return k_groups(samples, _K, by_person=False, stratified=True, seed=self.params.fold_seed)
        except DataError as error:
            raise DataError(f"reading '{self.params.reading}': {error}") from error


def _ids(samples: Sequence[LabelledSample]) -> tuple[str, ...]:
    return tuple(sorted(one.sample.sample_id for one in samples))


def _named(sides: Sequence[str], versions: Sequence[str]) -> str:
    return " and ".join(f"{side} ({version})" for side, version in zip(sides, versions, strict=True))


def _versions(database: str) -> dict[str, ClassCounts]:
    """Return what the versions give under the task; of SMIC the basic release, as in the benchmark."""
    known = task_versions(database, "cdmer")
    return {"basic": known["basic"]} if "basic" in known else known


SPEC = ProtocolSpec(
    name="cdmer",
    title="Cross-database (CDMER)",
    summary="Twelve experiments among SMIC-HS, SMIC-VIS, SMIC-NIR and CASME II, three classes.",
    params=CdmerParams,
    build=Cdmer,
    metrics=("uf1", "war"),
)
