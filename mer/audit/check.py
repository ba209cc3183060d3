"""The result of one check, and the published cells that it concerns."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

Verdict = Literal["agrees", "disagrees", "derived", "not computable"]
VERDICTS: tuple[Verdict, ...] = ("agrees", "disagrees", "derived", "not computable")
KEY = ("paper", "table", "protocol", "dataset_scope", "method_slug", "metric")


@dataclass(frozen=True)
class Cell:
    """Key of a published cell, and what a footnote says about it where the check disagrees."""

    paper: str
    table: str
    protocol: str
    dataset_scope: str
    method_slug: str
    metric: str
    note: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that was recomputed, or that was looked at and cannot be.

    Attributes
    ----------
    paper
        Short name of the paper; for results of a sweep, the name of the sweep.
    item
        What is checked; unique within the paper.
    printed
        What the paper prints, or a file of a sweep says.
    recomputed
        What follows from the numbers behind it.
    verdict
        ``agrees`` and ``disagrees`` are computed. ``derived`` is a number that is not printed, or a
        finding that contradicts nothing. ``not computable`` is a remark of a reader.
    reason
        Why, or how it was computed.
    weight
        Of a disagreement: A changes what may be compared or concluded, B is a wrong value, C a last
        digit or wording; blank if not judged.
    cells
        Published cells that a disagreement speaks about.
    """

    paper: str
    item: str
    printed: str
    recomputed: str
    verdict: Verdict
    reason: str = ""
    weight: Literal["", "A", "B", "C"] = ""
    cells: tuple[Cell, ...] = ()


def verdict_of(right: bool) -> Verdict:
    """Name what a comparison came to.

    Examples
    --------
    >>> verdict_of(1 + 1 == 2)
    'agrees'
    """
    return "agrees" if right else "disagrees"


def as_frame(checks: Iterable[Check]) -> pd.DataFrame:
    """Write one row per check: all its texts, and how many cells it speaks about."""
    texts = ("paper", "item", "printed", "recomputed", "verdict", "reason", "weight")
    rows = [
        {name: getattr(check, name) for name in texts} | {"n_cells": len(check.cells)} for check in checks
    ]
    return pd.DataFrame(rows, columns=[*texts, "n_cells"])


def cells_of(checks: Iterable[Check]) -> pd.DataFrame:
    """List the cells of checks that disagree.

    Returns
    -------
    DataFrame
        One row per cell: paper, table, protocol, dataset_scope, method_slug, metric and reason, a
        text fit for a footnote. Reasons of one cell are joined by semicolons.
    """
    rows = [
        asdict(cell) | {"reason": cell.note}
        for check in checks
        if check.verdict == "disagrees"
        for cell in check.cells
        if cell.note
    ]
    found = pd.DataFrame(rows, columns=[*KEY, "reason"]).drop_duplicates()
    joined = found.groupby(list(KEY), sort=False)["reason"].agg("; ".join)
    return joined.reset_index()
