"""Scores with their intervals, from the best method to the worst."""

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mer.figures.page import (
    BLACK,
    BLUE,
    COLUMN,
    GREY,
    ORACLE,
    PAGE,
    PAPER,
    VERMILION,
    head,
    hide_unused,
    new_figure,
    row_height,
    variant_labels,
)
from mer.tables.titles import METRIC_TITLES, SCOPE_TITLES, ordered_scopes

_PANELS = 4


def score_intervals(
    intervals: pd.DataFrame, title: str, *, baseline: str = "", stand_in: bool = False
) -> Figure:
    """Draw a dot and an interval for each variant, in one panel for each scope; oracles are hollow.

    Variants are sorted by their score in the first panel, which is the composite where there is one.

    Parameters
    ----------
    intervals
        Columns variant, selection, scope, metric, value, low, high, n_subjects; one metric. Where no
        interval could be made, its ends are NaN.
    title
        What the figure shows.
    baseline
        Variant that is marked, with a line at its score.
    stand_in
        Whether clips are synthetic.
    """
    scopes = ordered_scopes(intervals["scope"])
    by_score = intervals[intervals["scope"] == scopes[0]].sort_values("value", ascending=False, kind="stable")
    labels = variant_labels(by_score, baseline)
    n_columns = min(_PANELS, len(scopes))
    n_rows = -(-len(scopes) // n_columns)
    height = 1.0 + n_rows * (0.55 + len(labels) * max(0.2, row_height(labels.values())))
    with mpl.rc_context(PAPER):
        figure = new_figure(COLUMN if len(scopes) == 1 else PAGE, height)
        axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel().tolist()
        for axis, scope in zip(axes, scopes, strict=False):
            _panel(axis, intervals[intervals["scope"] == scope], labels, baseline)
        hide_unused(axes, len(scopes))
        axes[0].set_yticks(range(len(labels)), list(labels.values()))
        axes[0].set_ylim(len(labels) - 0.5, -0.5)
        shown = intervals[["low", "value", "high"]].to_numpy(float)
        axes[0].set_xlim(max(0, np.nanmin(shown) - 0.03), min(1.02, np.nanmax(shown) + 0.03))
        for axis in axes[max(0, len(scopes) - n_columns) : len(scopes)]:
            axis.set_xlabel(METRIC_TITLES[str(intervals["metric"].iloc[0])])
        _legend(figure, intervals, baseline)
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, rows: pd.DataFrame, labels: Mapping[str, str], baseline: str) -> None:
    n_subjects, scope = rows["n_subjects"].max(), str(rows["scope"].iloc[0])
    axis.set_title(f"{SCOPE_TITLES.get(scope, scope)}\n{n_subjects} subjects")
    axis.grid(axis="x", linewidth=0.3)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    places = {variant: place for place, variant in enumerate(labels)}
    for row in rows.to_dict("records"):
        colour = VERMILION if row["selection"] == ORACLE else BLACK if row["variant"] == baseline else BLUE
        place = places[row["variant"]]
        axis.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=1.2)
        axis.plot(row["value"], place, **marker(row["variant"], row["selection"], baseline))
        if row["variant"] == baseline:
            axis.axvline(row["value"], color=GREY, linewidth=0.7, linestyle="--", zorder=0)


def marker(variant: str, selection: str, baseline: str) -> dict[str, Any]:
    """Choose the mark of a score: a dot, a diamond for the baseline, a hollow dot for an oracle."""
    if selection == ORACLE:
        return {"marker": "o", "color": VERMILION, "markerfacecolor": "white"}
    if variant == baseline:
        return {"marker": "D", "color": BLACK}
    return {"marker": "o", "color": BLUE}


def _legend(figure: Figure, intervals: pd.DataFrame, baseline: str) -> None:
    """Explain marks that are not plain dots; nothing where there are none."""
    marks = []
    if baseline in set(intervals["variant"]):
        marks.append(("baseline", marker(baseline, "last", baseline)))
    if (intervals["selection"] == ORACLE).any():
        marks.append(("oracle, no result: epoch chosen on the test clips", marker("", ORACLE, baseline)))
    if marks:
        handles = [Line2D([], [], linewidth=0, label=label, **style) for label, style in marks]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
