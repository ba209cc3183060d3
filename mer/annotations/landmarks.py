"""Landmarks that come with a database: a CSV file of 68 points per clip at the top of its folder."""

import csv
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import numpy as np

from mer.core.errors import DataError, listed
from mer.core.files import complete
from mer.core.tabular import Row, number, read_rows
from mer.core.types import FloatArray

LANDMARKS_FILE = "landmarks.csv"
# The iBUG mark-up of 68 points, x before y.
_COORDINATES = tuple(f"{axis}{point}" for point in range(68) for axis in "xy")


def read_landmarks(path: Path) -> dict[tuple[str, str], FloatArray]:
    """Read the landmarks of clips in their first frame, which is the onset frame.

    Parameters
    ----------
    path
        CSV file with the columns ``subject``, ``clip``, ``x0``, ``y0`` to ``x67``, ``y67``: subject and
        clip in the names that the reader gives them, x along columns and y along rows, in pixels
        counted from the centre of the first pixel.

    Returns
    -------
    dict
        Points of shape (68, 2), x and y in pixels, by subject and clip.

    Raises
    ------
    DataError
        If a column or a cell is missing, a cell is no number, or a clip stands there twice, naming
        every line.
    """
    found: dict[tuple[str, str], FloatArray] = {}
    lines: dict[tuple[str, str], int] = {}
    problems = []
    for row in read_rows(path, ("subject", "clip", *_COORDINATES)):
        subject, clip = key = row["subject"], row["clip"]
        if key in lines:
            problems.append(f"line {row.line}: {subject}/{clip} is on line {lines[key]} already, keep one")
        lines.setdefault(key, row.line)
        points, wrong = _points(row)
        problems += [f"line {row.line}: {one}" for one in wrong]
        found[key] = points
    if problems:
        raise DataError(listed(f"{path} is not usable:", problems))
    return found


def stray_landmarks(given: Iterable[tuple[str, str]], known: Container[tuple[str, str]]) -> tuple[str, ...]:
    """Warn of landmarks whose subject and clip are those of no clip: names may be spelt otherwise."""
    stray = ["/".join(key) for key in given if key not in known]
    if not stray:
        return ()
    return (
        f"{LANDMARKS_FILE}: landmarks of {len(stray)} clips that the annotation lacks or the settings "
        f"leave out are not used, for example {stray[0]}",
    )


def write_landmarks(path: Path, landmarks: Mapping[tuple[str, str], FloatArray]) -> None:
    """Write landmarks as ``read_landmarks`` takes them, to a hundredth of a pixel.

    Parameters
    ----------
    path
        Where to.
    landmarks
        Points of shape (68, 2), x and y in pixels, by subject and clip.
    """
    with complete(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("subject", "clip", *_COORDINATES))
        for (subject, clip), points in landmarks.items():
            table.writerow((subject, clip, *(f"{value:.2f}" for value in points.ravel())))


def _points(row: Row) -> tuple[FloatArray, list[str]]:
    """Return the points of a row, shape (68, 2), and what is wrong with its cells."""
    values, problems = [], []
    for name in _COORDINATES:
        try:
            values.append(number(row[name], name))
        except DataError as error:
            values.append(None)
            problems.append(str(error))
    return np.array(values, dtype=float).reshape(-1, 2), problems
