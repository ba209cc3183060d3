"""The command that prints what came out of a sweep."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from mer.report.contents import read_contents
from mer.sweep.preparing import RESULTS
from mer.tables.score_table import NOT_MEASURED
from mer.tables.titles import METRIC_TITLES, SCOPE_TITLES, score_column


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    show = commands.add_parser("show", help="print the tables of a finished sweep")
    show.add_argument("sweep", help=f"name of the sweep, a folder in {RESULTS}/")
    show.set_defaults(command=_show)


def _show(arguments: argparse.Namespace) -> None:
    contents = read_contents(Path(RESULTS), arguments.sweep)
    folder = contents.folder
    console = Console(highlight=False, soft_wrap=True, markup=False)
    for path in contents.of_kind("tables", ".md"):
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = pd.read_csv(path.with_suffix(".csv"), keep_default_na=False, dtype=str)
        # Remarks of a row and of its numbers are numbered together: not every number is shown.
        remarks = list(dict.fromkeys(filter(None, rows["remark"])))
        numbers = [f" [{remarks.index(remark) + 1}]" if remark else "" for remark in rows["remark"]]
        table, n_hidden = _compact(
            lines[0].removeprefix("# "), rows.assign(method=rows["method"] + numbers), console.width
        )
        console.print(table, width=max(console.width, 200))
        numbered = [f"- [{number}] {remark}" for number, remark in enumerate(remarks, start=1)]
        notes = [line for line in lines if line.startswith("- ") and not line.startswith("- [")]
        more = [f"- {n_hidden} more columns: {path}"] if n_hidden else []
        console.print("\n".join([*numbered, *notes, *more, ""]))
    console.print(f"Tables:      {folder}/tables/*.csv, .md, .tex")
    console.print(f"Figures:     {folder}/figures/*/*.png, .pdf")
    console.print(f"Preprocessing of a few clips: {RESULTS}/figures/preprocessing/*/*.png, .md")
    audits = ", ".join(map(str, contents.files["audits"]))
    console.print(f"Leak audits: {audits}; how data were read: {folder}/samples/*.md")
    console.print(f"Comparisons: {folder}/comparisons/*.md; intervals of scores: {folder}/intervals/*.csv")
    console.print(f"Predictions: {folder}/predictions/*/*.parquet, one row per test clip")
    console.print(f"All of it on one page, for a browser: mer report {arguments.sweep}")


def _compact(title: str, rows: pd.DataFrame, width: int) -> tuple[Table, int]:
    """Lay out the scores of the first scope and as many others as fit; returns also the number left out."""
    about = {"Method": "method", "Variant": "variant", "Kind": "kind", "Seeds": "n_seeds"}
    columns = {header: list(rows[name]) for header, name in about.items()}
    columns["Kind"] = [kind.removeprefix("published, ") for kind in columns["Kind"]]
    scores = list(filter(None, map(score_column, rows.columns)))
    hidden = list(scores)
    for scope, metric in scores:
        name = f"{scope}_{metric}"
        header = f"{SCOPE_TITLES.get(scope, scope)}\n{METRIC_TITLES[metric]}"
        spread = rows.get(f"{name}_sd", pd.Series("", index=rows.index))
        cells = [_rounded(mean, sd) for mean, sd in zip(rows[name], spread, strict=True)]
        if scope == scores[0][0] or _width({**columns, header: cells}) <= width:
            columns[header] = cells
            hidden.remove((scope, metric))
    table = Table(title=title, title_justify="left", box=None, header_style="bold")
    for header in columns:
        table.add_column(header, no_wrap=True, justify="left" if header in about else "right")
    for line in zip(*columns.values(), strict=True):
        table.add_row(*line)
    return table, len(hidden)


def _width(columns: Mapping[str, Sequence[str]]) -> int:
    return sum(2 + max(map(len, [*header.split("\n"), *cells])) for header, cells in columns.items())


def _rounded(mean: str, sd: str) -> str:
    if not mean:
        return NOT_MEASURED
    return f"{float(mean):.4f}" + (f" ± {float(sd):.4f}" if sd else "")
