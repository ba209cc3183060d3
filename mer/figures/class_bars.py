"""Recall and F1 of each class, method by method."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from mer.figures.page import (
    BLUE,
    ORACLE,
    ORANGE,
    PAGE,
    PAPER,
    head,
    hide_unused,
    new_figure,
    row_height,
    variant_labels,
)

_PANELS = 4
_METRICS = {"recall": ("recall", BLUE), "f1": ("F1", ORANGE)}
_THICK = 0.38


def class_bars(scores: pd.DataFrame, title: str, *, baseline: str = "", stand_in: bool = False) -> Figure:
    """Draw a panel for each class, with two bars for each variant; those of oracles are hollow.

    Parameters
    ----------
    scores
        Columns variant, selection, metric (``recall`` or ``f1``), class, value, n_clips; classes and
        variants stand in the order in which they are drawn.
    title
        What the figure shows.
    baseline
        Variant to mark.
    stand_in
        Whether clips are synthetic.
    """
    classes, labels = list(dict.fromkeys(scores["class"])), variant_labels(scores, baseline)
    n_columns = min(_PANELS, len(classes))
    n_rows = -(-len(classes) // n_columns)
    height = 0.9 + n_rows * (0.45 + len(labels) * max(0.26, row_height(labels.values())))
    with mpl.rc_context(PAPER):
        figure = new_figure(PAGE, height)
        axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel().tolist()
        for axis, name in zip(axes, classes, strict=False):
            _panel(axis, scores[scores["class"] == name], labels)
        hide_unused(axes, len(classes))
        axes[0].set_yticks(range(len(labels)), list(labels.values()))
        axes[0].set(xlim=(0, 1), ylim=(len(labels) - 0.5, -0.5))
        handles = [Patch(color=colour, label=name) for name, colour in _METRICS.values()]
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, scores: pd.DataFrame, labels: dict[str, str]) -> None:
    first = scores.iloc[0]
    axis.set_title(f"{first['class']} (n = {scores['n_clips'].max()})")
    axis.grid(axis="x", linewidth=0.3)
    axis.set_axisbelow(True)
    axis.tick_params(axis="y", length=0)
    for place, (metric, (_, colour)) in zip((-0.5, 0.5), _METRICS.items(), strict=True):
        rows = scores[scores["metric"] == metric].set_index("variant").loc[list(labels)]
        axis.barh(
            np.arange(len(rows)) + place * _THICK,
            rows["value"],
            height=_THICK,
            color=["white" if selection == ORACLE else colour for selection in rows["selection"]],
            edgecolor=colour,
            linewidth=0.8,
        )
