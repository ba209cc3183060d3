"""The papers' tables of results: their rows and columns in the papers' order."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mer.core.errors import ConfigError, unknown_name
from mer.published.remarks import is_comparable, remark_on

# One row per printed number, in the papers' order.
_FILE = Path(__file__).parent / "results.csv"


@dataclass(frozen=True)
class Column:
    """A column of a paper's table.

    Attributes
    ----------
    protocol
        Slug of the published protocol.
    scope
        What was tested: ``composite``, ``average``, or one database, as the papers' slugs say.
    metric
        As the papers call it; ``acc`` and ``war`` are the same quantity.
    """

    protocol: str
    scope: str
    metric: str


@dataclass(frozen=True)
class PublishedCell:
    """A printed number.

    Attributes
    ----------
    value
        A fraction for scores, millions of parameters, seconds; None where the paper prints none.
    printed
        As it stands in the paper.
    note
        About this cell: what it stands for, misprints.
    remark
        What is known to be wrong with it; blank if nothing is.
    is_comparable
        Whether it is of the quantity that it is called after.
    """

    value: float | None
    printed: str
    note: str = ""
    remark: str = ""
    is_comparable: bool = True


@dataclass(frozen=True)
class PublishedRow:
    """A row of a paper's table: a method, where its numbers come from, and its cells."""

    slug: str
    method: str
    source_kind: str
    cells: Mapping[Column, PublishedCell]


@dataclass(frozen=True)
class PublishedTable:
    """A table of results of a paper."""

    paper: str
    table: str
    columns: tuple[Column, ...]
    rows: tuple[PublishedRow, ...]


def table_name(paper: str, table: str) -> str:
    """Name the files of a paper's table.

    Examples
    --------
    >>> table_name("fr", "Table 1(a)"), table_name("resnet10-macro", "text Sec. IV-A")
    ('fr_table_1_a', 'resnet10_macro_text_sec_iv_a')
    """
    return re.sub(r"[^a-z0-9]+", "_", f"{paper} {table}".lower()).strip("_")


def plain_title(method: str) -> str:
    """Take away what papers put behind a method's name: the number of a reference, a mark of their own.

    Examples
    --------
    >>> plain_title("STSTNet [37]"), plain_title("FR (Ours)"), plain_title("LBP-TOP (reproduced)")
    ('STSTNet', 'FR', 'LBP-TOP (reproduced)')
    """
    return re.sub(r" (\[\d+\]|\(Ours\))$", "", method)


@cache
def published_tables() -> tuple[tuple[str, str], ...]:
    """List all tables, and passages of text with results, as paper and table."""
    return tuple(dict.fromkeys((row["paper"], row["table"]) for row in _results()))


def published_table(paper: str, table: str) -> PublishedTable:
    """Read one table of a paper.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if (paper, table) not in published_tables():
        known = [one for name, one in published_tables() if name == paper]
        papers = sorted({name for name, _ in published_tables()})
        raise ConfigError(
            unknown_name("table", table, known) if known else unknown_name("paper", paper, papers)
        )
    columns: dict[Column, None] = {}
    rows: dict[tuple[str, str, str], dict[Column, PublishedCell]] = {}
    for row in _results():
        if (row["paper"], row["table"]) == (paper, table):
            column = Column(row["protocol"], row["dataset_scope"], row["metric"])
            columns[column] = None
            # A paper may use one slug for two methods, of which one is only quoted.
            key = row["method_slug"], row["method"], row["source_kind"]
            rows.setdefault(key, {})[column] = _cell(row)
    return PublishedTable(
        paper, table, tuple(columns), tuple(PublishedRow(*key, cells) for key, cells in rows.items())
    )


@cache
def _results() -> tuple[dict[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _cell(row: Mapping[str, str]) -> PublishedCell:
    value = float(row["value"]) if row["value"] else None
    metric = {"acc": "war"}.get(row["metric"], row["metric"])
    key = row["protocol"], row["method_slug"], row["dataset_scope"], metric
    return PublishedCell(value, row["reported_as"], row["note"], remark_on(*key), is_comparable(*key))
