"""Make a table of a paper: what it prints, and what the sweep measured, cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from mer.artefacts.predictions import read_left_out, read_rows_of
from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.errors import IncompleteRunError, listed
from mer.core.files import complete
from mer.evaluation.design import FEW_SUBJECTS
from mer.published.catalogue import published_protocols
from mer.published.tables import Column, PublishedTable, published_table
from mer.sweep.specs.paper_table import PaperSource, PaperTableSpec, PaperVariant
from mer.tables.measured_cells import Run, measured_cell
from mer.tables.paper_table import MeasuredCell, MeasuredRow, PaperTable
from mer.tables.titles import COSTS

STAND_IN_NOTE = (
    "Rows of kind 'measured, stand-in' are on synthetic clips: they say nothing about real micro-expressions "
    "and are not compared with printed numbers"
)
MEASURED_NOTE = (
    "Measured: mean and standard deviation over seeds, 95 % interval over subjects in brackets, difference "
    "from the printed number in parentheses (none for single folds, seconds, and numbers of another quantity)"
)
UNMEASURED_NOTE = "Nothing in this sweep measures a column of this table: it shows what is printed"
TOO_NARROW = "cover the truth less often than in 95 % of cases"
ORACLE_NOTE = "Oracle, no result: the epoch of each fold is the best on its own test clips"
_F1_NOTES = {
    "elrcn": "F1 of this paper is measured as 2PR/(P+R) of macro precision P and macro recall R, which its "
    "public code computes; it is neither UF1 nor micro F1",
    "resnet10-macro": "The paper does not define its F1; macro F1 is measured",
}


def run(spec: PaperTableSpec, root: Path, failing: Path, outputs: Sequence[Path]) -> None:
    """Measure every cell that some variant was run for and write one format per output, told by its suffix.

    ``root`` is the sweep's folder, with predictions and scores; ``failing`` lists published cells that the
    audit disagrees with.

    Raises
    ------
    DataError, IncompleteRunError
        If predictions that the specification names are damaged or missing.
    """
    table = paper_table(spec, root, pd.read_csv(failing, keep_default_na=False))
    writers = {
        ".csv": table.as_csv,
        ".md": table.as_markdown,
        ".tex": table.as_latex,
        ".html": table.as_html,
    }
    for path in outputs:
        with complete(path) as temporary:
            temporary.write_text(writers[path.suffix](), encoding="utf-8")


def paper_table(spec: PaperTableSpec, root: Path, failing: pd.DataFrame) -> PaperTable:
    """Put measured rows beside printed ones; ``failing`` has a reason for each cell that fails the audit."""
    _refuse_missing(spec, root)
    printed = published_table(spec.paper, spec.table)
    measured = [row for variant in spec.variants for row in _rows(spec, variant, printed, root)]
    notes = [] if spec.sources else [UNMEASURED_NOTE]
    notes += [MEASURED_NOTE] if any(row.n_seeds for row in measured) else []
    # With fewer subjects an interval covers the truth too rarely (docs/measurements.md).
    few = {cell.n_subjects for row in measured for cell in row.cells.values()} & set(range(1, FEW_SUBJECTS))
    notes += (
        [f"Intervals over fewer than {FEW_SUBJECTS} subjects (here down to {min(few)}) {TOO_NARROW}"]
        if few
        else []
    )
    notes += [STAND_IN_NOTE] if any(row.is_stand_in and row.n_seeds for row in measured) else []
    if any(column.metric == "f1" for column in printed.columns) and spec.paper in _F1_NOTES:
        notes.append(_F1_NOTES[spec.paper])
    notes += [_about(source) for source in spec.sources]
    notes += [f"{protocol}: not run, {reason}" for protocol, reason in spec.missing.items()]
    about = _about_columns(printed, spec.sources)
    return PaperTable(printed, measured, _reasons(failing, printed), about, notes, spec.trial)


def _reasons(failing: pd.DataFrame, printed: PublishedTable) -> dict[tuple[str, Column], str]:
    """Choose the cells of one table, and say that it is the audit that speaks."""
    chosen = failing[(failing["paper"] == printed.paper) & (failing["table"] == printed.table)]
    return {
        (
            row["method_slug"],
            Column(row["protocol"], row["dataset_scope"], row["metric"]),
        ): f"audit: {row['reason']}"
        for _, row in chosen.iterrows()
    }


def _groups(sources: Sequence[PaperSource]) -> list[list[PaperSource]]:
    """Put protocols on clips of one kind together, as long as each stands for another published one."""
    groups: list[list[PaperSource]] = []
    for source in sources:
        for group in groups:
            if group[0].source == source.source and source.slug not in {one.slug for one in group}:
                group.append(source)
                break
        else:
            groups.append([source])
    return groups


def _rows(
    spec: PaperTableSpec, variant: PaperVariant, printed: PublishedTable, root: Path
) -> Iterator[MeasuredRow]:
    """Make a line of a variant for every group of protocols that it runs under; one if it runs under none."""
    groups = _groups(spec.sources)
    running = [group for group in groups if any(one.protocol in variant.protocols for one in group)]
    for sources in running or groups[:1]:
        chosen = [one for one in sources if one.protocol in variant.protocols]
        runs = {one.slug: _run(one, variant, root) for one in chosen}
        skipped = {
            one.slug: variant.skipped[one.protocol] for one in sources if one.protocol in variant.skipped
        }
        cells = {}
        for column in printed.columns:
            cell = measured_cell(spec.paper, column, runs)
            if cell.value is None and (reason := _why_not(column, skipped)):
                cell = MeasuredCell(None, remark=f"not run: {reason}")
            cells[column] = cell
        if runs or skipped:
            yield _row(variant, chosen, runs, cells, root)


def _row(
    variant: PaperVariant,
    sources: Sequence[PaperSource],
    runs: Mapping[str, Run],
    cells: Mapping[Column, MeasuredCell],
    root: Path,
) -> MeasuredRow:
    oracle = variant.selection == "oracle_test"
    is_stand_in = any(one.source == "stand_in" for one in sources)
    kind = ("oracle" if oracle else "measured") if runs else "not run"
    # A clip that several protocols leave out is one.
    left_out = len(read_left_out([_predictions(one, variant, root) for one in sources]))
    remarks = [variant.remarks.get(one.protocol, "") for one in sources]
    remarks += [ORACLE_NOTE if oracle else ""]
    remarks += [f"Clips without a face that are left out: {left_out}" if left_out else ""]
    return MeasuredRow(
        slug=variant.slug,
        method=variant.method,
        variant=variant.variant,
        kind=f"{kind}, stand-in" if is_stand_in else kind,
        n_seeds=max((run.rows["seed"].nunique() for run in runs.values()), default=0),
        is_stand_in=is_stand_in,
        place=", ".join(one.protocol for one in sources),
        cells=cells,
        remark="; ".join(filter(None, dict.fromkeys(remarks))),
    )


def _about(source: PaperSource) -> str:
    """Say which protocol of the sweep measures a published one, and what is to be said about its clips."""
    kind = "real" if source.source == "real" else "stand-in"
    title = published_protocols()[source.slug].title
    return "; ".join([f"{title}: measured under {source.protocol} on {kind} clips", *source.notes])


def _run(source: PaperSource, variant: PaperVariant, root: Path) -> Run:
    rows = read_rows_of(_predictions(source, variant, root))
    prefix = "score_"
    classes = [name.removeprefix(prefix) for name in rows.columns if name.startswith(prefix)]
    scores = read_rows([root / "scores" / source.protocol / f"{variant.variant}.csv"], SCORE_COLUMNS)
    return Run(rows, classes, source.pooling, _costs(scores))


def _costs(scores: pd.DataFrame) -> dict[str, float]:
    costs = scores[scores["metric"].isin(COSTS)]
    return {str(metric): float(values.mean()) for metric, values in costs.groupby("metric")["value"]}


def _why_not(column: Column, skipped: Mapping[str, str]) -> str:
    """Say why a variant was not run for a column; blank if nobody asked it to."""
    name = published_protocols()[column.protocol]
    return "; ".join(dict.fromkeys(skipped[slug] for slug in name.of or (name.slug,) if slug in skipped))


def _about_columns(printed: PublishedTable, sources: Sequence[PaperSource]) -> dict[Column, str]:
    """Say which columns are of protocols that do not keep people apart, and what else is odd about them."""
    mixed = {source.slug for source in sources if not source.subject_disjoint}
    about = {}
    for column in printed.columns:
        name = published_protocols()[column.protocol]
        shared = not mixed.isdisjoint(name.of or (name.slug,))
        remark = name.remark or ("people are on both sides of a fold" if shared else "")
        if remark:
            about[column] = f"{'not subject-disjoint: ' if shared else ''}{remark}"
    return about


def _predictions(source: PaperSource, variant: PaperVariant, root: Path) -> Path:
    return root / "predictions" / source.protocol / f"{variant.variant}.parquet"


def _refuse_missing(spec: PaperTableSpec, root: Path) -> None:
    missing = [
        str(_predictions(source, variant, root))
        for variant in spec.variants
        for source in spec.sources
        if source.protocol in variant.protocols and not _predictions(source, variant, root).is_file()
    ]
    if missing:
        title = f"{spec.table} of {spec.paper}: predictions are missing. Run the workflow again."
        raise IncompleteRunError(listed(title, missing))
