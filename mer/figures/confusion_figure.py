"""Confusion matrices as heat maps."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from mer.core.types import FloatArray
from mer.figures.figure_file import STYLE
from mer.tables.titles import SCOPE_TITLES, ordered_scopes


def confusion_figure(counts: pd.DataFrame, classes: Sequence[str], title: str) -> Figure:
    """Draw one heat map per scope: shares of each true class as colour, counts as text.

    Parameters
    ----------
    counts
        Columns scope, true, predicted, count and seed; counts of several seeds are averaged.
    classes
        K class names in their order.
    title
        What the figure shows.
    """
    scopes = ordered_scopes(counts["scope"])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(2.3 * len(scopes) + 0.5, 2.7), dpi=200, layout="constrained")
        axes = figure.subplots(1, len(scopes), squeeze=False)[0]
        for axis, scope in zip(axes, scopes, strict=True):
            table = counts[counts["scope"] == scope].pivot_table(
                index="true", columns="predicted", values="count", aggfunc="mean"
            )
            cells = table.loc[list(classes), list(classes)].to_numpy(float)
            sns.heatmap(
                _shares(cells),
                annot=np.vectorize(_label)(cells, _shares(cells)),
                fmt="",
                vmin=0,
                vmax=1,
                cmap="cividis",
                square=True,
                cbar=False,
                xticklabels=classes,
                yticklabels=classes if axis is axes[0] else False,
                ax=axis,
            )
            axis.set(
                title=f"{SCOPE_TITLES.get(scope, scope)} (n = {cells.sum():.0f})",
                xlabel="predicted",
                ylabel="",
            )
            axis.tick_params(axis="x", rotation=30)
            axis.tick_params(axis="y", rotation=0)
        axes[0].set_ylabel("true")
        figure.suptitle(title, fontsize=9)
    return figure


def _shares(cells: FloatArray) -> FloatArray:
    totals = cells.sum(axis=1, keepdims=True)
    return np.divide(cells, totals, out=np.zeros_like(cells), where=totals > 0)


def _label(count: float, share: float) -> str:
    number = f"{count:.0f}" if count == round(count) else f"{count:.1f}"
    return f"{number}\n{100 * share:.0f}%"
