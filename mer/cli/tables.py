"""The command that writes tables of a sweep that is not complete."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from mer.cli.options import asked, given, trial_option
from mer.core.errors import IncompleteRunError, listed
from mer.sweep.cells import Jobs
from mer.sweep.listing import Listing
from mer.sweep.progress import Group, State, Watch
from mer.sweep.records import Records
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import TableSpec
from mer.sweep.start import start_one

_ABOUT = """
Write tables of the variants that are complete, while others are not.

Snakemake makes a protocol's table when all its variants are complete, and no other. With --incomplete, tables
of what is complete now are written to results/<sweep>/incomplete/, never where a complete table would be.
They say so in their titles, and why each of the other variants has no numbers.
"""


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    tables = commands.add_parser(
        "tables",
        help="write tables of a sweep that is not complete, marked so",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    tables.add_argument("config", type=Path, nargs="?", default=Path("config.yaml"), metavar="CONFIG")
    tables.add_argument("--incomplete", action="store_true", help="leave out what is not complete")
    trial_option(tables)
    tables.set_defaults(command=_tables)


def _tables(arguments: argparse.Namespace) -> None:
    path = arguments.config
    jobs = start_one(path, given(arguments))
    groups = Watch(Records(), Listing()).progress(jobs).training
    console = Console(highlight=False, soft_wrap=True, markup=False)
    lacking = {(group.place, group.name): _lack(group) for group in groups if _lack(group)}
    if lacking and not arguments.incomplete:
        raise IncompleteRunError(
            listed(
                "A table needs all variants, and these are not complete:",
                [f"{variant} on {protocol}: {why}" for (protocol, variant), why in lacking.items()],
            )
            + "\nFinish them with snakemake, or see what there is: "
            + f"mer tables --incomplete {asked(path, arguments)}"
        )
    problems = []
    for protocol in jobs.sweep.config.protocols:
        reasons = {variant: why for (place, variant), why in lacking.items() if place == protocol}
        if not reasons:
            console.print(f"{protocol}: all variants are complete; its table is made by snakemake.")
            continue
        try:
            _write(jobs, protocol, reasons, console)
        except IncompleteRunError as error:
            problems.append(str(error))
    if problems:
        raise IncompleteRunError("\n".join(problems))


def _lack(group: Group) -> str:
    """Say what a variant lacks; blank if nothing."""
    n_done, n_packs = group.counts[State.DONE], len(group.jobs)
    return "" if n_done == n_packs else f"{n_done} of {n_packs} packs"


def _write(jobs: Jobs, protocol: str, reasons: dict[str, str], console: Console) -> None:
    from mer.jobs import incomplete_table  # scoring loads large libraries

    complete = {
        variant: (
            ScoreSpec.model_validate_json(jobs.score_spec(protocol, variant)),
            Path(jobs.run_folder(protocol, variant)),
        )
        for variant in jobs.sweep.variants(protocol)
        if variant not in reasons
    }
    spec = TableSpec.model_validate_json(jobs.table_spec(protocol))
    stem = Path(jobs.root, "incomplete", protocol)
    outputs = [stem.with_suffix(f".{suffix}") for suffix in ("csv", "md", "tex")]
    folds = Path(jobs.folds(protocol))
    lacking = incomplete_table.run(spec, complete, reasons, folds, outputs)
    console.print(f"{stem}.csv, .md, .tex: INCOMPLETE")
    for variant, reason in lacking.items():
        console.print(f"  {variant}: {reason}")
