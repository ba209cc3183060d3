"""The published numbers that are audited, as values to hand around."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path

import pandas as pd

import mer.published
from mer.audit.check import KEY, Cell
from mer.audit.printed import Printed, printed_cell

_FOLDER = Path(mer.published.__file__).parent
# Entries of the counts that are no class.
NO_CLASS = ("total", "subjects", "n_emotion_classes", "frames_per_second", "train_per_fold", "test_per_fold")
TITLES = {"composite": "composite", "smic-hs": "SMIC-HS", "casme2": "CASME II", "samm": "SAMM"}
# Where class sizes of a protocol are printed: paper, table and label scheme; the data set is the scope.
_SIZES = {
    "cde2019": ("fr", "Table 9", "cde2019"),
    "cdmer": ("fr", "Table 11", "cdmer"),
    "single-smic-hs-3": ("fr", "Table 12", "single-smic-hs-3"),
    "single-casme2-4": ("fr", "Table 12", "single-casme2-4"),
    "single-samm-4": ("fr", "Table 12", "single-samm-4"),
    "single-casme2-5": ("fr", "Table 13", "single-casme2-5"),
    "single-casme2-oc5": ("resnet10-macro", "Table I", "objective-5"),
    "single-samm-oc5": ("resnet10-macro", "Table I", "objective-5"),
    "hde2018-casme2-to-samm": ("resnet10-macro", "Table I", "objective-5"),
    "hde2018-samm-to-casme2": ("resnet10-macro", "Table I", "objective-5"),
}


@dataclass(frozen=True)
class Number:
    """A published cell with its number; ``printed`` is None where the cell is blank."""

    cell: Cell
    method: str
    source_kind: str
    reported_as: str
    printed: Printed | None

    def noted(self, note: str) -> Cell:
        """Return the cell with what a footnote says about it."""
        return Cell(**{name: getattr(self.cell, name) for name in KEY}, note=note)


@dataclass(frozen=True)
class Published:
    """Everything that an audit of published numbers looks at; all columns are text.

    Attributes
    ----------
    results
        Cells of results tables.
    confusions
        Cells of printed confusion matrices.
    counts
        Numbers of clips, images, frames and subjects.
    protocols
        What the protocols mean, with their number of test clips.
    claims
        What the papers say about numbers, in prose.
    """

    results: pd.DataFrame
    confusions: pd.DataFrame
    counts: pd.DataFrame
    protocols: pd.DataFrame
    claims: pd.DataFrame

    def numbers(self, **where: str | Sequence[str]) -> list[Number]:
        """Select cells of the results by columns; blank cells are among them."""
        wanted = {name: {one} if isinstance(one, str) else set(one) for name, one in where.items()}
        protocols = wanted.pop("protocol", set(self._by_protocol))
        near = [found for name in protocols for found in self._by_protocol.get(name, [])]
        return [
            number
            for _, number in sorted(near, key=itemgetter(0))
            if all(getattr(number.cell, name) in one for name, one in wanted.items())
        ]

    @cached_property
    def _by_protocol(self) -> dict[str, list[tuple[int, Number]]]:
        """Cells with their positions, by protocol: look-ups are many."""
        found: dict[str, list[tuple[int, Number]]] = {}
        for position, row in enumerate(_rows(self.results, {})):
            found.setdefault(row["protocol"], []).append((position, _number(row)))
        return found

    def sizes(self, protocol: str, scope: str) -> dict[str, int]:
        """Return the printed class sizes of a protocol's test clips; empty if none are printed."""
        place = _SIZES.get(protocol.partition("-exp")[0])
        if place is None:
            return {}
        paper, table, scheme = place
        found = self.count_groups.get((paper, table, scope, scheme), {})
        return {name: count for name, count in found.items() if name not in NO_CLASS}

    @cached_property
    def count_groups(self) -> dict[tuple[str, str, str, str], dict[str, int]]:
        """Printed counts by class, for each paper, table, data set and label scheme."""
        found: dict[tuple[str, str, str, str], dict[str, int]] = {}
        for row in _rows(self.counts, {}):
            key = (row["paper"], row["table"], row["dataset"], row["label_scheme"])
            found.setdefault(key, {})[row["class"]] = int(row["count"])
        return found

    def n_test(self, protocol: str, scope: str) -> int | None:
        """Return how many clips a protocol tests; None if it is not printed."""
        if sizes := self.sizes(protocol, scope):
            return sum(sizes.values())
        found = self.protocols.loc[self.protocols["protocol"] == protocol, "n_test_clips"]
        return int(found.iloc[0]) if len(found) and found.iloc[0].isdigit() else None


def load() -> Published:
    """Read the published numbers that come with the package."""
    names = ("results", "confusions", "counts", "protocols", "claims")
    return Published(
        **{name: pd.read_csv(_FOLDER / f"{name}.csv", dtype=str, keep_default_na=False) for name in names}
    )


def plain(method: str) -> str:
    """Return a method's printed name without the number of its reference.

    Examples
    --------
    >>> plain("STSTNet [37]"), plain("FR (Ours)")
    ('STSTNet', 'FR')
    """
    return method.partition(" [")[0].removesuffix(" (Ours)").removesuffix(" (Proposed)")


def _rows(table: pd.DataFrame, where: dict[str, str | Sequence[str]]) -> Iterator[dict[str, str]]:
    chosen = table
    for column, wanted in where.items():
        chosen = chosen[chosen[column].isin([wanted] if isinstance(wanted, str) else list(wanted))]
    return ({str(name): str(cell) for name, cell in row.items()} for row in chosen.to_dict("records"))


def _number(row: dict[str, str]) -> Number:
    cell = Cell(**{name: row[name] for name in KEY})
    number = printed_cell(row["value"], row["reported_as"], row["metric"])
    return Number(cell, row["method"], row["source_kind"], row["reported_as"], number)
