"""The style of all figures, and how they become files."""

import logging
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from mer.core.files import complete

# Text stays text in PDF, and nothing in the file depends on the time it was made.
STYLE: dict[Any, Any] = {"pdf.fonttype": 42, "svg.hashsalt": "mer", "font.size": 8, "axes.titlesize": 8}
_METADATA = {".pdf": {"CreationDate": None}, ".png": {"Software": None}}


def save_figure(figure: Figure, path: Path) -> None:
    """Save a figure in the format of its suffix; the same figure gives the same bytes."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # tells of every table of a font
    with complete(path) as temporary, mpl.rc_context(STYLE):
        figure.savefig(temporary, dpi="figure", metadata=_METADATA.get(path.suffix))
