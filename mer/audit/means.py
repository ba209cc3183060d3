"""Printed averages against the mean of the printed parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mer.audit.check import Check, verdict_of
from mer.audit.matrices import exact_scores, matrices, same_metric
from mer.audit.printed import Printed, shown
from mer.audit.published import Number, Published, plain
from mer.core.types import IntArray


@dataclass(frozen=True)
class Average:
    """Protocols of one table whose mean is printed under another protocol.

    Attributes
    ----------
    paper, table, protocol
        Where the average is printed.
    parts
        Protocols that it averages.
    item
        How the check is called, from ``table``, ``method``, ``metric`` and the number ``n`` of parts.
    parts_table
        Where the parts are printed, if not in the same table.
    blank
        Whether a blank part was not reported and is left out, or is missing.
    """

    paper: str
    table: str
    protocol: str
    parts: tuple[str, ...]
    item: str
    parts_table: str = ""
    blank: Literal["left out", "missing"] = "missing"


_HOLDOUTS = ("hde2018-casme2-to-samm", "hde2018-samm-to-casme2")
_CDMER = ("H2V", "V2H", "H2N", "N2H", "V2N", "N2V", "C2H", "H2C", "C2V", "V2C", "C2N", "N2C")
_EXPERIMENTS = tuple(f"cdmer-exp{number}-{name}" for number, name in enumerate(_CDMER, start=1))
_SIX = "{table} {method} {metric}: average of six experiments"
AVERAGES = (
    *(
        Average(
            "tlcnn",
            "Table 3",
            f"tlcnn560-tim{t}-mean",
            tuple(f"tlcnn560-tim{t}-fold{fold}" for fold in range(1, 6)),
            "{table} TIM" + t + " {method}: mean of five folds",
        )
        for t in ("32", "64")
    ),
    Average("fr", "Table 3", "cdmer-type1-average", _EXPERIMENTS[:6], _SIX),
    Average("fr", "Table 4", "cdmer-type2-average", _EXPERIMENTS[6:], _SIX),
    Average(
        "fr",
        "Table 5",
        "single-average",
        ("single-smic-hs-3", "single-casme2-5", "single-casme2-4", "single-samm-4"),
        "{table} {method}: average of {n} reported column(s)",
        blank="left out",
    ),
    Average(
        "elrcn",
        "Table III",
        "hde2018-mean",
        _HOLDOUTS,
        "{table} {method} {metric}: mean of both holdouts in the prose",
        parts_table="text Sec. IV-D",
    ),
)
# Averages of scores of printed matrices: paper, table, protocol, figures, what is averaged.
_OF_MATRICES = (
    ("resnet10-macro", "Table IV", "hde2018-mean", ("Table II", "Table III"), "both holdouts"),
    ("vggface2-lstm", "Table 4", "smic-hs-4-subject5fold", ("Fig. 3",), "the five folds of Fig. 3"),
)
# Method whose matrices are printed without its name, by paper.
_UNNAMED = {"vggface2-lstm": "vggface2-lstm"}


def check_means(published: Published) -> Iterator[Check]:
    """Average the printed parts, and compare with the printed averages."""
    for average in AVERAGES:
        wholes = published.numbers(paper=average.paper, table=average.table, protocol=average.protocol)
        for number, whole in enumerate(wholes):
            if parts := _parts(published, average, whole):
                neighbours = [one for one in (number - 2, number + 2) if 0 <= one < len(wholes)]
                rows = {
                    plain(wholes[one].method): _parts(published, average, wholes[one]) for one in neighbours
                }
                yield _mean(published, average, whole, parts, rows)
    for paper, table, protocol, figures, what in _OF_MATRICES:
        yield from _means_of_matrices(published, paper, table, protocol, figures, what)


def _parts(published: Published, average: Average, whole: Number) -> list[Number]:
    return published.numbers(
        paper=average.paper,
        table=average.parts_table or average.table,
        protocol=average.parts,
        method_slug=whole.cell.method_slug,
        metric=whole.cell.metric,
    )


def _mean(
    published: Published,
    average: Average,
    whole: Number,
    parts: Sequence[Number],
    neighbours: dict[str, list[Number]],
) -> Check:
    known = [part.printed for part in parts if part.printed]
    item = average.item.format(
        table=average.table, method=whole.method, metric=whole.cell.metric, n=len(known)
    )
    paper, printed = average.paper, whole.printed
    if not known or (len(known) < len(parts) and average.blank == "missing"):
        return Check(
            paper, item, _text(printed), _left_for(printed, parts), "derived", "a cell is not legible"
        )
    mean = sum((one.value for one in known), Fraction(0)) / len(known)
    step = known[0].step
    text = shown(mean, step, percent=known[0].percent, extra=2)
    if printed is None:
        return Check(paper, item, "(missing)", text, "derived", "the average is not legible")
    # Parts with fewer digits than their mean leave it open by half a unit of theirs.
    slack = step / 2 if step > printed.step else Fraction(0)
    right = printed.agrees(mean, slack)
    reason = f"mean of the {len(known)} printed cells"
    if slack and right and not printed.agrees(mean):
        reason += f", within their rounding by {float(slack):g}"
    weight: Literal["", "B", "C"] = (
        "" if right else "C" if abs(mean - printed.value) <= 2 * printed.step else "B"
    )
    if weight == "C":
        reason += "; a last digit"
    elif weight == "B" and average.blank == "missing":
        reason = "; ".join([reason, *_repairs(published, printed, mean, parts, neighbours)])
    note = f"the printed cells average {text}"
    return Check(paper, item, str(printed), text, verdict_of(right), reason, weight, (whole.noted(note),))


def _text(printed: Printed | None) -> str:
    return "(missing)" if printed is None else str(printed)


def _left_for(printed: Printed | None, parts: Sequence[Number]) -> str:
    """Say what is left for the one part that is not legible."""
    known = [part.printed for part in parts if part.printed]
    if printed is None or len(known) != len(parts) - 1:
        return f"{len(parts) - len(known)} of {len(parts)} cells are not legible"
    n = len(parts)
    value = n * printed.value - sum((one.value for one in known), Fraction(0))
    spread = (n * printed.step + len(known) * known[0].step) / 2
    blank = next(part for part in parts if part.printed is None)
    return (
        f"{blank.cell.protocol} is printed '{blank.reported_as}'; the other cells leave "
        f"{shown(value, printed.step)} +- {float(spread):.4f} for it"
    )


def _repairs(
    published: Published,
    printed: Printed,
    mean: Fraction,
    parts: Sequence[Number],
    neighbours: dict[str, list[Number]],
) -> Iterator[str]:
    """Say which single cell, if it were another, would make the average right, where a cell hints at it."""
    n = len(parts)
    for position, part in enumerate(parts):
        if part.printed is None:
            continue
        needed = part.printed.value + n * (printed.value - mean)
        spread = n * printed.step
        what = f"{part.cell.protocol} printed {part.printed} would have to be {shown(needed, printed.step)}"
        for method, row in neighbours.items():
            cell = row[position].printed if position < len(row) else None
            if cell and abs(cell.value - needed) <= spread:
                yield f"{what}, which is the cell of {method} in the row beside it ({cell})"
        total = published.n_test(part.cell.protocol, part.cell.dataset_scope)
        if total and same_metric(part.cell.metric) == "war" and part.printed.of(total) is None:
            count = round(needed * total)
            if abs(Fraction(count, total) - needed) <= spread:
                yield f"{what}; it is off the grid, {count}/{total} = {count / total:.4f} would fit"


def _means_of_matrices(
    published: Published, paper: str, table: str, protocol: str, figures: Sequence[str], what: str
) -> Iterator[Check]:
    found = [one for one in matrices(published) if one.paper == paper and one.figure in figures]
    counts = [one.counts for one in found]
    known = [exact_scores(one) for one in counts if one is not None]
    slug = _UNNAMED.get(paper) or (found[0].method_slug if found else "")
    for number in published.numbers(paper=paper, table=table, protocol=protocol, method_slug=slug):
        metric, printed = same_metric(number.cell.metric), number.printed
        if not known or metric not in known[0] or printed is None:
            continue
        mean = sum((one[metric] for one in known), Fraction(0)) / len(known)
        right = printed.agrees(mean)
        text = shown(mean, printed.step, percent=printed.percent, extra=3)
        rounded = _mean_of_rounded(published, paper, [one.protocol for one in found], slug, number)
        reason = f"mean of {len(known)} exact values from integer counts"
        if not right and rounded is not None and printed.agrees(rounded):
            reason += f"; the printed parts average {float(rounded):g}, so rounding came first"
        yield Check(
            paper,
            f"{table} {plain(number.method)} {metric.upper()} as the mean of {what}",
            str(printed),
            text,
            verdict_of(right),
            reason,
            "" if right else "C",
            (number.noted(f"the exact mean of {what} is {text}"),),
        )
    if len(figures) > 1 and known:
        yield _pooled(paper, figures, [one for one in counts if one is not None])


def _mean_of_rounded(
    published: Published, paper: str, protocols: Sequence[str], slug: str, whole: Number
) -> Fraction | None:
    parts = published.numbers(paper=paper, protocol=protocols, method_slug=slug, metric=whole.cell.metric)
    values = [part.printed.value for part in parts if part.printed]
    return sum(values, Fraction(0)) / len(values) if values else None


def _pooled(paper: str, figures: Sequence[str], counts: Sequence[IntArray]) -> Check:
    correct = sum(int(one.trace()) for one in counts)
    total = sum(int(one.sum()) for one in counts)
    return Check(
        paper,
        f"{' + '.join(figures)} pooled over {total} clips (not printed)",
        "",
        f"WAR {correct / total:.4f} = {correct}/{total}",
        "derived",
        "the paper averages the two instead",
    )
