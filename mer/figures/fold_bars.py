"""The accuracy of each fold, method by method."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.core.errors import DataError
from mer.figures.page import (
    BLUE,
    COLUMN,
    GREY,
    ORACLE,
    PAGE,
    PAPER,
    VERMILION,
    head,
    hide_unused,
    new_figure,
    variant_labels,
)

MOST_FOLDS = 12
_PANELS = 4


def fold_bars(accuracies: pd.DataFrame, title: str, *, baseline: str = "", stand_in: bool = False) -> Figure:
    """Draw a panel for each variant, with a bar for each fold and a line at the mean of the folds.

    Parameters
    ----------
    accuracies
        Columns variant, selection, fold, accuracy, n_clips; variants stand in the order in which they are
        drawn.
    title
        What the figure shows.
    baseline
        Variant to mark.
    stand_in
        Whether clips are synthetic.

    Raises
    ------
    DataError
        If there are more folds than bars can be told apart.
    """
    folds = sorted(accuracies["fold"].unique())
    if len(folds) > MOST_FOLDS:
        raise DataError(f"{len(folds)} folds cannot be told apart as bars, at most {MOST_FOLDS} can.")
    labels = variant_labels(accuracies, baseline)
    n_columns = min(len(labels), _PANELS)
    n_rows = -(-len(labels) // n_columns)
    width = COLUMN if n_columns <= 2 else PAGE
    with mpl.rc_context(PAPER):
        figure = new_figure(width, 0.6 + 1.35 * n_rows)
        axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel().tolist()
        for axis, (variant, label) in zip(axes, labels.items(), strict=False):
            rows = accuracies[accuracies["variant"] == variant].set_index("fold").reindex(folds)
            _panel(axis, rows, label)
        hide_unused(axes, len(labels))
        axes[0].set_ylim(0, 1)
        axes[0].set_xticks(range(len(folds)), [str(fold + 1) for fold in folds])
        figure.supxlabel("fold", fontsize=7.5)
        figure.supylabel("accuracy", fontsize=7.5)
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, rows: pd.DataFrame, label: str) -> None:
    oracle, mean = (rows["selection"] == ORACLE).any(), rows["accuracy"].mean()
    colour = VERMILION if oracle else BLUE
    axis.bar(
        range(len(rows)), rows["accuracy"], width=0.75, color="white" if oracle else colour, edgecolor=colour
    )
    for place in np.flatnonzero(rows["accuracy"].isna()).tolist():
        axis.text(place, 0.02, "–", ha="center")  # none of its clips is among the variant's
    axis.axhline(mean, color=GREY, linestyle="--", linewidth=0.8)
    axis.set_title(f"{label}\nmean {mean:.3f}")
    axis.tick_params(axis="x", length=0)
