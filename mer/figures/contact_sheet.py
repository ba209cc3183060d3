"""Contact sheets: what preprocessing made of a few clips, side by side, for a person to judge."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray
from mer.figures import contact_pictures as pictures
from mer.figures.contact_pictures import flow_colours
from mer.figures.figure_file import STYLE

__all__ = ["SheetRow", "contact_sheet", "flow_colours"]

# Inches; a line is one of the small text.
_WIDTH, _LEAST_WIDTH, _HIGHEST_PICTURE, _LABELS = 10.0, 6.0, 1.5, 1.4
_MARGIN, _GAP, _BELOW, _LEGEND, _HEADING, _LINE = 0.1, 0.07, 0.34, 0.6, 0.16, 0.125
_DPI = 150
# Points, and how many characters of such text surely fit into an inch.
_TITLE, _NAME, _SMALL = 9.5, 7.0, pictures.SMALL
_FITTING = {_TITLE: 10.5, _NAME: 14.0, _SMALL: 19.0}
_MISSING = "#e4e4e4"
_MARKS = "Onset as read: landmarks yellow, border of the region that is kept blue."
_SCALES = (
    "Pictures below a legend have one scale per clip, which ends at the "
    f"{pictures.PERCENTILE}th percentile of the picture's pixels, so that few outliers do not darken the "
    "rest; max is the largest value. Flow goes from prepared onset to prepared apex, u rightwards, v "
    "downwards: white is at rest, black is no number."
)


@dataclass(frozen=True)
class SheetRow:
    """One clip on a contact sheet.

    Attributes
    ----------
    name
        Identifier of the sample.
    onset
        Frame as read, shape (H, W) or (H, W, 3), uint8 or float from 0 to 1, as all frames here.
    apex
        Frame as read, or None where the recipe has no apex.
    landmarks
        68 points x and y in pixels of ``onset``, shape (68, 2), or None where there are none.
    outline
        Corners x and y of the region that is kept, in their order around it, in pixels of ``onset``,
        shape (4, 2); None for the whole frame.
    prepared_onset
        Frame after preprocessing, shape (h, w) or (h, w, 3).
    prepared_apex
        Frame of the same shape, or None.
    flow
        Displacement (u, v) in pixels from ``prepared_onset`` to ``prepared_apex``, shape (2, h, w), or
        None.
    strain
        Magnitude of the optical strain, shape (h, w), or None.
    note
        What a person should know, for example ``apex 31 spotted, 35 annotated``.
    """

    name: str
    onset: Array
    apex: Array | None
    landmarks: FloatArray | None
    outline: FloatArray | None
    prepared_onset: Array
    prepared_apex: Array | None
    flow: FloatArray | None
    strain: FloatArray | None
    note: str = ""


@dataclass(frozen=True)
class _Column:
    """One kind of picture.

    Attributes
    ----------
    heading
        What stands above it.
    picture
        Takes a clip and returns what is drawn, or None.
    draw
        Draws it and returns what stands below.
    legend
        Draws what the colours mean.
    """

    heading: str
    picture: Callable[[SheetRow], Array | None]
    draw: Callable[[Axes, Array], str] = pictures.draw_frame
    legend: Callable[[Axes], None] | None = None


def _change(row: SheetRow) -> FloatArray | None:
    return None if row.prepared_apex is None else pictures.difference(row.prepared_onset, row.prepared_apex)


_COLUMNS = (
    _Column("onset as read", lambda row: row.onset),
    _Column("apex as read", lambda row: row.apex),
    _Column("prepared onset", lambda row: row.prepared_onset),
    _Column("prepared apex", lambda row: row.prepared_apex),
    _Column("|apex – onset|", _change, pictures.draw_difference, pictures.draw_difference_legend),
    _Column("flow", lambda row: row.flow, pictures.draw_flow, pictures.draw_flow_legend),
    _Column("strain", lambda row: row.strain, pictures.draw_strain, pictures.draw_strain_legend),
)
_FRAME = ("(H, W)", "(H, W, 3)")
_SHAPES = {
    "onset": _FRAME,
    "apex": _FRAME,
    "landmarks": ("(68, 2)",),
    "outline": ("(4, 2)",),
    "prepared_onset": _FRAME,
    "prepared_apex": _FRAME,
    "flow": ("(2, h, w)",),
    "strain": ("(h, w)",),
}
# The column whose pictures carry landmarks and outline.
_MARKED = _COLUMNS[0]


def contact_sheet(rows: Sequence[SheetRow], title: str, caption: str = "") -> Figure:
    """Draw one row of pictures per clip, from the frames as read to the optical strain.

    Columns of which no clip has a picture are left out; a picture that one clip lacks is a dash.

    Parameters
    ----------
    rows
        The clips; four to six fill a page.
    title
        What the sheet shows.
    caption
        What is written below, before the meaning of the colours.

    Raises
    ------
    DataError
        If there is no clip, or a clip's arrays have shapes that do not fit.
    """
    if not rows:
        raise DataError("A contact sheet needs at least one clip, got none.")
    for row in rows:
        _check(row)
    columns = [column for column in _COLUMNS if any(column.picture(row) is not None for row in rows)]
    with mpl.rc_context(STYLE):
        return _drawn(rows, columns, title, caption)


class _Page:
    """A figure on which things are placed in inches from its top left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.figure = Figure(figsize=(width, height), dpi=_DPI)
        self._size = (width, height)

    def axes(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Add axes without ticks; the label is for programs."""
        across, down = self._size
        place = (left / across, 1 - (top + height) / down, width / across, height / down)
        return self.figure.add_axes(place, label=label, xticks=[], yticks=[])

    def text(self, left: float, top: float, text: str, size: float, **style: str) -> None:
        """Write text below a point; dollar signs in it begin no formula."""
        x, y = left / self._size[0], 1 - top / self._size[1]
        self.figure.text(x, y, text, {"fontsize": size, "parse_math": False, "va": "top", **style})


@dataclass(frozen=True)
class _Layout:
    """Sizes in inches.

    Attributes
    ----------
    width
        Of the page.
    high
        Height of every picture.
    lefts, widths
        Of the columns.
    heights
        Of the rows.
    """

    width: float
    high: float
    lefts: FloatArray
    widths: FloatArray
    heights: FloatArray


def _layout(columns: Sequence[_Column], rows: Sequence[SheetRow]) -> _Layout:
    """Make the pictures as large as the page allows, and rows with much text higher."""
    shares = np.array([_share(column, rows) for column in columns])
    others = 2 * _MARGIN + _LABELS + len(columns) * _GAP
    high = min(_HIGHEST_PICTURE, (_WIDTH - others) / shares.sum())
    widths = high * shares
    lefts = _MARGIN + _LABELS + _GAP + np.cumsum([0, *(widths[:-1] + _GAP)])
    lines = [len(_wrapped(row.name, _LABELS, _NAME) + _wrapped(row.note, _LABELS, _SMALL)) for row in rows]
    heights = np.array([max(high + _BELOW, _LINE * (n + 1.5)) for n in lines])
    return _Layout(max(_LEAST_WIDTH, others + widths.sum()), high, lefts, widths, heights)


def _drawn(rows: Sequence[SheetRow], columns: Sequence[_Column], title: str, caption: str) -> Figure:
    layout = _layout(columns, rows)
    legends = [left for column, left in zip(columns, layout.lefts, strict=True) if column.legend]
    # The title stands left of the legends.
    above = _wrapped(title, min([layout.width, *legends]) - 2 * _MARGIN, _TITLE)
    below = _wrapped(" ".join([caption, _MARKS, _SCALES * bool(legends)]), layout.width - 2 * _MARGIN, _SMALL)
    first = _MARGIN + _HEADING + max(1.5 * _LINE * len(above), _LEGEND * bool(legends))
    *tops, bottom = first + np.cumsum([0, *layout.heights])
    page = _Page(layout.width, bottom + _LINE * len(below) + _MARGIN)
    page.text(_MARGIN, _MARGIN, "\n".join(above), _TITLE, weight="bold")
    page.text(_MARGIN, bottom, "\n".join(below), _SMALL)
    for row, top in zip(rows, tops, strict=True):
        name = _wrapped(row.name, _LABELS, _NAME)
        page.text(_MARGIN, top, "\n".join(name), _NAME, weight="bold")
        note = "\n".join(_wrapped(row.note, _LABELS, _SMALL))
        page.text(_MARGIN, top + _LINE * (len(name) + 0.3), note, _SMALL)
    for column, left, width in zip(columns, layout.lefts, layout.widths, strict=True):
        middle = left + width / 2
        page.text(middle, first - _HEADING, column.heading, _NAME, ha="center")
        if column.legend:
            area = page.axes(left, first - _HEADING - _LEGEND, width, _LEGEND, f"{column.heading}: legend")
            area.set_axis_off()
            column.legend(area)
        for row, top in zip(rows, tops, strict=True):
            axes = page.axes(left, top, width, layout.high, f"{column.heading}: {row.name}")
            written = _fill(axes, column, row)
            page.text(middle, top + layout.high + 0.03, written, _SMALL, ha="center", color="#444444")
    return page.figure


def _fill(axes: Axes, column: _Column, row: SheetRow) -> str:
    """Draw a clip's picture, or a dash where it has none; return what stands below."""
    axes.set_facecolor(_MISSING)
    for spine in axes.spines.values():
        spine.set(linewidth=0.4, color="#888888")
    picture = column.picture(row)
    if picture is None:
        axes.text(0.5, 0.5, "–", transform=axes.transAxes, ha="center", va="center", fontsize=12)
        return ""
    written = column.draw(axes, picture)
    if column is _MARKED:
        pictures.draw_marks(axes, row.onset, row.landmarks, row.outline)
    axes.set(xticks=[], yticks=[])
    return written


def _share(column: _Column, rows: Sequence[SheetRow]) -> float:
    """Find the largest width of a column's pictures as a share of their height, within reason."""
    shapes = [picture.shape for row in rows if (picture := column.picture(row)) is not None]
    # Colour channels come last, the two components of a flow first.
    sizes = [shape[:2] if shape[2:] == (3,) else shape[-2:] for shape in shapes]
    return float(np.clip(max(width / height for height, width in sizes), 0.6, 1.8))


def _wrapped(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines of some inches; names break after a colon, slash or underscore."""
    most = int(width * _FITTING[size])
    lines = re.findall(rf".{{1,{most}}}(?:(?<=[\s:/_-])|$)|.{{1,{most}}}", " ".join(text.split()))
    return [line.strip() for line in lines]


def _check(row: SheetRow) -> None:
    """Refuse arrays that cannot be what they are said to be."""
    for name, shapes in _SHAPES.items():
        array = getattr(row, name)
        if array is not None and not (array.size and any(_fits(array.shape, shape) for shape in shapes)):
            raise DataError(
                f"{row.name}: expected {name} of shape {' or '.join(shapes)}, not empty, got {array.shape}."
            )
    if row.prepared_apex is not None and row.prepared_apex.shape != row.prepared_onset.shape:
        raise DataError(
            f"{row.name}: expected prepared frames of one shape, got {row.prepared_onset.shape} for the "
            f"onset and {row.prepared_apex.shape} for the apex."
        )


def _fits(shape: tuple[int, ...], wanted: str) -> bool:
    """Compare a shape with one such as ``(2, h, w)``, where letters stand for any number."""
    lengths = wanted.strip("()").split(", ")
    return len(shape) == len(lengths) and all(
        not wants.isdigit() or n == int(wants) for n, wants in zip(shape, lengths, strict=True)
    )
