"""Confusion matrices as heat maps."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.core.types import FloatArray
from mer.figures.page import PAGE, PAPER, head, hide_unused, new_figure
from mer.tables.titles import SCOPE_TITLES, ordered_scopes

# Inches that a cell takes whose numbers can be read, and the names of classes beside the first column.
_CELL, _NAMES = 0.42, 0.75


def confusion_figure(
    counts: pd.DataFrame, classes: Sequence[str], title: str, *, stand_in: bool = False
) -> Figure:
    """Draw one heat map per scope: shares of each true class as colour, counts as text.

    Parameters
    ----------
    counts
        Columns scope, true, predicted, count and seed; counts of several seeds are averaged.
    classes
        K class names in their order.
    title
        What the figure shows.
    stand_in
        Whether clips are synthetic.
    """
    scopes = ordered_scopes(counts["scope"])
    side = max(1.4, _CELL * len(classes))
    n_columns = min(len(scopes), max(1, int((PAGE - _NAMES) / (side + 0.1))))
    n_rows = -(-len(scopes) // n_columns)
    with mpl.rc_context(PAPER):
        width = min(PAGE, max(2.6, _NAMES + n_columns * (side + 0.1)))
        figure = new_figure(width, 0.3 + n_rows * (side + 0.75))
        axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel().tolist()
        for number, (axis, scope) in enumerate(zip(axes, scopes, strict=False)):
            table = counts[counts["scope"] == scope].pivot_table(
                index="true", columns="predicted", values="count", aggfunc="mean"
            )
            cells = table.loc[list(classes), list(classes)].to_numpy(float)
            _panel(axis, cells, classes, named=number % n_columns == 0)
            axis.set_title(f"{SCOPE_TITLES.get(scope, scope)} (n = {cells.sum():.0f})")
        hide_unused(axes, len(scopes))
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, cells: FloatArray, classes: Sequence[str], *, named: bool) -> None:
    sns.heatmap(
        _shares(cells),
        annot=np.vectorize(_label)(cells, _shares(cells)),
        annot_kws={"fontsize": 7},
        fmt="",
        vmin=0,
        vmax=1,
        cmap="cividis",
        square=True,
        cbar=False,
        xticklabels=classes,
        yticklabels=classes if named else False,
        ax=axis,
    )
    axis.set(xlabel="predicted", ylabel="true" if named else "")
    axis.tick_params(axis="x", rotation=30, length=0)
    axis.tick_params(axis="y", rotation=0, length=0)


def _shares(cells: FloatArray) -> FloatArray:
    totals = cells.sum(axis=1, keepdims=True)
    return np.divide(cells, totals, out=np.zeros_like(cells), where=totals > 0)


def _label(count: float, share: float) -> str:
    number = f"{count:.0f}" if count == round(count) else f"{count:.1f}"
    return f"{number}\n{100 * share:.0f}%"
