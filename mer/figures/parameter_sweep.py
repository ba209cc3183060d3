"""The score of a method against one of its settings."""

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.figures.page import BLUE, COLUMN, ORACLE, PAGE, PAPER, VERMILION, head, hide_unused, new_figure
from mer.tables.titles import METRIC_TITLES

_PANELS = 3
# Settings that span more than this are drawn on a logarithmic axis.
_WIDE = 20


def parameter_sweep(points: pd.DataFrame, title: str, *, stand_in: bool = False) -> Figure:
    """Draw a line with intervals for each series of variants that differ in one number only.

    Parameters
    ----------
    points
        Columns series (what its panel is called), setting, number, selection, metric, value, low, high;
        one metric.
    title
        What the figure shows.
    stand_in
        Whether clips are synthetic.
    """
    series = list(dict.fromkeys(points["series"]))
    n_columns = min(_PANELS, len(series))
    n_rows = -(-len(series) // n_columns)
    with mpl.rc_context(PAPER):
        figure = new_figure(COLUMN if n_columns == 1 else PAGE, 0.7 + 1.9 * n_rows)
        axes = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).ravel().tolist()
        for axis, name in zip(axes, series, strict=False):
            _panel(axis, points[points["series"] == name].sort_values("number"))
            axis.set_title(name)
        hide_unused(axes, len(series))
        for axis in axes[::n_columns]:
            axis.set_ylabel(METRIC_TITLES[str(points["metric"].iloc[0])])
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, points: pd.DataFrame) -> None:
    oracle = points["selection"].iloc[0] == ORACLE
    colour, numbers = VERMILION if oracle else BLUE, points["number"].to_numpy(float)
    low, high = points["value"] - points["low"], points["high"] - points["value"]
    axis.errorbar(
        numbers,
        points["value"],
        yerr=[low.clip(lower=0), high.clip(lower=0)],
        color=colour,
        marker="o",
        markerfacecolor="white" if oracle else colour,
        capsize=2,
        elinewidth=0.8,
    )
    if numbers.min() > 0 and numbers.max() / numbers.min() > _WIDE:
        axis.set_xscale("log")
    axis.set_xlabel(str(points["setting"].iloc[0]))
    axis.grid(axis="y", linewidth=0.3)
