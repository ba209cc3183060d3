"""The command that says what a sweep will cost, before anything is submitted."""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from mer.cli.inspect import loaded
from mer.cli.options import how_options
from mer.core.durations import duration
from mer.sweep.cells import Jobs
from mer.sweep.outlook import Outlook, RunOutlook
from mer.sweep.outputs import outputs_by_rule


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    plan = commands.add_parser("plan", help="say what a sweep will cost, before anything is submitted")
    plan.add_argument("config", type=Path, nargs="*", default=[Path("config.yaml")])
    how_options(plan)
    plan.set_defaults(command=_plan)


def _plan(arguments: argparse.Namespace) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for path in arguments.config:
        _print(console, loaded(path, arguments))


def _print(console: Console, jobs: Jobs) -> None:
    outlook, sweep = Outlook(jobs), jobs.sweep
    runs = outlook.runs()
    cells, packs = sum(run.n_cells for run in runs), sum(run.packs for run in runs)
    done = sum(run.done for run in runs)
    console.print(
        f"{sweep.config.name}: {cells:,} cells (folds x seeds) in {packs:,} training jobs; "
        f"{done:,} of these are done."
    )
    console.print(_variants(runs))
    console.print()
    console.print(_rules(outlook, jobs))
    console.print()
    gpu, cores, without = _seconds(runs)
    parts = [f"{duration(cores)} of cores"] if cores or not gpu else []
    parts += [f"{duration(gpu)} of GPUs"] if gpu else []
    console.print(f"Training that is left: {' and '.join(parts)}.")
    if gpu:
        console.print(f"Without a GPU: {duration(without)} of cores.")
    console.print(f"Arrays and predictions that are left take about {decimal(outlook.n_bytes())} on disk.")
    for protocol, reason in sweep.config.missing.items():
        console.print(f"not run: {protocol}, {reason}")
    for (protocol, variant), reason in sweep.skipped.items():
        console.print(f"not run: {variant} on {protocol}, {reason}")
    console.print(
        "Done means that the file is there. Which of them a change of code or settings made stale, "
        "'snakemake -n' tells."
    )


def _variants(runs: Sequence[RunOutlook]) -> Table:
    """One line per variant, over all protocols that it runs under."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Variant", no_wrap=True)
    for header in ("Device", "Cells", "Jobs", "Done", "Folds a job", "Time left", "Time is"):
        table.add_column(header, justify="left" if header in ("Device", "Time is") else "right")
    grouped = defaultdict(list)
    for run in runs:
        grouped[run.variant].append(run)
    for variant, group in grouped.items():
        gpu, sizes = group[0].gpu, sorted({max(1, run.n_cells // run.packs) for run in group})
        left = sum(run.n_missing * (run.gpu_seconds if gpu else run.core_seconds) for run in group)
        kind = "gpu" if gpu else "core"
        table.add_row(
            variant,
            "GPU" if gpu else "cores",
            f"{sum(run.n_cells for run in group):,}",
            f"{sum(run.packs for run in group):,}",
            f"{sum(run.done for run in group):,}",
            f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}",
            duration(left),
            "measured" if kind in group[0].measured else "declared",
        )
    return table


def _rules(outlook: Outlook, jobs: Jobs) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("Jobs", "Planned", "Done"):
        table.add_column(header, justify="left" if header == "Jobs" else "right")
    for rule, paths in outputs_by_rule(jobs).items():
        table.add_row(rule, f"{len(paths):,}", f"{outlook.n_done(paths):,}")
    return table


def _seconds(runs: Sequence[RunOutlook]) -> tuple[float, float, float]:
    """Sum what is left: on GPUs, on cores beside them, and on cores alone."""
    gpu = sum(run.n_missing * run.gpu_seconds for run in runs if run.gpu)
    cores = sum(run.n_missing * run.core_seconds for run in runs if not run.gpu)
    return gpu, cores, sum(run.n_missing * run.core_seconds for run in runs)
