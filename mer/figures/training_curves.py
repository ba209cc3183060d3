"""Scores of test clips by epoch: what an oracle chooses from, and no result."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from mer.figures.page import BLUE, COLUMN, PAGE, PAPER, SKY, VERMILION, broken, head, hide_unused, new_figure
from mer.tables.titles import METRIC_TITLES

_PANELS = 3
NO_RESULT = "no result, as test clips are looked at"
# Part of a panel's height that the marks of chosen epochs take.
_RUG = 0.06


def training_curves(
    curves: pd.DataFrame, choices: pd.DataFrame, oracles: pd.DataFrame, title: str, *, stand_in: bool = False
) -> Figure:
    """Draw the pooled score of all folds' test clips after every epoch, one panel for each variant.

    A thin line for each seed, a thick one for their mean with a dot at the last epoch; a broken line at the
    score of the oracle, which chooses an epoch for each fold, and a mark below for each epoch it chose.

    Parameters
    ----------
    curves
        Columns variant, metric, seed, epoch (from 1), value; one metric.
    choices
        Columns variant, seed, fold, epoch.
    oracles
        Columns variant, value: the oracle's score, mean over seeds.
    title
        What the figure shows.
    stand_in
        Whether clips are synthetic.
    """
    variants = list(dict.fromkeys(curves["variant"]))
    n_columns = min(_PANELS, len(variants))
    n_rows = -(-len(variants) // n_columns)
    with mpl.rc_context(PAPER):
        figure = new_figure(COLUMN if n_columns == 1 else PAGE, 1.0 + 1.7 * n_rows)
        axes = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).ravel().tolist()
        for axis, variant in zip(axes, variants, strict=False):
            best = float(oracles.loc[oracles["variant"] == variant, "value"].iloc[0])
            _panel(axis, curves[curves["variant"] == variant], choices[choices["variant"] == variant], best)
            axis.set_title(broken(variant))
        hide_unused(axes, len(variants))
        for axis in axes[max(0, len(variants) - n_columns) : len(variants)]:
            axis.set_xlabel("epoch")
        for axis in axes[::n_columns]:
            axis.set_ylabel(METRIC_TITLES[str(curves["metric"].iloc[0])])
        figure.legend(handles=_handles(curves), loc="outside lower center", ncols=2)
        head(figure, f"{title}: {NO_RESULT}", stand_in=stand_in)
    return figure


def _panel(axis: Axes, curves: pd.DataFrame, choices: pd.DataFrame, oracle: float) -> None:
    if curves["seed"].nunique() > 1:
        for _, one in curves.groupby("seed"):
            axis.plot(one["epoch"], one["value"], color=SKY, linewidth=0.5)
    mean = curves.groupby("epoch")["value"].mean()
    axis.plot(mean.index, mean, color=BLUE)
    axis.plot(mean.index[-1], mean.iloc[-1], color=BLUE, marker="o", clip_on=False)
    axis.axhline(oracle, color=VERMILION, linestyle="--")
    axis.vlines(
        np.sort(choices["epoch"].to_numpy(float)),
        0,
        _RUG,
        color=VERMILION,
        linewidth=0.5,
        transform=axis.get_xaxis_transform(),
    )
    last = int(mean.index[-1])
    axis.set_xlim(min(1, last - 1), last)
    axis.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axis.grid(axis="y", linewidth=0.3)


def _handles(curves: pd.DataFrame) -> list[Line2D]:
    several = curves["seed"].nunique() > 1
    return [
        *([Line2D([], [], color=SKY, linewidth=0.5, label="each seed")] if several else []),
        Line2D([], [], color=BLUE, label="mean of the seeds" if several else "score after the epoch"),
        Line2D([], [], color=BLUE, marker="o", linewidth=0, label="last epoch, which counts"),
        Line2D([], [], color=VERMILION, linestyle="--", label="oracle, an epoch for each fold"),
        Line2D([], [], color=VERMILION, marker="|", linewidth=0, label="epochs that the oracle chose"),
    ]
