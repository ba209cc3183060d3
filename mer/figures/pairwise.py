"""Differences between all pairs of methods, and whether they could be chance."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mer.core.errors import DataError
from mer.core.types import Array
from mer.figures.page import BLACK, COLUMN, PAGE, PAPER, SKY, broken, head, new_figure
from mer.tables.titles import METRIC_TITLES

# With more variants than this, cells are too small for numbers.
_WRITTEN = 14
# The least end of the scale of colours, so that differences next to nothing stay pale.
_LEAST_SCALE = 0.05


def pairwise(
    comparisons: pd.DataFrame, title: str, *, alpha: float = 0.05, baseline: str = "", stand_in: bool = False
) -> Figure:
    """Draw the difference of each pair of variants as colour; significant ones are framed.

    A cell is the score of its column less that of its row; beneath the difference stands p, before it was
    adjusted. Variants are sorted from the best to the worst, so that each pair stands once.

    Parameters
    ----------
    comparisons
        Columns first, second, metric, difference (of the first less the second), p, p_adjusted; each pair
        once, one metric.
    title
        What the figure shows.
    alpha
        Adjusted p from which on a difference is not significant.
    baseline
        Variant to mark.
    stand_in
        Whether clips are synthetic.

    Raises
    ------
    DataError
        If a pair is missing or doubled.
    """
    differences = _square(comparisons, "difference", sign=-1)
    order = list(differences.mean(axis=1).sort_values(ascending=False, kind="stable").index)
    # Columns less rows: below the diagonal, the better one less the worse one.
    differences = -differences.loc[order, order]
    p, adjusted = (_square(comparisons, name).loc[order, order] for name in ("p", "p_adjusted"))
    marks = [broken(f"{name} (baseline)" if name == baseline else name) for name in order]
    written, beside, below = len(order) <= _WRITTEN, _room(marks[1:]), _room(marks[:-1])
    with mpl.rc_context(PAPER):
        cells = min(0.45 * (len(order) - 1), PAGE - beside - 0.9)
        width = min(PAGE, max(COLUMN, cells + beside + 0.9))
        figure = new_figure(width, max(1.0, 0.96 * cells) + below + 0.4)
        axis = figure.subplots()
        lower = np.tril(differences.to_numpy(), k=-1)
        sns.heatmap(
            differences,
            mask=np.triu(np.ones(differences.shape, dtype=bool)),
            annot=_texts(differences, p) if written else False,
            fmt="",
            annot_kws={"fontsize": 7, "color": BLACK},
            vmin=min(0.0, lower.min()),
            vmax=max(_LEAST_SCALE, lower.max()),
            cmap=sns.light_palette(SKY, as_cmap=True),
            linewidths=0.5,
            square=True,
            cbar_kws={"shrink": 0.6, "label": _label(comparisons)},
            ax=axis,
        )
        _frames(axis, adjusted, alpha)
        axis.set_xticks(np.arange(len(order) - 1) + 0.5, marks[:-1], rotation=90)
        axis.set_yticks(np.arange(1, len(order)) + 0.5, marks[1:], rotation=0)
        axis.set(xlim=(0, len(order) - 1), ylim=(len(order), 1), xlabel="", ylabel="")
        axis.tick_params(length=0, pad=2)
        head(figure, title, stand_in=stand_in)
    return figure


def _room(names: Sequence[str]) -> float:
    """Inches that the longest line of some names takes."""
    return 0.2 + 0.06 * max(len(line) for name in names for line in name.split("\n"))


def _square(comparisons: pd.DataFrame, column: str, *, sign: int = 1) -> pd.DataFrame:
    """Turn rows of pairs into a table of all variants by all variants."""
    names = list(dict.fromkeys([*comparisons["first"], *comparisons["second"]]))
    pairs = {frozenset(pair) for pair in comparisons[["first", "second"]].itertuples(index=False)}
    expected = len(names) * (len(names) - 1) // 2
    if len(pairs) != expected or len(comparisons) != expected:
        raise DataError(
            f"Expected each of {expected} pairs of {len(names)} variants once, got {len(comparisons)} rows "
            f"of {len(pairs)} pairs."
        )
    table = pd.DataFrame(0.0, index=names, columns=names)
    for row in comparisons.to_dict("records"):
        table.loc[row["first"], row["second"]] = row[column]
        table.loc[row["second"], row["first"]] = sign * row[column]
    return table


def _texts(differences: pd.DataFrame, p: pd.DataFrame) -> Array:
    return np.vectorize(lambda d, q: f"{d:.2f}\n{_p(q)}".replace("0.", "."))(differences, p)


def _p(p: float) -> str:
    if np.isnan(p):
        return "–"
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def _label(comparisons: pd.DataFrame) -> str:
    metric = str(comparisons["metric"].iloc[0])
    return f"{METRIC_TITLES[metric]} of column less row"


def _frames(axis: Axes, adjusted: pd.DataFrame, alpha: float) -> None:
    """Frame the cells of significant differences."""
    for row, column in np.argwhere(np.tril(adjusted.to_numpy() < alpha, k=-1)):
        axis.add_patch(
            Rectangle((column + 0.04, row + 0.04), 0.92, 0.92, fill=False, edgecolor=BLACK, linewidth=1.1)
        )
