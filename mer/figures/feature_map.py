"""Learned features before and after a module, in two dimensions (t-SNE, van der Maaten and Hinton 2008)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from mer.core.errors import DataError
from mer.core.types import BoolArray, FloatArray
from mer.figures.page import BLACK, COLOURS, GREY, PAGE, PAPER, head, new_figure
from mer.tables.titles import SCOPE_TITLES, ordered_scopes

_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
_FEWEST = 5
# Entries of the legend that fit into a line.
_IN_A_LINE = 8


@dataclass(frozen=True)
class Points:
    """Clips whose features are shown.

    Attributes
    ----------
    labels
        Class names, shape (N,).
    databases
        Names of databases, shape (N,).
    held_out
        Which clips the network did not learn from, shape (N,).
    """

    labels: Sequence[str]
    databases: Sequence[str]
    held_out: BoolArray


def feature_map(
    before: FloatArray,
    after: FloatArray,
    points: Points,
    title: str,
    rng: np.random.Generator,
    *,
    classes: Sequence[str],
    panels: tuple[str, str] = ("before", "after"),
    stand_in: bool = False,
) -> Figure:
    """Draw two maps: colours are classes, marks are databases, clips that were held out have a dark edge.

    Distances between far points of such a map mean nothing, and neither do its axes.

    Parameters
    ----------
    before, after
        Features of N clips, shapes (N, D) and (N, D'), finite.
    points
        What is known of the clips.
    title
        What the figure shows.
    rng
        Where the maps start.
    classes
        K class names in their order.
    panels
        Titles of the two maps.
    stand_in
        Whether clips are synthetic.

    Raises
    ------
    DataError
        If features are fewer than five, not of the same clips or no finite numbers.
    """
    for features in (before, after):
        _check(features, points)
    databases = ordered_scopes(points.databases)
    with mpl.rc_context(PAPER):
        figure = new_figure(PAGE, 3.9)
        for axis, features, name in zip(figure.subplots(1, 2), (before, after), panels, strict=True):
            _panel(axis, embedded(features, rng), points, classes, databases)
            axis.set_title(name)
        handles = _handles(classes, databases, points)
        n_lines = -(-len(handles) // _IN_A_LINE)
        figure.legend(
            handles=handles,
            loc="outside lower center",
            ncols=-(-len(handles) // n_lines),
            columnspacing=1.2,
            handletextpad=0.2,
        )
        head(figure, title, stand_in=stand_in)
    return figure


def embedded(features: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Lay features (N, D) out in the plane, (N, 2)."""
    neighbours = min(30.0, (len(features) - 1) / 3)
    start = rng.normal(scale=1e-4, size=(len(features), 2)).astype(np.float32)
    layout = TSNE(perplexity=neighbours, init=start, learning_rate="auto", random_state=0, n_jobs=1)
    # One thread: sums do not depend on how many there are, and small maps are made faster.
    with threadpool_limits(limits=1):
        return np.asarray(layout.fit_transform(np.asarray(features, dtype=np.float32)))


def _check(features: FloatArray, points: Points) -> None:
    n = len(points.labels)
    if features.ndim != 2 or len(features) != n or n < _FEWEST:
        raise DataError(
            f"Expected features of shape (N, D) of at least {_FEWEST} clips, N = {n}, got {features.shape}."
        )
    if not np.isfinite(features).all():
        raise DataError("Features must be finite numbers.")


def _panel(
    axis: Axes, places: FloatArray, points: Points, classes: Sequence[str], databases: Sequence[str]
) -> None:
    for held_out in (False, True):
        for number, database in enumerate(databases):
            chosen = np.array(
                [
                    one == database and out == held_out
                    for one, out in zip(points.databases, points.held_out, strict=True)
                ]
            )
            colours = [
                _colour(classes, label) for label, one in zip(points.labels, chosen, strict=True) if one
            ]
            axis.scatter(
                places[chosen, 0],
                places[chosen, 1],
                c=colours,
                marker=_MARKERS[number % len(_MARKERS)],
                s=28 if held_out else 10,
                edgecolors=BLACK if held_out else "none",
                linewidths=0.8 if held_out else 0,
                alpha=1 if held_out else 0.6,
            )
    axis.set(xticks=[], yticks=[])
    axis.spines[["top", "right"]].set_visible(True)


def _colour(classes: Sequence[str], label: str) -> str:
    colours = (*COLOURS[1:], GREY)  # held-out clips have a black edge
    return colours[classes.index(label) % len(colours)]


def _handles(classes: Sequence[str], databases: Sequence[str], points: Points) -> list[Line2D]:
    """Explain colours, marks and edges; marks only where there are several databases."""
    blank: dict[str, Any] = {"linewidth": 0}
    handles = [
        Line2D([], [], marker="o", color=_colour(classes, name), label=name, **blank) for name in classes
    ]
    if len(databases) > 1:
        handles += [
            Line2D(
                [],
                [],
                marker=_MARKERS[number % len(_MARKERS)],
                color=GREY,
                label=SCOPE_TITLES.get(name, name),
                **blank,
            )
            for number, name in enumerate(databases)
        ]
    if any(points.held_out):
        edge = {**blank, "marker": "o", "markersize": 5.5, "color": GREY, "markeredgecolor": BLACK}
        handles.append(Line2D([], [], label="held out", **edge))
        handles.append(Line2D([], [], marker="o", markersize=3, color=GREY, label="learned from", **blank))
    return handles
