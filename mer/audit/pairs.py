"""Pairs of printed scores that no confusion matrix, or only that of a constant prediction, can have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from mer.audit.check import Check, verdict_of
from mer.audit.printed import Printed
from mer.audit.published import TITLES, Number, Published, plain
from mer.audit.reachable import Span, correct_with_total, correct_with_uar, uf1_span

# A UAR that is averaged over runs, or of a few other clips, may be this far away.
_AVERAGED, _GROSS = Fraction(2, 1000), Fraction(5, 1000)
_CITED = "cited-from-elsewhere"


@dataclass(frozen=True)
class Pair:
    """UF1 and another score of one method on the same clips, with the class sizes."""

    uf1: Number
    other: Number
    sizes: tuple[int, ...]


def check_pairs(published: Published) -> Iterator[Check]:
    """Look for a confusion matrix with the printed class sizes behind every pair of scores."""
    for pair in pairs(published, ("Table 2",), "uar"):
        yield _uf1_with_uar(pair)
    cited = [one for one in pairs(published, ("Table 3", "Table 4"), "acc") if one.uf1.source_kind == _CITED]
    if cited:
        yield _uf1_with_accuracy(cited)


def check_constant(published: Published) -> Iterator[Check]:
    """Find methods whose every accuracy is the share of one class."""
    cited = [one for one in pairs(published, ("Table 3", "Table 4"), "acc") if one.uf1.source_kind == _CITED]
    found: dict[str, list[Pair]] = {}
    for table in ("Table 3", "Table 4"):
        rows: dict[str, list[Pair]] = {}
        for pair in cited:
            if pair.uf1.cell.table == table:
                rows.setdefault(pair.uf1.method, []).append(pair)
        constant = {name: row for name, row in rows.items() if all(map(_share, row))}
        for name, row in rows.items():
            yield _varied_predictions(table, name, row, name in constant)
        found[table] = [pair for row in constant.values() for pair in row]
        if found[table]:
            yield _constant_rows(table, found[table])


def pairs(published: Published, tables: Sequence[str], other: str) -> list[Pair]:
    """List the pairs of UF1 and another score in tables of the FR paper whose class sizes are printed."""
    scores = {
        (one.cell.table, one.cell.protocol, one.cell.dataset_scope, one.cell.method_slug): one
        for one in published.numbers(paper="fr", table=tables, metric=other)
    }
    found = []
    for uf1 in published.numbers(paper="fr", table=tables, metric="uf1"):
        cell = uf1.cell
        score = scores.get((cell.table, cell.protocol, cell.dataset_scope, cell.method_slug))
        sizes = tuple(published.sizes(cell.protocol, cell.dataset_scope).values())
        if score and score.printed and uf1.printed and sizes:
            found.append(Pair(uf1, score, sizes))
    return found


def _uf1_with_uar(pair: Pair) -> Check:
    uf1, uar = _printed(pair.uf1), _printed(pair.other)
    span = uf1_span(pair.sizes, correct_with_uar(pair.sizes, uar), uf1)
    scope = TITLES[pair.uf1.cell.dataset_scope]
    reason, gross = ("", False) if span.is_reached else _how_far(pair, span, uf1, uar)
    note = f"no confusion matrix with {'/'.join(map(str, pair.sizes))} clips has this UF1 and this UAR"
    return Check(
        "fr",
        f"{pair.uf1.cell.table} {plain(pair.uf1.method)} on {scope}: UF1 with UAR",
        f"{uf1} with {uar}",
        "a confusion matrix with the printed class sizes gives both" if span.is_reached else _span(span),
        verdict_of(span.is_reached),
        reason,
        "" if span.is_reached else "A" if gross else "C",
        (pair.uf1.noted(note), pair.other.noted(note)),
    )


def _how_far(pair: Pair, span: Span, uf1: Printed, uar: Printed) -> tuple[str, bool]:
    """Say whether a UAR nearby would do; also returns whether none does."""
    near = uf1_span(pair.sizes, correct_with_uar(pair.sizes, uar, _AVERAGED), uf1)
    if near.is_reached:
        return (
            f"reachable once UAR may differ by {float(_AVERAGED):g}: an average over runs, other clips or a "
            "slip of rounding explain it",
            False,
        )
    wide = uf1_span(pair.sizes, correct_with_uar(pair.sizes, uar, _GROSS), uf1)
    if wide.is_reached:
        return f"reachable once UAR may differ by {float(_GROSS):g}", False
    return f"with UAR free by {float(_GROSS):g}: {_span(wide)}", True


def _span(span: Span) -> str:
    if span.low is None or span.high is None:
        return "no correct counts of the classes have this UAR"
    return f"UF1 lies between {span.low:.4f} and {span.high:.4f}"


def _uf1_with_accuracy(cited: Sequence[Pair]) -> Check:
    missed: list[tuple[Pair, Span]] = []
    for pair in cited:
        # Off the grid is for another check to say; here the nearest count stands for it.
        n_correct = round(_printed(pair.other).value * sum(pair.sizes))
        span = uf1_span(pair.sizes, correct_with_total(pair.sizes, n_correct), _printed(pair.uf1))
        if not span.is_reached:
            missed.append((pair, span))
    texts = [
        f"{_place(pair.uf1)} {pair.uf1.printed}/{pair.other.printed}: {_span(one)}" for pair, one in missed
    ]
    return Check(
        "fr",
        "Tables 3 and 4: UF1 with accuracy in the cited cells",
        "UF1/Acc",
        f"{len(cited) - len(missed)} of {len(cited)} reachable" + "".join(f"; {text}" for text in texts),
        verdict_of(not missed),
        "",
        "B" if missed else "",
        tuple(pair.uf1.noted(f"with accuracy {pair.other.printed}, {_span(one)}") for pair, one in missed),
    )


def _share(pair: Pair) -> int | None:
    """Return the class size whose share the accuracy is; None if there is none."""
    total = sum(pair.sizes)
    shares = [n for n in pair.sizes if _printed(pair.other).agrees(Fraction(n, total))]
    # Two classes of one size have one share; the UF1 of predicting either is the same.
    return shares[0] if shares else None


def _constant_uf1(pair: Pair) -> Fraction | None:
    n = _share(pair)
    return None if n is None else Fraction(2 * n, n + sum(pair.sizes)) / len(pair.sizes)


def _is_constant(pair: Pair) -> bool:
    uf1 = _constant_uf1(pair)
    return uf1 is not None and _printed(pair.uf1).agrees(uf1)


def _varied_predictions(table: str, method: str, row: Sequence[Pair], constant: bool) -> Check:
    n_constant = sum(map(_is_constant, row))
    share = "its accuracy is the share of one class in the test clips, as of a constant prediction"
    cells = tuple(one.noted(share) for pair in row for one in (pair.uf1, pair.other)) if constant else ()
    return Check(
        "fr",
        f"{table} {method}: some accuracy is not the share of one class",
        f"{len(row)} accuracies",
        f"{sum(1 for pair in row if _share(pair))} are the share of one class, "
        f"{n_constant} of these with the UF1 of that constant prediction",
        verdict_of(not constant),
        "no baseline of a trained method" if constant else "",
        "A" if constant else "",
        cells,
    )


def _constant_rows(table: str, cells: Sequence[Pair]) -> Check:
    others = [
        f"{_place(pair.uf1)} printed {pair.uf1.printed} constant {float(_constant_uf1(pair) or 0):.4f}"
        for pair in cells
        if not _is_constant(pair)
    ]
    n_same = len(cells) - len(others)
    return Check(
        "fr",
        f"{table}: rows whose every accuracy equals one class share",
        f"{len(cells)} cells",
        f"all accuracies equal the share of one class; {n_same} of these also have the UF1 of that "
        "constant prediction",
        "derived",
        f"different UF1: {'; '.join(others)}" if others else "",
    )


def _place(number: Number) -> str:
    return f"{number.cell.table} {plain(number.method)} {number.cell.protocol}"


def _printed(number: Number) -> Printed:
    if number.printed is None:
        raise TypeError(f"{number.cell} is blank.")  # pairs() lists none
    return number.printed
