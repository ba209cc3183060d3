"""Which subjects are hard, and for whom."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.figures.page import COLUMN, HIGHEST, PAGE, PAPER, head, hide_unused, new_figure, variant_labels
from mer.tables.titles import SCOPE_TITLES, ordered_scopes

# Inches that a line of text takes; where rows are lower, only some of them are named.
_LINE = 0.115
# Names that are very long make panels smaller, not rows.
_LOWEST = 0.02
_PANELS = 4
_MEAN = "mean of all"


def subject_difficulty(
    shares: pd.DataFrame, title: str, *, baseline: str = "", stand_in: bool = False
) -> Figure:
    """Draw the share of right clips of each subject under each variant, one panel for each database.

    The hardest subject of a database is on top; beside the name is the number of its clips.

    Parameters
    ----------
    shares
        Columns variant, selection, database, subject, accuracy, n_clips; variants stand in the order in which
        they are drawn.
    title
        What the figure shows.
    baseline
        Variant to mark.
    stand_in
        Whether clips are synthetic.
    """
    databases = ordered_scopes(shares["database"])
    names = {name: label.replace("\n", "") for name, label in variant_labels(shares, baseline).items()}
    n_columns = min(_PANELS, len(databases))
    n_rows = -(-len(databases) // n_columns)
    n_subjects = int(shares.groupby("database")["subject"].nunique().max())
    above = 0.45 + 0.06 * max(map(len, [*names.values(), _MEAN]))
    row = min(_LINE, max(((HIGHEST - 0.9) / n_rows - above) / n_subjects, _LOWEST))
    width = PAGE if n_columns > 1 else min(PAGE, max(COLUMN, 1.7 + 0.35 * len(names)))
    with mpl.rc_context(PAPER):
        figure = new_figure(width, 0.9 + n_rows * (above + n_subjects * row))
        axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel().tolist()
        for axis, database in zip(axes, databases, strict=False):
            _panel(axis, shares[shares["database"] == database], names, row)
            axis.set_title(f"{SCOPE_TITLES.get(database, database)}\nsubjects (clips)")
            axis.set_ylim(n_subjects, 0)
        hide_unused(axes, len(databases))
        colours = axes[0].collections[0]
        figure.colorbar(
            colours, ax=axes, location="bottom", shrink=0.4, aspect=30, label="share of right clips"
        )
        head(figure, title, stand_in=stand_in)
    return figure


def _panel(axis: Axes, shares: pd.DataFrame, names: dict[str, str], row: float) -> None:
    table = shares.pivot_table(index="subject", columns="variant", values="accuracy", sort=False)[list(names)]
    mean = table.mean(axis=1)
    order = mean.sort_values(kind="stable").index
    n_clips = shares.groupby("subject")["n_clips"].max()
    subjects = [f"{subject.split(':', 1)[-1]} ({n_clips[subject]})" for subject in order]
    sns.heatmap(table.assign(**{_MEAN: mean}).loc[order], vmin=0, vmax=1, cmap="cividis", cbar=False, ax=axis)
    axis.axvline(len(names), color="white", linewidth=1.5)
    every = 1 if row >= 0.95 * _LINE else int(np.ceil(1.3 * _LINE / row))
    axis.set_yticks(np.arange(0, len(subjects), every) + 0.5, subjects[::every], rotation=0)
    axis.xaxis.tick_top()
    axis.set_xticks(np.arange(len(names) + 1) + 0.5, [*names.values(), _MEAN], rotation=90)
    axis.tick_params(length=0, pad=1)
    axis.set(xlabel="", ylabel="")
