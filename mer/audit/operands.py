"""What a claim is about: keys into the published data, numbers and words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction
from types import MappingProxyType

import pandas as pd

from mer.audit.printed import Printed, printed_number
from mer.audit.published import Number, Published, plain
from mer.core.errors import DataError


@dataclass(frozen=True)
class Operand:
    """One number or word of a claim.

    Attributes
    ----------
    text
        As printed.
    printed
        The number; None for a word.
    place
        Protocol, scope and metric of a result: rows are compared within such a column.
    owner
        Method or class that it belongs to; blank for a number of the claim itself.
    number
        The cell of the results that it is.
    """

    text: str
    printed: Printed | None = None
    place: tuple[str, ...] = ()
    owner: str = ""
    number: Number | None = None

    @property
    def value(self) -> Fraction:
        """The number.

        Raises
        ------
        DataError
            If it is a word.
        """
        if self.printed is None:
            raise DataError(f"claims: '{self.text}' is no number. Give a number or the key of one.")
        return self.printed.value


def operands(published: Published, text: str) -> list[Operand]:
    """Resolve the operands of a claim, which are separated by semicolons.

    A key names its table and its fields, as in ``results:fr/Table 2/cde2019/composite/fr/uf1``,
    ``counts:fr/Table 9/casme2/cde2019/negative``, ``confusions:fr/Fig. 3(b)/cde2019/positive/positive`` or
    ``protocols:single-casme2-5``, which is its number of classes. A field may hold ``*``, or alternatives
    in braces. Blank cells are left out. Whatever is no key is a number or a word.

    Raises
    ------
    DataError
        If a key names no cell.
    """
    found: list[Operand] = []
    for one in filter(None, (part.strip() for part in text.split(";"))):
        kind, colon, key = one.partition(":")
        if not colon or kind not in _READERS:
            found.append(_literal(one))
            continue
        cells = _READERS[kind](published, key.split("/"))
        if not cells:
            raise DataError(f"claims: '{one}' names no cell of the published {kind}.")
        found += cells
    return found


def _literal(text: str) -> Operand:
    is_number = text.replace(",", "").replace(".", "", 1).isdigit()
    return Operand(text, printed_number(text) if is_number else None)


def _matches(cell: str, pattern: str) -> bool:
    """Compare a cell with a pattern, which may hold ``*`` or alternatives in braces."""
    before, brace, rest = pattern.partition("{")
    if not brace:
        return fnmatchcase(cell, pattern)
    inside, _, after = rest.partition("}")
    return any(fnmatchcase(cell, before + one + after) for one in inside.split(","))


def _results(published: Published, fields: list[str]) -> list[Operand]:
    names = ("paper", "table", "protocol", "dataset_scope", "method_slug", "metric")
    return [
        Operand(
            str(number.printed),
            number.printed,
            (number.cell.protocol, number.cell.dataset_scope, number.cell.metric),
            plain(number.method),
            number,
        )
        for number in published.numbers()
        if number.printed
        and all(
            _matches(getattr(number.cell, name), field) for name, field in zip(names, fields, strict=True)
        )
    ]


def _counts(published: Published, fields: list[str]) -> list[Operand]:
    rows = _rows(published.counts, ("paper", "table", "dataset", "label_scheme", "class"), fields)
    return [
        Operand(row["count"], printed_number(row["count"]), (row["class"],), row["dataset"]) for row in rows
    ]


def _confusions(published: Published, fields: list[str]) -> list[Operand]:
    columns = ("paper", "figure_or_table", "protocol", "row_class", "col_class")
    rows = _rows(published.confusions, columns, fields)
    return [
        Operand(cell := row["percent_or_fraction"], printed_number(cell), (row["row_class"],)) for row in rows
    ]


def _protocols(published: Published, fields: list[str]) -> list[Operand]:
    rows = _rows(published.protocols, ("protocol",), fields)
    known = [row for row in rows if row["n_classes"]]
    return [Operand(row["n_classes"], printed_number(row["n_classes"]), (row["protocol"],)) for row in known]


def _rows(table: pd.DataFrame, columns: tuple[str, ...], fields: list[str]) -> list[dict[str, str]]:
    rows = [{str(name): str(cell) for name, cell in row.items()} for row in table.to_dict("records")]
    keys = list(zip(columns, fields, strict=True))
    return [row for row in rows if all(_matches(row[name], field) for name, field in keys)]


_READERS: Mapping[str, Callable[[Published, list[str]], list[Operand]]] = MappingProxyType(
    {"results": _results, "counts": _counts, "confusions": _confusions, "protocols": _protocols}
)
