"""The command that prints what came out of a sweep."""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from mer.core.errors import DataError
from mer.sweep.cells import RESULTS
from mer.tables.score_table import METRIC_TITLES, NOT_MEASURED, SCOPE_TITLES


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    show = commands.add_parser("show", help="print the tables of a finished sweep")
    show.add_argument("sweep", help=f"name of the sweep, a folder in {RESULTS}/")
    show.set_defaults(command=_show)


def _show(arguments: argparse.Namespace) -> None:
    folder = Path(RESULTS) / arguments.sweep
    tables = sorted(folder.glob("tables/*.md"))
    if not tables:
        raise DataError(f"{folder}/tables: no table. Run 'snakemake' first, or check the name of the sweep.")
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for path in tables:
        for part in _compact(path, console.width):
            console.print(part)
    console.print(f"Tables:      {folder}/tables/*.csv, .md, .tex")
    console.print(f"Figures:     {folder}/figures/*/*.png, .pdf")
    console.print(f"Predictions: {folder}/predictions/, one row per test clip")


def _compact(path: Path, width: int) -> list[Table | str]:
    """Show a table in as many columns as fit, the composite first, with the notes that hold for all of it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = pd.read_csv(path.with_suffix(".csv"), keep_default_na=False, dtype=str)
    table = Table(title=lines[0].removeprefix("# "), title_justify="left", box=None, header_style="bold")
    for name in ("Method", "Variant", "Kind", "Seeds"):
        table.add_column(name, no_wrap=True)
    scores = [name for name in rows.columns if name.rsplit("_", 1)[-1] in METRIC_TITLES]
    room = width - sum(2 + int(rows[name].str.len().max()) for name in ("method", "variant", "kind")) - 7
    shown = scores[: max(len(METRIC_TITLES), room // 14)]
    for name in shown:
        scope, metric = name.rsplit("_", 1)
        table.add_column(f"{SCOPE_TITLES.get(scope, scope)}\n{METRIC_TITLES[metric]}", justify="right")
    for _, row in rows.iterrows():
        cells = [_rounded(row[name], row.get(f"{name}_sd", "")) for name in shown]
        table.add_row(row["method"], row["variant"], row["kind"], row["n_seeds"], *cells)
    notes = [line for line in lines if line.startswith("- ") and not line.startswith("- [")]
    hidden = len(scores) - len(shown)
    more = [f"- {hidden} more columns and the remarks on single numbers: {path}"] if hidden else []
    return [table, *notes, *more, ""]


def _rounded(mean: str, sd: str) -> str:
    if not mean:
        return NOT_MEASURED
    return f"{float(mean):.4f}" + (f" ± {float(sd):.4f}" if sd else "")
