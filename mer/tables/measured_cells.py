"""What predictions say for the cells of a paper's table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from mer.core.seeds import stream
from mer.core.types import COMPOSITE
from mer.evaluation.averaging import Pooling, averaged
from mer.evaluation.counts import count_by
from mer.evaluation.design import Design, counts_of, draws_of
from mer.evaluation.metrics import METRICS, Metric
from mer.evaluation.score_intervals import interval_of
from mer.published.catalogue import PublishedName, published_protocols
from mer.published.tables import Column
from mer.tables.paper_table import MeasuredCell
from mer.tables.titles import COSTS

# The papers' words for quantities that we call otherwise.
_METRICS = {"acc": "war"}
# What each paper's numbers fit where it prints "F1".
_F1 = {"elrcn": "f1_of_means", "resnet10-macro": "macro_f1"}
# Columns that stand for all that was tested, not for one database of it.
_ALL = ("composite", "average")
NOT_MEASURED = "not measured: no protocol that the variant runs under has such a column"
NO_COSTS = "not measured: 'costs: true' in the sweep counts parameters and seconds"
NOT_ALL_PARTS = "a mean of several experiments, of which some were not run"


@dataclass(frozen=True)
class Run:
    """Predictions of one variant under one protocol.

    Attributes
    ----------
    rows
        One per test clip and seed.
    classes
        K class names.
    pooling
        Whether scores are of all folds' predictions together or means of the folds' scores.
    costs
        Millions of parameters and seconds per fold, as far as they are known.
    """

    rows: pd.DataFrame
    classes: Sequence[str]
    pooling: Pooling
    costs: Mapping[str, float] = field(default_factory=dict)


def measured_cell(paper: str, column: Column, runs: Mapping[str, Run]) -> MeasuredCell:
    """Measure what a column of a paper's table asks for.

    Parameters
    ----------
    paper
        Short name; papers mean different things by F1.
    column
        The column.
    runs
        Predictions by the slug of the published protocol that they stand for. Intervals are those of the
        sweep's own files: the same draws of subjects.
    """
    name = published_protocols()[column.protocol]
    if name.status == "cited only":
        return MeasuredCell(None, remark=f"only cited: {name.remark}")
    if name.part == "mean":
        return _mean_of_parts(paper, column, name, runs)
    run = runs.get(name.of[0] if name.of else column.protocol)
    if run is None:
        return MeasuredCell(None, remark=NOT_MEASURED if runs else "")
    if column.metric in COSTS:
        return MeasuredCell(run.costs.get(column.metric), remark="" if run.costs else NO_COSTS)
    rows = _chosen(run.rows, name, column)
    if rows.empty:
        return MeasuredCell(None, remark=f"no clip of {column.scope} is tested")
    pooling: Pooling = "pooled" if name.part else run.pooling
    metric = METRICS[metric_name(paper, column)]
    _, counts = count_by(rows, run.classes, ["seed", "fold"])
    values = averaged(metric, counts, pooling)
    interval = _interval(metric, rows, Design(tuple(run.classes), pooling))
    sd = float(values.std(ddof=1)) if len(values) > 1 else None
    return MeasuredCell(float(values.mean()), sd, *interval)


def metric_name(paper: str, column: Column) -> str:
    """Return our name of what a column holds."""
    if column.metric == "f1":
        return _F1.get(paper, "macro_f1")
    return _METRICS.get(column.metric, column.metric)


def _mean_of_parts(paper: str, column: Column, name: PublishedName, runs: Mapping[str, Run]) -> MeasuredCell:
    """Average the experiments that a column is the mean of; nothing unless all were run."""
    parts = [measured_cell(paper, Column(slug, "average", column.metric), runs) for slug in name.of]
    values = [part.value for part in parts if part.value is not None]
    if len(values) < len(parts):
        return MeasuredCell(None, remark=NOT_ALL_PARTS if values else "")
    return MeasuredCell(float(np.mean(values)))


def _chosen(rows: pd.DataFrame, name: PublishedName, column: Column) -> pd.DataFrame:
    """Choose the clips that a column is about."""
    if name.part.startswith("fold "):
        rows = rows[rows["fold"] == int(name.part.removeprefix("fold ")) - 1]
    if column.scope in _ALL:
        return rows
    return rows[rows["database"] == column.scope.replace("-", "_")]


def _interval(metric: Metric, rows: pd.DataFrame, design: Design) -> tuple[float | None, float | None, int]:
    """Return the ends of the interval over subjects and their number; none where they cannot be drawn."""
    databases = rows["database"].unique()
    scope = COMPOSITE if len(databases) > 1 else str(databases[0])
    counts = counts_of(rows, design)
    draws = draws_of(counts, design, stream("comparison", str(rows["protocol"].iloc[0]), scope))
    if draws is None:
        return None, None, 0
    found = interval_of(metric, counts, draws, design)
    return found.low, found.high, len(counts)
