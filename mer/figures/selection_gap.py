"""What is gained by choosing the epoch on the test clips."""

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from mer.figures.page import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    PAGE,
    PAPER,
    VERMILION,
    broken,
    head,
    new_figure,
    row_height,
)
from mer.tables.titles import METRIC_TITLES

_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "last": ("last epoch", {"marker": "o", "color": BLUE}),
    "inner_val": ("epoch chosen on held-out training subjects", {"marker": "s", "color": GREEN}),
    "oracle_test": (
        "oracle, no result: chosen on the test clips",
        {"marker": "o", "color": VERMILION, "markerfacecolor": "white"},
    ),
}


def selection_gap(scores: pd.DataFrame, gaps: pd.DataFrame, title: str, *, stand_in: bool = False) -> Figure:
    """Draw the honest and the oracle's score of each method side by side, and the gaps with their intervals.

    Parameters
    ----------
    scores
        Columns method, selection (``last``, ``inner_val``, ``oracle_test``), metric, value; one metric.
    gaps
        Columns method, selection (the honest one), value (the oracle's score less the honest one), low,
        high.
    title
        What the figure shows.
    stand_in
        Whether clips are synthetic.
    """
    methods = list(dict.fromkeys(scores["method"]))
    labels = [broken(name) for name in methods]
    metric = METRIC_TITLES[str(scores["metric"].iloc[0])]
    kinds = [kind for kind in _KINDS if kind in set(scores["selection"])]
    with mpl.rc_context(PAPER):
        height = 1.25 + len(methods) * max(0.32, row_height(labels))
        figure = new_figure(PAGE, height)
        left, right = figure.subplots(1, 2, sharey=True)
        for place, method in enumerate(methods):
            _scores(left, scores[scores["method"] == method], place)
            _gaps(right, gaps[gaps["method"] == method], place)
        left.set_yticks(range(len(methods)), labels)
        left.set(xlabel=metric, ylim=(len(methods) - 0.5, -0.5))
        right.set_xlabel(f"{metric} gained by the oracle")
        right.axvline(0, color=BLACK, linewidth=0.7)
        for axis in (left, right):
            axis.grid(axis="x", linewidth=0.3)
            axis.set_axisbelow(True)
            axis.margins(x=0.08)
            axis.tick_params(axis="y", length=0)
        handles = [Line2D([], [], linewidth=0, label=_KINDS[kind][0], **_KINDS[kind][1]) for kind in kinds]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        head(figure, title, stand_in=stand_in)
    return figure


def _scores(axis: Axes, rows: pd.DataFrame, place: int) -> None:
    axis.plot([rows["value"].min(), rows["value"].max()], [place, place], color=GREY, linewidth=0.7)
    for row in rows.to_dict("records"):
        axis.plot(row["value"], place, **_KINDS[row["selection"]][1])


def _gaps(axis: Axes, rows: pd.DataFrame, place: int) -> None:
    """Draw the gap to each honest choice, in its colour, one above the other."""
    ordered = rows.set_index("selection").reindex([kind for kind in _KINDS if kind in set(rows["selection"])])
    for step, (kind, row) in enumerate(ordered.iterrows()):
        style, at = _KINDS[str(kind)][1], place + 0.2 * (step - (len(ordered) - 1) / 2)
        axis.plot([row["low"], row["high"]], [at, at], color=style["color"], linewidth=1.2)
        axis.plot(row["value"], at, **style)
