"""Put the scores of one protocol into a table, beside the published ones."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.counted import counted
from mer.core.errors import IncompleteRunError, listed
from mer.core.files import complete
from mer.published.results import published_results
from mer.published.tables import plain_title
from mer.sweep.specs.tables import TableRow, TableSpec
from mer.tables.paper_table import KINDS
from mer.tables.score_table import Cell, Row, ScoreTable
from mer.tables.titles import COSTS

# Scores of a kind of their own, in files only where they are asked for.
STAND_IN_NOTE = "Stand-in data: the clips are synthetic; scores say nothing about real micro-expressions"
UNCOMPARED_NOTE = "Published numbers are on real clips and therefore left out"

ORACLE_NOTE = (
    "Oracle, no result: the epoch of each fold is the best on its own test clips, "
    "which shows how much is gained by choosing so"
)

POOLING_NOTES = {
    "pooled": "UF1 and UAR are computed from predictions pooled over all folds",
    "fold_mean": "Scores are means of the folds' scores",
}


def run(spec: TableSpec, scores: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Collect the scores and write the table in one format per output, told by its suffix."""
    measured = read_rows(list(scores), SCORE_COLUMNS)
    measured = measured[measured["metric"].isin([*spec.metrics, *COSTS])]
    _refuse_incomplete(spec, measured)
    write(score_table(spec, measured), outputs)


def write(table: ScoreTable, outputs: Sequence[Path]) -> None:
    """Write a table in one format per output, told by its suffix."""
    writers = {".csv": table.as_csv, ".md": table.as_markdown, ".tex": table.as_latex}
    for path in outputs:
        with complete(path) as temporary:
            temporary.write_text(writers[path.suffix](), encoding="utf-8")


def score_table(spec: TableSpec, measured: pd.DataFrame) -> ScoreTable:
    """Order the rows: controls first, then every method with its published row above the measured ones."""
    stand_in = (measured["source"] == "stand_in").any()
    published = published_results(spec.published) if spec.published and not stand_in else None
    groups: dict[str, list[Row]] = {}
    papers: list[str] = []
    if published is not None:
        papers = list(dict.fromkeys(published["paper"]))
        for (paper, method), numbers in published.groupby(["paper", "method_slug"], sort=False):
            groups.setdefault(str(method), []).append(_published_row(str(paper), numbers))
    controls: list[Row] = []
    for row in spec.rows:
        group = groups.get(row.published or "", controls)
        group.append(_measured_row(row, measured[measured["variant"] == row.variant]))
    rows = [*controls, *(row for group in groups.values() for row in group)]
    notes = [POOLING_NOTES[spec.pooling]]
    notes += ["± is the standard deviation over seeds"] if measured["seed"].nunique() > 1 else []
    notes += [STAND_IN_NOTE] if stand_in else []
    notes += [UNCOMPARED_NOTE] if stand_in and spec.published else []
    notes += spec.notes
    return ScoreTable(_title(spec, measured), tuple(rows), tuple(notes), tuple(papers))


def _title(spec: TableSpec, measured: pd.DataFrame) -> str:
    largest = measured.sort_values("n_clips").iloc[-1]
    size = counted(clip=largest["n_clips"], subject=largest["n_subjects"], fold=largest["n_folds"])
    return f"{spec.title} ({spec.protocol}): {size}"


def _measured_row(row: TableRow, scores: pd.DataFrame) -> Row:
    if row.skipped:
        return Row(row.method, row.variant, "not run", "", None, remark=f"not run: {row.skipped}")
    n_seeds = scores["seed"].nunique()
    cells = {
        (str(scope), str(metric)): Cell(
            float(values.mean()), float(values.std(ddof=1)) if n_seeds > 1 else None
        )
        for (scope, metric), values in scores.groupby(["scope", "metric"])["value"]
    }
    left_out = scores["n_left_out"].max()
    remarks = [row.remark] if row.remark else []
    remarks += [f"Clips without a face that are left out: {left_out}"] if left_out else []
    oracle = (scores["selection"] == "oracle_test").any()
    remarks += [ORACLE_NOTE] if oracle else []
    kind = "oracle" if oracle else "measured"
    data = "" if scores.empty else str(scores["source"].iloc[0])
    return Row(row.method, row.variant, kind, "", n_seeds, cells, "; ".join(remarks), data)


def _published_row(paper: str, numbers: pd.DataFrame) -> Row:
    first = numbers.iloc[0]
    cells = {
        (str(n["scope"]), str(n["metric"])): Cell(float(n["value"]), remark=str(n["remark"]))
        for _, n in numbers.iterrows()
    }
    kind = KINDS[str(first["source_kind"])]
    tables = ", ".join(dict.fromkeys(numbers["table"]))
    return Row(plain_title(str(first["method"])), "", kind, f"{paper} {tables}", None, cells, data="real")


def _refuse_incomplete(spec: TableSpec, measured: pd.DataFrame) -> None:
    """Refuse a table that would silently be smaller than the sweep."""
    expected = {row.variant for row in spec.rows if not row.skipped}
    missing = sorted(expected - set(measured["variant"]))
    if missing:
        raise IncompleteRunError(listed(f"No scores on {spec.protocol} for these variants:", missing))
    if measured["source"].nunique() > 1:
        raise IncompleteRunError(f"{spec.protocol}: scores of real and stand-in data cannot share a table.")
