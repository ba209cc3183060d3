"""Folds per minute on SLURM: one fold per job, and packs of folds.

On the cluster of the tests, whose nodes share this machine: ratios hold elsewhere, times do not. Arrays and
folds are there before the clock starts, and it stops when Snakemake ends. Needs what `make test-slurm` needs.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.record import record
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from tests.slurm.cluster import Cluster

REPOSITORY = Path(__file__).resolve().parents[1]
N_FOLDS = 68
# Queues are empty here: nothing is gained by looking seldom.
PROFILE = ("--profile", str(REPOSITORY / "profiles/slurm"), "--slurm-init-seconds-before-status-checks", "5")


@dataclass(frozen=True)
class Case:
    """One method in both forms: ``single`` jobs of a fold, and one pack of ``seeds`` times ``folds``."""

    variant: str
    settings: dict[str, object]
    single: int
    folds: int
    seeds: int


def cases(epochs: tuple[int, ...], single: int) -> list[Case]:
    """List what is measured; a network of 800 epochs with few folds, for it takes a minute for each."""
    chosen = [
        Case("majority", {}, single, N_FOLDS, 10),
        Case("flow_svm", {}, single, N_FOLDS, 10),
    ]
    for n in epochs:
        few = n > 100
        chosen.append(
            Case("ststnet", {"epochs": n}, 4 if few else single, 4 if few else N_FOLDS, 1 if few else 2)
        )
    return chosen


class Bench:
    """A cluster, a folder to run in, and the clock."""

    def __init__(self, cluster: Cluster, root: Path) -> None:
        self.cluster, self.root = cluster, root

    def sweep(self, case: Case, folds_per_job: int, seeds: int) -> tuple[Jobs, list[str]]:
        """Write a sweep of one method; returns its jobs and the options that name its file."""
        raw = {
            "name": "speed",
            "datasets": {"flow_demo": {}},
            "protocols": {"p": {"protocol": "loso", "datasets": ["flow_demo"], "task": "megc2019"}},
            "variants": {case.variant: case.settings},
            "seeds": list(range(seeds)),
            "folds_per_job": folds_per_job,
            "seeds_per_job": seeds,
            "device": "auto",
        }
        path = self.root / f"{case.variant}-{folds_per_job}.yaml"
        path.write_text(yaml.safe_dump(raw), encoding="utf-8")
        return Jobs(Sweep(parse(raw, "benchmark", self.root))), ["--configfile", str(path)]

    def snakemake(self, *arguments: str) -> float:
        """Run Snakemake in the benchmark's folder; returns seconds."""
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / "Snakefile")]
        command += ["--directory", str(self.root), *arguments, "--quiet", "all"]
        environment = {**self.cluster.environment, "PYTHONPATH": str(REPOSITORY)}
        environment.pop("SNAKEMAKE_PROFILE", None)
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return time.perf_counter() - started

    def measure(self, case: Case) -> str:
        """Run a method in both forms; returns its line of the table."""
        jobs, options = self.sweep(case, 1, 1)
        folder = jobs.run_folder("p", case.variant)
        self.snakemake(jobs.inputs("p", case.variant), *options, "--cores", "2")
        single = self.snakemake(*jobs.packs("p", case.variant)[: case.single], *options, *PROFILE)
        # What a fold left behind would be taken up by the pack.
        shutil.rmtree(self.root / folder)

        jobs, options = self.sweep(case, case.folds, case.seeds)
        cores = ("--set-threads", f"train={os.cpu_count()}")
        packed = self.snakemake(jobs.packs("p", case.variant)[0], *options, *PROFILE, *cores)
        shutil.rmtree(self.root / folder)

        cells = case.folds * case.seeds
        rates = case.single / single * 60, cells / packed * 60
        name = f"{case.variant}, {case.settings['epochs']} epochs" if case.settings else case.variant
        return (
            f"| {name} | {case.single} | {single:.0f} | {rates[0]:.1f} | {cells} | {packed:.0f} "
            f"| {rates[1]:.1f} | {rates[1] / rates[0]:.1f} |"
        )


def main() -> None:
    """Start a cluster, measure every method, and write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, nargs="*", default=[10], help="of STSTNet")
    parser.add_argument("--single", type=int, default=24, help="jobs of one fold")
    parser.add_argument("--record", type=Path, help="file of measurements, instead of docs/measurements.md")
    arguments = parser.parse_args()
    lines = [
        "68 folds of 442 demo flow images; 3 nodes of 2 fake GPUs on one machine (networks compute on its",
        "cores, though they hold a GPU). A pack is one job of all its folds and seeds. Wall time of the",
        "whole of Snakemake's run.",
        "",
        "| method | jobs of one fold | s | folds/min | folds in one pack | s | folds/min | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        cluster = Cluster(Path(folder) / "cluster")
        cluster.folder.parent.chmod(0o755)
        (Path(folder) / "run").mkdir()
        cluster.start()
        try:
            bench = Bench(cluster, Path(folder) / "run")
            for case in cases(tuple(arguments.epochs), arguments.single):
                lines.append(bench.measure(case))
                print(lines[-1], flush=True)
        finally:
            cluster.stop()
    command = " ".join(["python -m benchmarks.cluster", *sys.argv[1:]])
    place = {"place": arguments.record} if arguments.record else {}
    record("Folds per minute on SLURM", command, lines, **place)


if __name__ == "__main__":
    main()
