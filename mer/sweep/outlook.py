"""What a sweep is going to cost, and what of it is there: known before anything is submitted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mer.sweep.cells import Jobs
from mer.sweep.figures import SOMETIMES
from mer.sweep.needs import preparing_needs
from mer.sweep.parts import landmarks_recipe
from mer.sweep.preparing import RESULTS

# Of a row of predictions with three classes, as packs and pooled files hold it, compressed.
_BYTES_PER_ROW = 60


class Files:
    """Tells which files are there; lists every folder once instead of asking for each file."""

    def __init__(self) -> None:
        self._listed: dict[Path, frozenset[str]] = {}

    def there(self, path: str) -> bool:
        """Whether a file is there."""
        folder, name = Path(path).parent, Path(path).name
        if folder not in self._listed:
            names = frozenset(one.name for one in folder.iterdir()) if folder.is_dir() else frozenset()
            self._listed[folder] = names
        return name in self._listed[folder]


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
        self._jobs, self._files = jobs, Files()

    def jobs_by_rule(self) -> dict[str, list[str]]:
        """Name one file that each job makes, by the rule that makes it."""
        jobs, sweep = self._jobs, self._jobs.sweep
        pairs = [(one, name) for one in sweep.config.protocols for name in sweep.variants(one)]
        prepared = self._prepared()
        lists = [f"{RESULTS}/artefacts/{folder}/{key}/parts.json" for folder, key in prepared]
        planned: dict[str, Iterable[str]] = {
            "stand_in": [f"{RESULTS}/standins/{folder}/STAND-IN.json" for folder in jobs.stand_ins],
            "samples": jobs.samples(),
            "folds": [jobs.folds(protocol) for protocol in sweep.config.protocols],
            "audit": jobs.audits(),
            "prepare": [path for folder, key in prepared for path in self._parts(folder, key)],
            "parts": lists,
            "macro": [path for pair in pairs for path in jobs.macro_clips(*pair)],
            "train": [path for pair in pairs for path in jobs.packs(*pair)],
            "score": [path for protocol in sweep.config.protocols for path in jobs.predictions(protocol)],
            "comparison": [path for path in jobs.comparisons() if "/comparisons/" in path],
            "table": jobs.tables(),
            **self._figures(),
            "contact_sheet": jobs.contact_sheets(),
            "paper_table": jobs.paper_tables(),
            "published_audit": [f"{RESULTS}/published/audit.csv"] if jobs.paper_tables() else [],
            "summary": [f"{jobs.root}/sweep.json"],
            "report": [f"{RESULTS}/report.html"],
        }
        return {rule: _one_each(paths) for rule, paths in planned.items() if paths}

    def _figures(self) -> dict[str, Iterable[str]]:
        jobs, protocols = self._jobs, self._jobs.sweep.config.protocols
        folder = f"{jobs.root}/figures"
        sometimes = [(one, name) for one in protocols for name in jobs.figure_names(one) if name in SOMETIMES]
        return {
            "figure": [path for path in jobs.figures() if "/confusion_" in path],
            "figures": [f"{folder}/{one}/figures.json" for one in protocols],
            "figures_sometimes": [f"{folder}/{one}/{name}.png" for one, name in sometimes],
            "figures_ranks": [] if jobs.no_ranks else [f"{folder}/figures.json"],
        }

    def n_done(self, paths: Iterable[str]) -> int:
        """Count the files that are there."""
        return sum(map(self._files.there, paths))

    def runs(self) -> list[RunOutlook]:
        """Look at every variant under every protocol that it runs under."""
        sweep = self._jobs.sweep
        pairs = [(one, name) for one in sweep.config.protocols for name in sweep.variants(one)]
        factors = self._factors(pairs)
        return [self._run(protocol, variant, factors) for protocol, variant in pairs]

    def kilobytes(self) -> float:
        """Estimate what arrays and predictions that are not there yet will take on disk, in KB."""
        total = 0.0
        for folder, key in self._prepared():
            recipe = self._jobs.recipes[key]
            for part, samples in self._jobs.samples_by_part(folder, key).items():
                path = f"{RESULTS}/artefacts/{folder}/{key}/{part}.safetensors"
                missing = 0 if self._files.there(path) else len(samples)
                total += missing * preparing_needs(recipe.feature).kilobytes
        for run in self.runs():
            folds = self._jobs.sweep.split(run.protocol).folds
            rows = sum(len(fold.test) for fold in folds) / len(folds)
            total += 2 * run.n_missing * rows * _BYTES_PER_ROW / 1024
        return total

    def _run(self, protocol: str, variant: str, factors: dict[tuple[str, str], float]) -> RunOutlook:
        sweep, method = self._jobs.sweep, self._jobs.sweep.config.variants[variant].spec.name
        packs, cuts = self._jobs.packs(protocol, variant), sweep.packs(protocol, variant)
        sizes = [len(g) * (last - first + 1) for g in sweep.seed_groups(variant) for first, last in cuts]
        missing = [size for path, size in zip(packs, sizes, strict=True) if not self._files.there(path)]
        seconds = {
            kind: sweep.fold_seconds(protocol, variant, on_gpu=kind == "gpu") * factors.get((method, kind), 1)
            for kind in ("gpu", "core")
        }
        return RunOutlook(
            protocol=protocol,
            variant=variant,
            packs=len(packs),
            done=len(packs) - len(missing),
            n_cells=sum(sizes),
            n_missing=sum(missing),
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
            done = next(filter(self._files.there, self._jobs.packs(protocol, variant)), None)
            measured = None if done is None else _seconds_per_fold(Path(done))
            if measured is None:
                continue
            device, seconds = measured
            kind = "core" if device == "cpu" else "gpu"
            declared = sweep.fold_seconds(protocol, variant, on_gpu=kind == "gpu")
            ratios[sweep.config.variants[variant].spec.name, kind].append(seconds / declared)
        return {key: sum(found) / len(found) for key, found in ratios.items()}

    def _prepared(self) -> list[tuple[str, str]]:
        """List artefact folders with the keys of what is prepared there, landmarks among it."""
        jobs, found = self._jobs, dict[tuple[str, str], None]()
        for protocol in jobs.sweep.config.protocols:
            for variant in jobs.sweep.variants(protocol):
                for name, recipe in jobs.representations(protocol, variant):
                    for one in (landmarks_recipe(recipe), recipe):
                        if one is not None:
                            found[jobs.artefact_folder(name), one.key] = None
        return list(found)

    def _parts(self, folder: str, key: str) -> list[str]:
        parts = self._jobs.parts(folder, key)
        return [f"{RESULTS}/artefacts/{folder}/{key}/{part}.safetensors" for part in parts]


def _one_each(paths: Iterable[str]) -> list[str]:
    """Keep one file of those that a job makes together: they differ in their suffix."""
    return list({path.rpartition(".")[0]: path for path in paths}.values())


def _seconds_per_fold(path: Path) -> tuple[str, float] | None:
    """Read the device of a pack and the mean seconds of its folds; None if it cannot be read."""
    try:
        rows = pq.read_table(path, columns=["seed", "fold", "device", "seconds"]).to_pandas()
    except (OSError, pa.ArrowInvalid, KeyError):
        return None
    folds = rows.drop_duplicates(["seed", "fold"])
    return None if folds.empty else (str(folds["device"].iloc[0]), float(folds["seconds"].mean()))
