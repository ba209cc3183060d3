"""What the controller of a whole field of methods costs: plan, campaign, nothing to do, one method more.

A sweep is generated: up to 30 variants, protocols of 67 folds on stand-ins of SMIC-HS, CASME II and SAMM in
full, 10 seeds. Snakemake plans it and runs it with an executor that does nothing, so that everything
measured is the controller's. Every figure is of a process of its own.

``python -m benchmarks.scale --quick`` measures small sweeps only; ``--output FILE`` and ``--picture FILE``
write the table and the figure into other files than docs/measurements.md and docs/figures/scale.png.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.record import MEASUREMENTS, record

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "figures" / "scale.png"
FOLDS = 67
CLASSES = {
    "negative": ["disgust", "fear", "repression", "sadness", "anger", "contempt", "negative"],
    "positive": ["happiness", "positive"],
    "surprise": ["surprise"],
}
DATASETS = ("smic_hs", "casme2", "samm")
METHODS = (
    "majority", "flow_svm", "lbp_top_svm", "ststnet", "off_apexnet", "sssnet", "dual_inception",
    "basic_inception", "fr", "fr_fc", "fr_concatenated", "rcn_a", "rcn_s", "rcn_w", "htnet", "alexnet",
    "googlenet", "capsulenet", "mmnet", "vgg16",
)  # fmt: skip
# Protocols and seeds of 30 methods; in packs of all folds, and with one fold per job.
PACKS = ((5, 10), (10, 10), (20, 10))
SINGLES = ((5, 1), (12, 1), (25, 1), (50, 1))
QUICK = ((1, 2), (2, 2)), ((1, 1), (2, 1))
N_METHODS = 30
PLAN, CAMPAIGN, NO_OP, ADDED, SINGLE = "plan", "campaign", "nothing to do", "one method more", "plan, 1 fold"


@dataclass(frozen=True)
class Cost:
    """What one call of Snakemake took.

    Attributes
    ----------
    cells
        Folds, times methods, protocols and seeds.
    jobs
        Jobs to do, by rule; ``total`` is their sum.
    wall, cpu
        Seconds; those of the processor with and without Snakemake's start.
    memory
        Most memory that was in use, in MiB.
    own_share
        Share of the processor's time in this project's code and in libraries that it calls or imports.
    imports
        Of it, share of imports.
    own
        Functions of this project that took longest, with their share.
    """

    cells: int
    jobs: dict[str, int]
    wall: float
    cpu: float
    memory: float
    own_share: float
    imports: float
    own: list[tuple[str, float]]


def generated(methods: int, protocols: int, seeds: int, folds_per_job: int | str) -> dict[str, Any]:
    """Make a sweep; beyond the catalogue's, methods are STSTNets with other numbers of epochs."""
    variants: dict[str, Any] = {name: {} for name in METHODS[:methods]}
    for number in range(methods - len(variants)):
        variants[f"ststnet_{number}"] = {"method": "ststnet", "epochs": 100 + number}
    # By person, as most protocols are; to spread classes evenly as well would take more time than they do.
    protocol = {
        "protocol": "kfold",
        "datasets": list(DATASETS),
        "k": FOLDS,
        "task": "three",
        "stratified": False,
    }
    shared = {**protocol, "classes": CLASSES, "drop": ["others", "other"]}
    return {
        "name": "scale",
        "datasets": {name: {"stand_in": {"scale": 1.0}} for name in DATASETS},
        "protocols": {f"p{number:02d}": {**shared, "fold_seed": number} for number in range(protocols)},
        "variants": variants,
        "seeds": list(range(seeds)),
        "folds_per_job": folds_per_job,
    }


def snakemake(folder: Path, sweep: dict[str, Any], *arguments: str) -> Cost:
    """Run Snakemake on a sweep in a folder; the log that people would see goes into a file."""
    paths = {name: folder / name for name in ("scale.yaml", "log", "report.json")}
    paths["scale.yaml"].write_text(yaml.safe_dump(sweep, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "benchmarks.controller", str(paths["report.json"]), *arguments]
    command += ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(folder)]
    command += ["--configfile", str(paths["scale.yaml"]), "--quiet", "rules"]
    search = os.pathsep.join([str(ROOT), str(ROOT / "benchmarks" / "plugins")])
    with paths["log"].open("w", encoding="utf-8") as log:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": search},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = paths["log"].read_text(encoding="utf-8")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{text[-3000:]}")
    measured = json.loads(paths["report.json"].read_text(encoding="utf-8"))
    cells = len(sweep["variants"]) * len(sweep["protocols"]) * len(sweep["seeds"]) * FOLDS
    return Cost(cells=cells, jobs=jobs_of(text), **measured)


def jobs_of(log: str) -> dict[str, int]:
    """Read the jobs by rule from the first table of a log; none where there was nothing to do."""
    table = re.search(r"^job +count\n[- ]+\n((?:\w+ +\d+\n)+)", log, flags=re.MULTILINE)
    lines = table[1].splitlines() if table else []
    return {name: int(count) for name, count in map(str.split, lines)}


def in_packs(protocols: int, seeds: int) -> dict[str, Cost]:
    """Plan and run a sweep in packs of all folds, plan it again, and plan it with one method more."""
    sweep = generated(N_METHODS, protocols, seeds, "all")
    # 500 jobs of up to eight cores at a time; as many submissions per second as there is work for.
    run = ("--executor", "instant", "--cores", "4000", "--seconds-between-status-checks", "1")
    run += ("--max-jobs-per-timespan", "100000/1s")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = {PLAN: snakemake(folder, sweep, "--dry-run"), CAMPAIGN: snakemake(folder, sweep, *run)}
        found[NO_OP] = snakemake(folder, sweep, *run)
        larger = generated(N_METHODS + 1, protocols, seeds, "all")
        found[ADDED] = snakemake(folder, larger, "--dry-run")
    planned = found[ADDED].jobs["train"], found[ADDED].jobs["score"]
    if planned != (protocols * seeds, protocols) or found[NO_OP].jobs:
        raise RuntimeError(
            f"A finished sweep and one method more plan {found[ADDED].jobs} and {found[NO_OP].jobs}."
        )
    return found


def one_fold_per_job(protocols: int, seeds: int) -> Cost:
    """Plan a sweep in which every cell is a job."""
    with tempfile.TemporaryDirectory() as name:
        return snakemake(Path(name), generated(N_METHODS, protocols, seeds, 1), "--dry-run")


def table(costs: Sequence[tuple[str, Cost]]) -> Iterator[str]:
    """Write what each call took."""
    yield "| | cells | jobs | of them train | CPU s | wall s | MiB | own code | of it imports |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, one in costs:
        jobs, train = one.jobs.get("total", 0), one.jobs.get("train", 0)
        cost = f"{one.cpu:.1f} | {one.wall:.1f} | {one.memory:.0f}"
        shares = f"{100 * one.own_share:.0f} % | {100 * one.imports:.0f} %"
        yield f"| {name} | {one.cells:,} | {jobs:,} | {train:,} | {cost} | {shares} |"


def lines_through(costs: Sequence[tuple[str, Cost]]) -> Iterator[str]:
    """Say how well a straight line through CPU time against cells fits, and how steep it is in log-log."""
    for name in dict.fromkeys(name for name, _ in costs):
        cells = np.array([one.cells for kind, one in costs if kind == name], float)
        cpu = np.array([one.cpu for kind, one in costs if kind == name])
        slope, start = np.polyfit(cells, cpu, 1)
        rest = cpu - start - slope * cells
        fit = 1 - (rest**2).sum() / ((cpu - cpu.mean()) ** 2).sum()
        yield f"- {name}: {start:.1f} s + {1e5 * slope:.2f} s per 100,000 cells, R² {fit:.4f}"


def draw(costs: Sequence[tuple[str, Cost]], path: Path) -> None:
    """Draw CPU time and memory against the number of cells."""
    import pandas as pd
    import seaborn as sns

    from mer.figures.figure_file import save_figure
    from mer.figures.page import COLOURS, PAGE, PAPER, new_figure

    rows = [{"call": name, "cells": one.cells, "cpu": one.cpu, "memory": one.memory} for name, one in costs]
    kinds = list(dict.fromkeys(name for name, _ in costs))
    look = {"hue": "call", "hue_order": kinds, "style": "call", "palette": list(COLOURS[: len(kinds)])}
    with sns.plotting_context(rc=PAPER), sns.axes_style("ticks"):
        figure = new_figure(PAGE, 2.6)
        left, right = figure.subplots(1, 2)
        for axis, value, label in ((left, "cpu", "CPU time, s"), (right, "memory", "memory, MiB")):
            sns.lineplot(
                pd.DataFrame(rows), x="cells", y=value, markers=True, dashes=False, ax=axis,
                legend=axis is left, **look,
            )  # fmt: skip
            axis.set(xlabel="cells (methods x protocols x seeds x folds)", ylabel=label, xlim=(0, None))
            axis.set_ylim(0, None)
            axis.xaxis.set_major_formatter("{x:,.0f}")
        left.legend(title="", frameon=False, loc="upper right")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_figure(figure, path)


def main() -> None:
    """Measure sweeps of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sweeps only, in a few minutes")
    parser.add_argument("--output", type=Path, default=MEASUREMENTS)
    parser.add_argument("--picture", type=Path, default=PICTURE)
    arguments = parser.parse_args()
    packs, singles = QUICK if arguments.quick else (PACKS, SINGLES)
    costs: list[tuple[str, Cost]] = []
    for size in packs:
        costs += in_packs(*size).items()
        print(*table(costs[-4:]), sep="\n", flush=True)
    for size in singles:
        costs.append((SINGLE, one_fold_per_job(*size)))
        print(*table(costs[-1:]), sep="\n", flush=True)
    order = {name: number for number, name in enumerate((PLAN, CAMPAIGN, NO_OP, ADDED, SINGLE))}
    costs.sort(key=lambda pair: order[pair[0]])
    largest = [one for name, one in costs if name == PLAN][-1]
    lines = [
        f"{N_METHODS} variants, {FOLDS} folds; in packs of all folds but for '{SINGLE}'. Own code: share of "
        "CPU time in the package, the rules and the libraries that they call or import.",
        "",
        *table(costs),
        "",
        *lines_through(costs),
        "",
        f"Jobs of the largest plan: {', '.join(f'{name} {n:,}' for name, n in largest.jobs.items())}.",
        f"Own code there: {', '.join(f'`{name}` {100 * share:.1f} %' for name, share in largest.own[:6])}.",
    ]
    record("The controller", " ".join(["python -m benchmarks.scale", *sys.argv[1:]]), lines, arguments.output)
    draw(costs, arguments.picture)


if __name__ == "__main__":
    main()
