"""What a sweep is going to cost, and what of it is there: known before anything is submitted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mer.sweep.cells import Jobs
from mer.sweep.listing import Listing
from mer.sweep.outputs import part_files, representations
from mer.sweep.remembered import remembered
from mer.sweep.resources import array_kilobytes

# Of a row of predictions with three classes, as packs and pooled files hold it, compressed.
_BYTES_PER_ROW = 60


@dataclass(frozen=True)
class RunOutlook:
    """A variant under a protocol.

    Attributes
    ----------
    protocol, variant
        By their names.
    packs, done
        Files of predictions in all, and those that are there.
    n_cells, n_missing
        Folds times seeds in all, and in the packs that are not there.
    gpu
        Whether its jobs ask for a GPU.
    gpu_seconds, core_seconds
        Of one fold on a GPU and on one core.
    measured
        Kinds of device whose seconds were measured, by finished packs of the same method: ``gpu``, ``core``.
    """

    protocol: str
    variant: str
    packs: int
    done: int
    n_cells: int
    n_missing: int
    gpu: bool
    gpu_seconds: float
    core_seconds: float
    measured: frozenset[str]


class Outlook:
    """What a sweep is going to cost.

    Parameters
    ----------
    jobs
        Of the sweep.
    """

    def __init__(self, jobs: Jobs) -> None:
        self._jobs, self._files = jobs, Listing()

    def n_done(self, paths: Iterable[str]) -> int:
        """Count the files that are there."""
        return sum(map(self._files.has, paths))

    @remembered
    def runs(self) -> Sequence[RunOutlook]:
        """Look at every variant under every protocol that it runs under."""
        pairs = self._jobs.sweep.runs()
        factors = self._factors(pairs)
        return [self._run(protocol, variant, factors) for protocol, variant in pairs]

    def n_bytes(self) -> int:
        """Estimate what arrays and predictions that are not there yet will take on disk, in bytes."""
        total = 0.0
        for dataset, key in representations(self._jobs):
            parts = self._jobs.samples_by_part(self._jobs.artefact_folder(dataset), key).values()
            files = part_files(self._jobs, dataset, key)
            missing = [part for part, file in zip(parts, files, strict=True) if not self._files.has(file)]
            total += sum(map(len, missing)) * array_kilobytes(self._jobs.recipes[key]) * 1024
        for run in self.runs():
            folds = self._jobs.sweep.split(run.protocol).folds
            rows = sum(len(fold.test) for fold in folds) / len(folds)
            total += 2 * run.n_missing * rows * _BYTES_PER_ROW
        return round(total)

    def _run(self, protocol: str, variant: str, factors: dict[tuple[str, str], float]) -> RunOutlook:
        sweep, method = self._jobs.sweep, self._jobs.sweep.config.variants[variant].spec.name
        packs = self._jobs.cut(protocol, variant)
        missing = [pack for pack in packs if not self._files.has(pack.output)]
        seconds = {
            kind: sweep.fold_seconds(protocol, variant, on_gpu=kind == "gpu") * factors.get((method, kind), 1)
            for kind in ("gpu", "core")
        }
        return RunOutlook(
            protocol=protocol,
            variant=variant,
            packs=len(packs),
            done=len(packs) - len(missing),
            n_cells=sum(pack.n_cells for pack in packs),
            n_missing=sum(pack.n_cells for pack in missing),
            gpu=sweep.wants_gpu(variant),
            gpu_seconds=seconds["gpu"],
            core_seconds=seconds["core"],
            measured=frozenset(kind for kind in seconds if (method, kind) in factors),
        )

    def _factors(self, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Compare what finished packs took with what is declared, by method and kind of device.

        One pack of each variant under each protocol speaks for the others.
        """
        sweep, ratios = self._jobs.sweep, defaultdict(list)
        for protocol, variant in pairs:
            done = next(filter(self._files.has, self._jobs.packs(protocol, variant)), None)
            measured = None if done is None else _seconds_per_fold(Path(done))
            if measured is None:
                continue
            device, seconds = measured
            kind = "core" if device == "cpu" else "gpu"
            declared = sweep.fold_seconds(protocol, variant, on_gpu=kind == "gpu")
            ratios[sweep.config.variants[variant].spec.name, kind].append(seconds / declared)
        return {key: sum(found) / len(found) for key, found in ratios.items()}


def _seconds_per_fold(path: Path) -> tuple[str, float] | None:
    """Read the device of a pack and the mean seconds of its folds; None if it cannot be read."""
    try:
        rows = pq.read_table(path, columns=["seed", "fold", "device", "seconds"]).to_pandas()
    except (OSError, pa.ArrowInvalid, KeyError):
        return None
    folds = rows.drop_duplicates(["seed", "fold"])
    return None if folds.empty else (str(folds["device"].iloc[0]), float(folds["seconds"].mean()))
