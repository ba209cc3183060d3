"""The papers that published numbers come from."""

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "papers.csv"


def citation(paper: str) -> str:
    """Return the reference of a paper by its short name."""
    return _papers()[paper]["citation"]


def paper_title(paper: str) -> str:
    """Return what a paper is called in titles, by its short name.

    Examples
    --------
    >>> paper_title("resnet10-macro")
    'ResNet10'
    """
    return _papers()[paper]["title"]


@cache
def _papers() -> dict[str, dict[str, str]]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["paper"]: row for row in csv.DictReader(file)}
