"""Rates of a single run are k of n clips; a printed rate that is none is off the grid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mer.audit.check import Check, verdict_of
from mer.audit.matrices import same_metric
from mer.audit.printed import Printed
from mer.audit.published import Number, Published, plain

# More off the grid than these in one row are no misprints.
_FEW = 3
_OWN = ("own-experiment", "reproduced-by-paper")


@dataclass(frozen=True)
class Grid:
    """Cells that must be k of n.

    Attributes
    ----------
    paper, table
        Where they are printed.
    metric
        ``acc`` or ``war``.
    item
        Name of the check, from table, method, metric and number of clips; cells of one name are one check.
    source_kinds
        Which rows count.
    totals
        Numbers of clips, any of which will do; without any, those of the protocol.
    protocol
        Beginning of the protocols' names.
    is_averaged
        Whether the paper says that these are averages over runs, which need not be on the grid.
    is_padded
        Whether the table prints two digits with two zeros behind them among numbers of four digits.
    """

    paper: str
    table: tuple[str, ...]
    metric: str
    item: str
    source_kinds: tuple[str, ...] = _OWN
    totals: tuple[int, ...] = ()
    protocol: str = ""
    is_averaged: bool = False
    is_padded: bool = False


_CELL = "{table} {method} {metric} on the grid k/{n}"
GRIDS = (
    *(
        Grid(
            "tlcnn",
            ("Table 3",),
            "acc",
            "{table} {method}: fold values on the grid k/{n}",
            protocol=f"tlcnn560-tim{t}-fold",
        )
        for t in ("32", "64")
    ),
    Grid(
        "fr",
        ("Table 3", "Table 4"),
        "acc",
        "Tables 3 and 4: accuracies of cited cells on the grid k/n of the target database",
        ("cited-from-elsewhere",),
        protocol="cdmer-exp",
    ),
    Grid(
        "fr",
        ("Table 3", "Table 4"),
        "acc",
        "Tables 3 and 4: FR accuracies on the grid k/n",
        protocol="cdmer-exp",
        is_averaged=True,
    ),
    Grid("fr", ("Table 8",), "acc", _CELL, protocol="cde2019"),
    Grid("vggface2-lstm", ("Table 3",), "acc", _CELL, totals=(65, 66)),
    Grid("resnet10-macro", ("Table V", "Table VI", "Table VII"), "acc", _CELL),
    Grid("resnet10-macro", ("text Sec. IV-A",), "war", _CELL),
    Grid("elrcn", ("Table I",), "war", _CELL),
    Grid("elrcn", ("Table II",), "war", _CELL, is_padded=True),
    Grid("elrcn", ("text Sec. IV-D",), "war", _CELL),
)


def check_grids(published: Published) -> Iterator[Check]:
    """Look for the count behind every printed rate of a single run."""
    checks: dict[tuple[str, str], tuple[Grid, list[tuple[Number, tuple[int, ...]]]]] = {}
    for grid in GRIDS:
        for number in published.numbers(paper=grid.paper, table=grid.table, metric=grid.metric):
            if number.source_kind not in grid.source_kinds:
                continue
            totals = grid.totals or _total(published, number)
            if number.printed and totals and number.cell.protocol.startswith(grid.protocol):
                item = _item(grid, number, totals)
                checks.setdefault((grid.paper, item), (grid, []))[1].append((number, totals))
    for (_, item), (grid, cells) in checks.items():
        yield _on_grid(published, grid, item, cells)


def _total(published: Published, number: Number) -> tuple[int, ...]:
    total = published.n_test(number.cell.protocol, number.cell.dataset_scope)
    return () if total is None else (total,)


def _item(grid: Grid, number: Number, totals: Sequence[int]) -> str:
    method = plain(number.method)
    if grid.totals:
        method += f" ({number.cell.protocol.rpartition('-')[2]})"
    return grid.item.format(
        table=number.cell.table,
        method=method,
        metric=same_metric(number.cell.metric).upper(),
        n=" or k/".join(map(str, totals)),
    )


def count_of(printed: Printed, totals: Sequence[int], *, is_padded: bool) -> tuple[int, int, bool] | None:
    """Find the count behind a rate.

    Parameters
    ----------
    printed
        The rate.
    totals
        Numbers of clips, any of which will do.
    is_padded
        Whether two zeros at the end may be padding.

    Returns
    -------
    tuple
        Count, total, and whether zeros had to be read as padding; None off the grid.
    """
    readings = [(printed, False)]
    if is_padded and printed.is_padded:
        readings.append((printed.coarser(), True))
    for number, padded in readings:
        for total in totals:
            count = number.of(total)
            if count is not None:
                return count, total, padded
    return None


def _on_grid(
    published: Published, grid: Grid, item: str, cells: Sequence[tuple[Number, tuple[int, ...]]]
) -> Check:
    found = [
        (number, totals, count_of(number.printed, totals, is_padded=grid.is_padded))
        for number, totals in cells
        if number.printed
    ]
    on = [count for _, _, count in found if count]
    off = [(number, totals) for number, totals, count in found if not count]
    others = [_other_totals(published, number, totals) for number, totals in off]
    notes = [
        number.noted(f"no k/{' or k/'.join(map(str, totals))}, though so many clips are tested")
        for number, totals in off
    ]
    n = len(cells)
    texts = [f"{_place(number)} {number.printed}" for number, _ in off]
    if n == 1:
        recomputed = _fraction(*on[0][:2]) if on else f"no; nearest {_nearest(*off[0])}"
    else:
        recomputed = f"{len(on)} of {n}" + (f"; off: {', '.join(texts)}" if off and on else "")
    return Check(
        grid.paper,
        item,
        str(cells[0][0].printed) if n == 1 else f"{n} rates",
        recomputed,
        "derived" if grid.is_averaged else verdict_of(not off),
        _reason(grid, any(count[2] for count in on), off, others, n),
        "" if grid.is_averaged or not off else _weight(off, n, any(others)),
        () if grid.is_averaged else tuple(notes),
    )


def _reason(
    grid: Grid,
    padded: bool,
    off: Sequence[tuple[Number, tuple[int, ...]]],
    others: Sequence[Sequence[str]],
    n: int,
) -> str:
    if grid.is_averaged:
        return "said to be averages over rounds, which need not be on the grid"
    if padded:
        return "read as two digits, padded with zeros"
    if len(off) > _FEW:
        return "not clips of that number: averaged, other clips, or several scores a clip"
    hints = [f"{_place(number)}: nearest {_nearest(number, totals)}" for number, totals in off if n > 1]
    return "; ".join([*hints, *(f"{other} would fit" for found in others for other in found)])


def _weight(
    off: Sequence[tuple[Number, tuple[int, ...]]], n: int, other_fits: bool
) -> Literal["A", "B", "C"]:
    """Weigh rates off the grid: of other clips throughout, misprinted, or cut instead of rounded."""
    if n > 1:
        return "A" if len(off) > _FEW else "B"
    number, totals = off[0]
    printed = number.printed
    if printed and any(printed.agrees(Fraction(round(printed.value * t), t), printed.step) for t in totals):
        return "C"
    return "A" if other_fits else "B"


def _place(number: Number) -> str:
    return f"{plain(number.method)} {number.cell.protocol}"


def _fraction(count: int, total: int) -> str:
    return f"{count}/{total} = {count / total:.5f}"


def _nearest(number: Number, totals: Sequence[int]) -> str:
    value = number.printed.value if number.printed else Fraction(0)
    return " or ".join(_fraction(round(value * total), total) for total in totals)


def _other_totals(published: Published, number: Number, totals: Sequence[int]) -> list[str]:
    """List counts over other numbers of clips: one more or less, or that of another printed clip list."""
    if number.printed is None or len(totals) > 1:
        return []
    counts = published.counts
    same = counts[(counts["dataset"] == number.cell.dataset_scope) & (counts["class"] == "total")]
    printed = {int(total) for total in same.loc[same["unit"] == "clips", "count"]}
    near = {totals[0] - 1, totals[0] + 1}
    found = [(number.printed.of(total), total) for total in sorted(near | printed)]
    return [_fraction(count, total) for count, total in found if count is not None]
