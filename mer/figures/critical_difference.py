"""Mean ranks of methods over tasks, and which of them are too close to call (Demsar 2006)."""

from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
import scikit_posthocs
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import stats

from mer.core.errors import DataError
from mer.figures.page import BLACK, BLUE, COLUMN, GREY, PAGE, PAPER, head, new_figure

FEWEST_METHODS, FEWEST_TASKS = 3, 5
# So many methods with names of so many characters fit into a column.
_FEW, _SHORT = 6, 16


@dataclass(frozen=True)
class Ranking:
    """Ranks of k methods over N tasks.

    Attributes
    ----------
    mean_ranks
        By method, 1 for the best.
    p
        Nemenyi's p of each pair, methods by methods.
    friedman_p
        Of Friedman's test that all methods are equal.
    critical_difference
        Mean ranks that differ by less are not told apart at the level.
    n_tasks
        Number N.
    """

    mean_ranks: "pd.Series[float]"
    p: pd.DataFrame
    friedman_p: float
    critical_difference: float
    n_tasks: int


def rank(scores: pd.DataFrame, alpha: float = 0.05) -> Ranking:
    """Rank methods on each task and compare their mean ranks.

    Parameters
    ----------
    scores
        A row for each task, a column for each method, higher is better.
    alpha
        Level of the critical difference.

    Raises
    ------
    DataError
        If there are too few methods or tasks, or a score is missing.
    """
    n, k = scores.shape
    if k < FEWEST_METHODS or n < FEWEST_TASKS:
        raise DataError(
            f"Ranks of {k} methods over {n} tasks tell nothing: it takes at least {FEWEST_METHODS} methods "
            f"and {FEWEST_TASKS} tasks."
        )
    if scores.isna().any(axis=None):
        raise DataError("Every method must have a score on every task.")
    ranks = scores.rank(axis=1, ascending=False)
    q = float(stats.studentized_range.ppf(1 - alpha, k, np.inf)) / np.sqrt(2)
    return Ranking(
        mean_ranks=ranks.mean(),
        p=scikit_posthocs.posthoc_nemenyi_friedman(scores),
        friedman_p=float(stats.friedmanchisquare(*scores.to_numpy().T).pvalue),
        critical_difference=float(q * np.sqrt(k * (k + 1) / (6 * n))),
        n_tasks=n,
    )


def critical_difference(
    ranking: Ranking, title: str, *, alpha: float = 0.05, baseline: str = "", stand_in: bool = False
) -> Figure:
    """Draw mean ranks on an axis, best to the left; bars join methods that are not told apart.

    Parameters
    ----------
    ranking
        Of :func:`rank`.
    title
        What the figure shows.
    alpha
        Level of the test.
    baseline
        Method to mark.
    stand_in
        Whether clips are synthetic.
    """
    names = {
        name: f"{name} (baseline)" if name == baseline else str(name) for name in ranking.mean_ranks.index
    }
    short = len(names) <= _FEW and max(map(len, names.values())) <= _SHORT
    with mpl.rc_context(PAPER):
        figure = new_figure(COLUMN if short else PAGE, 1.6 + 0.14 * len(names))
        axis = figure.subplots()
        scikit_posthocs.critical_difference_diagram(
            ranking.mean_ranks.rename(index=names),
            ranking.p.rename(index=names, columns=names),
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


def _scale(axis: Axes, ranking: Ranking) -> None:
    """Draw the axis of ranks, and over it how far apart two methods must be."""
    first, last = int(ranking.mean_ranks.min()), int(np.ceil(ranking.mean_ranks.max()))
    axis.set_xticks(range(first, last + 1))
    axis.spines["top"].set_visible(True)
    axis.spines["top"].set_bounds(first, last)
    end = first + ranking.critical_difference
    axis.plot([first, end], [2.6, 2.6], color=GREY, linewidth=1, marker="|", markersize=5)
    text = f"critical difference {ranking.critical_difference:.2f}"
    axis.text((first + end) / 2, 2.9, text, ha="center", va="bottom", fontsize=7, color=GREY)
    axis.set_ylim(top=4)
    axis.set_xlim(left=min(first, axis.get_xlim()[0]), right=max(last, axis.get_xlim()[1]))
