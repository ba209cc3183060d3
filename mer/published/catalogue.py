"""What the papers' names of methods and protocols are called here, or that they are only cited."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

_FILE = Path(__file__).parent / "catalogue.csv"
Status = Literal["catalogue", "awaited", "cited only"]


@dataclass(frozen=True)
class PublishedName:
    """A method or a protocol of the papers.

    Attributes
    ----------
    slug
        Its name in the tables of published numbers.
    status
        ``catalogue`` if the catalogue has it, ``awaited`` if it shall, ``cited only`` if it never will.
    title
        What readers of tables call it; blank for methods, whose names stand with their numbers.
    key
        Of the catalogue entry; blank for what is only cited.
    of
        For a part of a protocol, the slugs of what it is a part or the mean of.
    part
        ``scope`` for the clips of one database in ``of``, ``fold 1`` for one fold of it, ``mean`` for the
        mean of several; blank for a protocol that is whole.
    remark
        What tables must say about it, or why it is only cited.
    """

    slug: str
    status: Status
    title: str
    key: str
    of: tuple[str, ...] = ()
    part: str = ""
    remark: str = ""


@cache
def published_methods() -> dict[str, PublishedName]:
    """Read the papers' methods, by slug."""
    return _read("method")


@cache
def published_protocols() -> dict[str, PublishedName]:
    """Read the papers' protocols, by slug."""
    return _read("protocol")


def _read(kind: str) -> dict[str, PublishedName]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    return {
        row["slug"]: PublishedName(
            row["slug"],
            cast(Status, row["status"]),
            row["title"],
            row["key"],
            tuple(filter(None, row["of"].split(";"))),
            row["part"],
            row["remark"],
        )
        for row in rows
    }
