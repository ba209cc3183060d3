"""Mean ranks of methods over tasks, and which of them are too close to call (Demsar 2006)."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import scikit_posthocs
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.core.errors import DataError
from mer.evaluation.mean_ranks import MeanRanks, mean_ranks
from mer.figures.page import BLACK, BLUE, COLUMN, GREY, PAGE, PAPER, head, new_figure

FEWEST_METHODS, FEWEST_TASKS = 3, 5
# So many methods with names of so many characters fit into a column.
_FEW, _SHORT = 6, 16


def critical_difference(
    scores: pd.DataFrame, title: str, *, alpha: float = 0.05, baseline: str = "", stand_in: bool = False
) -> Figure:
    """Draw mean ranks on an axis, the best to the left; bars join methods that are not told apart (Nemenyi).

    Parameters
    ----------
    scores
        A row for each task, a column for each method, higher is better.
    title
        What the figure shows.
    alpha
        Level of the test.
    baseline
        Method to mark.
    stand_in
        Whether clips are synthetic.

    Raises
    ------
    DataError
        If there are too few methods or tasks, or a score is missing.
    """
    ranking = _ranking(scores, alpha)
    names = {name: f"{name} (baseline)" if name == baseline else str(name) for name in scores.columns}
    short = len(names) <= _FEW and max(map(len, names.values())) <= _SHORT
    with mpl.rc_context(PAPER):
        figure = new_figure(COLUMN if short else PAGE, 1.6 + 0.14 * len(names))
        axis = figure.subplots()
        labels = list(names.values())
        scikit_posthocs.critical_difference_diagram(
            pd.Series(ranking.ranks, index=labels),
            pd.DataFrame(ranking.p_nemenyi, index=labels, columns=labels),
            alpha=alpha,
            ax=axis,
            label_fmt_left="{label} ({rank:.2f})",
            label_fmt_right="({rank:.2f}) {label}",
            label_props={"fontsize": 7},
            elbow_props={"color": BLACK, "linewidth": 0.7},
            marker_props={"s": 12},
            crossbar_props={"color": BLUE, "linewidth": 2.5},
            text_h_margin=0.03 * len(names),
        )
        _scale(axis, ranking)
        head(figure, title, stand_in=stand_in)
    return figure


def _ranking(scores: pd.DataFrame, alpha: float) -> MeanRanks:
    n_tasks, k = scores.shape
    if k < FEWEST_METHODS or n_tasks < FEWEST_TASKS:
        raise DataError(
            f"Ranks of {k} methods over {n_tasks} tasks tell nothing: it takes at least {FEWEST_METHODS} "
            f"methods and {FEWEST_TASKS} tasks."
        )
    return mean_ranks(scores.to_numpy(float), alpha=alpha)


def _scale(axis: Axes, ranking: MeanRanks) -> None:
    """Draw the axis of ranks, and over it how far apart two methods must be."""
    first, last = int(min(ranking.ranks)), int(np.ceil(max(ranking.ranks)))
    axis.set_xticks(range(first, last + 1))
    axis.spines["top"].set_visible(True)
    axis.spines["top"].set_bounds(first, last)
    end = first + ranking.critical_difference
    axis.plot([first, end], [2.6, 2.6], color=GREY, linewidth=1, marker="|", markersize=5)
    text = f"critical difference {ranking.critical_difference:.2f}"
    axis.text((first + end) / 2, 2.9, text, ha="center", va="bottom", fontsize=7, color=GREY)
    axis.set_ylim(top=4)
    axis.set_xlim(left=min(first, axis.get_xlim()[0]), right=max(last, axis.get_xlim()[1]))
