"""Commands for people: what there is, and whether a configuration will run."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mer.cli.options import given, how_options
from mer.core.parameters import Params
from mer.datasets import DATASETS
from mer.methods import METHODS
from mer.protocols import PROTOCOLS
from mer.sweep.cells import Jobs
from mer.sweep.schema import schema
from mer.sweep.start import start_one

_CATALOGUES: Mapping[str, Mapping[str, Any]] = {
    "methods": METHODS,
    "datasets": DATASETS,
    "protocols": PROTOCOLS,
}


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the commands to a parser."""
    lists = commands.add_parser("list", help="list methods, data sets or protocols with their settings")
    lists.add_argument("catalogue", choices=sorted(_CATALOGUES))
    lists.set_defaults(command=_list)
    check = commands.add_parser(
        "check", help="check a configuration and the data it names, without running it"
    )
    check.add_argument("config", type=Path, nargs="?", default=Path("config.yaml"))
    how_options(check)
    check.set_defaults(command=_check)
    commands.add_parser("schema", help="print the JSON schema of configurations").set_defaults(
        command=_schema
    )


def loaded(config: Path, arguments: argparse.Namespace) -> Jobs:
    """Plan the sweep of a configuration file and make all its folds.

    Raises
    ------
    MerError
        If the configuration or its data are not valid.
    """
    jobs = start_one(config, given(arguments))
    jobs.sweep.check()
    return jobs


def _list(arguments: argparse.Namespace) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("Key", "Title", "About", "Settings"):
        table.add_column(header, overflow="fold")
    for key, spec in sorted(_CATALOGUES[arguments.catalogue].items()):
        about = spec.citation if arguments.catalogue == "methods" else spec.summary
        table.add_row(key, spec.title, about, _settings(spec.params))
    Console(highlight=False).print(table)


def _settings(params: type[Params]) -> str:
    """List settings with their defaults."""
    lines = []
    for name, field in params.model_fields.items():
        default = "required" if field.is_required() else field.get_default(call_default_factory=True)
        shown = default.model_dump(mode="json", exclude_none=True) if isinstance(default, Params) else default
        lines.append(f"{name}: {shown if isinstance(shown, str) else json.dumps(shown)}")
    return "\n".join(lines) or "none"


def _check(arguments: argparse.Namespace) -> None:
    jobs = loaded(arguments.config, arguments)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{arguments.config}: valid. Results will lie in {jobs.root}/.")
    console.print(_protocols(jobs))
    for name in jobs.sweep.datasets:
        index = jobs.sweep.index(name)
        for remark in (*index.notes, *index.warnings):
            named = remark if remark.startswith(f"{name}: ") else f"{name}: {remark}"
            console.print(named, markup=False)
    for protocol, reason in jobs.sweep.config.missing.items():
        console.print(f"not run: {protocol}, {reason}")
    for (protocol, variant), reason in jobs.sweep.skipped.items():
        console.print(f"not run: {variant} on {protocol}, {reason}")


# More variants than this are counted: a column of names would be narrower than they are.
_NAMED = 4


def _protocols(jobs: Jobs) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header in ("Protocol", "Data", "Clips", "Subjects", "Folds", "Classes", "Variants", "Training jobs"):
        table.add_column(header)
    for protocol in jobs.sweep.config.protocols:
        split = jobs.sweep.split(protocol)
        variants = jobs.sweep.variants(protocol)
        n_jobs = sum(len(jobs.packs(protocol, variant)) for variant in variants)
        table.add_row(
            protocol,
            split.source.replace("_", "-"),
            str(len(split.samples)),
            str(len({sample.person for sample in split.samples.values()})),
            str(len(split.folds)),
            ", ".join(split.classes),
            ", ".join(variants) if len(variants) <= _NAMED else str(len(variants)),
            str(n_jobs),
        )
    return table


def _schema(arguments: argparse.Namespace) -> None:
    Console(highlight=False, soft_wrap=True, markup=False).print(json.dumps(schema(), indent=2))
