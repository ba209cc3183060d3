"""What all figures share: the widths of a page, colours, headings, names of variants."""

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.figures.figure_file import STYLE

# No text is smaller than 7 points: figures are drawn in the size in which they are printed.
PAPER: dict[Any, Any] = {
    **STYLE,
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.5,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.0,
    "lines.markersize": 4,
}
# Inches: a column of a page of two, and the whole page; nothing is higher than a page.
COLUMN, PAGE, HIGHEST = 3.4, 7.0, 9.0
# Colours that colour-blind people tell apart (Okabe and Ito 2008), the darkest first.
BLACK, BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = COLOURS = (
    "#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9",
)  # fmt: skip
GREY = "#767676"
ORACLE = "oracle_test"
STAND_IN = "stand-in data: the clips are synthetic"
# Characters of a line of a name.
_LINE = 24


def new_figure(width: float, height: float) -> Figure:
    """Make an empty page, in inches, whose parts find room by themselves."""
    return Figure(figsize=(width, min(height, HIGHEST)), dpi=300, layout="constrained")


def head(figure: Figure, title: str, *, stand_in: bool) -> None:
    """Write the title over a figure, and below it whether its clips are synthetic.

    A title that is too long is broken after a colon, then between words; the page gets higher by its lines.
    """
    wide = int(figure.get_figwidth() * 15)
    parts = [title] if len(title) <= wide else title.split(": ")
    lines = [
        line for part in (*parts, *([STAND_IN] if stand_in else [])) for line in textwrap.wrap(part, wide)
    ]
    figure.suptitle("\n".join(lines), fontsize=8.5)
    figure.set_figheight(min(HIGHEST, figure.get_figheight() + 0.14 * (len(lines) - 1)))


def variant_labels(rows: pd.DataFrame, baseline: str = "") -> dict[str, str]:
    """Name the variants of a table, which has the columns variant and selection, in their order."""
    pairs = rows[["variant", "selection"]].drop_duplicates().itertuples(index=False)
    return {
        str(variant): variant_label(str(variant), str(selection), baseline) for variant, selection in pairs
    }


def variant_label(variant: str, selection: str, baseline: str = "") -> str:
    """Name a variant on an axis, with what a reader must know of it; long names take several lines.

    Examples
    --------
    >>> variant_label("ststnet", "oracle_test")
    'ststnet (oracle)'
    >>> variant_label("flow_svm", "last", baseline="flow_svm")
    'flow_svm (baseline)'
    """
    marks = [" (oracle)"] if selection == ORACLE else []
    marks += [" (baseline)"] if variant == baseline else []
    return broken(variant + "".join(marks))


def broken(name: str, width: int = _LINE) -> str:
    r"""Break a long name after underscores and at blanks.

    Examples
    --------
    >>> broken("dual_inception_with_shared_streams")
    'dual_inception_with_\nshared_streams'
    """
    lines = [""]
    for piece in re.findall(r"[^_ ]+[_ ]?|[_ ]", name):
        if lines[-1] and len((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.rstrip() for line in lines)


def row_height(labels: Iterable[str]) -> float:
    """Height in inches that each row of a list needs, by the names beside them."""
    return 0.05 + 0.115 * max(label.count("\n") + 1 for label in labels)


def hide_unused(axes: Sequence[Axes], n_used: int) -> None:
    """Hide the panels of a grid that nothing is drawn in; the numbers below go to the panel above."""
    for number, axis in enumerate(axes[n_used:], start=n_used):
        axis.set_axis_off()
        spec = axis.get_subplotspec()
        above = number - spec.get_gridspec().ncols if spec else -1
        if 0 <= above < n_used:
            axes[above].tick_params(axis="x", labelbottom=True)
