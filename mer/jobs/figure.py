"""Draw the confusion matrices of one variant under one protocol."""

from collections.abc import Sequence
from pathlib import Path

from mer.artefacts.scores import CONFUSION_COLUMNS, read_rows
from mer.figures.confusion_figure import confusion_figure
from mer.figures.figure_file import save_figure
from mer.sweep.specs.tables import FigureSpec


def run(spec: FigureSpec, confusions: Path, outputs: Sequence[Path]) -> None:
    """Draw the figure and save it in every format asked for."""
    counts = read_rows([confusions], CONFUSION_COLUMNS)
    classes = list(dict.fromkeys(counts["true"]))
    figure = confusion_figure(counts, classes, spec.title, stand_in=spec.stand_in)
    for path in outputs:
        save_figure(figure, path)
