"""Printed confusion matrices: the integer counts behind them, and the scores that these have."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from mer.audit.check import Check, verdict_of
from mer.audit.printed import Printed, printed_number
from mer.audit.published import TITLES, Number, Published, plain
from mer.core.types import IntArray
from mer.evaluation.metrics import f1_per_class

# No printed row has more clips than this.
_MOST = 120
_TITLES = {"war": "WAR", "uar": "UAR", "uf1": "macro-F1"}
# Matrices of disjoint validation groups of one data set, and where its class sizes are printed.
_DISJOINT = (("vggface2-lstm", "Fig. 3", "single-smic-hs-3", "smic-hs"),)


@dataclass(frozen=True)
class Matrix:
    """A printed confusion matrix.

    Attributes
    ----------
    paper, figure, protocol, method_slug
        Where it is printed, and what of.
    classes
        Names of the K classes.
    rows
        K rows of K printed fractions.
    totals
        Clips of every row; None where no total fits.
    is_derived
        Whether the totals are the smallest that fit, as no class sizes are printed.
    """

    paper: str
    figure: str
    protocol: str
    method_slug: str
    classes: tuple[str, ...]
    rows: tuple[tuple[Printed, ...], ...]
    totals: tuple[int | None, ...]
    is_derived: bool

    @property
    def name(self) -> str:
        """Figure or table, and the fold where there are several."""
        fold = self.protocol.partition("-fold")[2]
        return f"{self.figure} fold {fold}" if fold else self.figure

    @property
    def counts(self) -> IntArray | None:
        """Counts of shape (K, K); of a row that cannot be as printed, the nearest. None without totals."""
        rows = [
            integer_row(row, total) or nearest_row(row, total)
            for row, total in zip(self.rows, self.totals, strict=True)
            if total is not None
        ]
        return np.array(rows) if len(rows) == len(self.rows) else None


def integer_row(row: Sequence[Printed], total: int) -> list[int] | None:
    """Return the counts that round to a printed row and sum to its total; None if there are none."""
    counts = [cell.of(total) for cell in row]
    found = [count for count in counts if count is not None]
    return found if len(found) == len(row) and sum(found) == total else None


def nearest_row(row: Sequence[Printed], total: int) -> list[int]:
    """Return the counts of a total that are nearest to a printed row in the sum of squares."""
    wanted = [cell.value * total for cell in row]
    counts = [int(value) for value in wanted]
    while sum(counts) != total:
        step = 1 if sum(counts) < total else -1
        # Squares are convex: the cheapest single steps lead to the nearest row.
        costs = [
            (count + step - value) ** 2 - (count - value) ** 2
            for count, value in zip(counts, wanted, strict=True)
        ]
        counts[costs.index(min(costs))] += step
    return counts


def matrices(published: Published) -> list[Matrix]:
    """Read all printed matrices."""
    groups = published.confusions.groupby(["paper", "figure_or_table", "protocol"], sort=False)
    read = [_matrix(published, *map(str, key), rows=list(rows.to_dict("records"))) for key, rows in groups]
    return [_with_smallest_totals(one, read) for one in read]


def check_matrices(published: Published) -> Iterator[Check]:
    """Recover integer counts from printed matrices, and compare their scores with the printed ones."""
    found = matrices(published)
    for matrix in found:
        yield _integer_counts(matrix)
        yield from _scores(published, matrix)
    for paper, figure, protocol, scope in _DISJOINT:
        groups = [one for one in found if (one.paper, one.figure) == (paper, figure)]
        if groups:
            yield _validation_groups(groups, published.sizes(protocol, scope), TITLES[scope])


def exact_scores(counts: IntArray) -> dict[str, Fraction]:
    """Return WAR, UAR and UF1 of counts of shape (K, K) without rounding."""
    rows = [[int(count) for count in row] for row in counts]
    sizes = [sum(row) for row in rows]
    predicted = [sum(column) for column in zip(*rows, strict=True)]
    correct = [rows[k][k] for k in range(len(rows))]
    f1 = [
        Fraction(2 * t, n + p) if n + p else Fraction(0)
        for t, n, p in zip(correct, sizes, predicted, strict=True)
    ]
    recalls = [Fraction(t, n) if n else Fraction(0) for t, n in zip(correct, sizes, strict=True)]
    return {
        "war": Fraction(sum(correct), sum(sizes)),
        "uar": sum(recalls, Fraction(0)) / len(rows),
        "uf1": sum(f1, Fraction(0)) / len(rows),
    }


def same_metric(metric: str) -> str:
    """Return the one name of a metric that papers give two."""
    return "war" if metric == "acc" else metric


def _matrix(
    published: Published, paper: str, figure: str, protocol: str, *, rows: Sequence[Mapping[object, object]]
) -> Matrix:
    cells = [{str(name): str(cell) for name, cell in row.items()} for row in rows]
    classes = tuple(dict.fromkeys(cell["row_class"] for cell in cells))
    n_digits = max(len(cell["percent_or_fraction"].partition(".")[2]) for cell in cells)
    scale = 100 if cells[0]["unit"] == "percent" else 1
    step = Fraction(1, scale * 10**n_digits)
    printed = {
        (cell["row_class"], cell["col_class"]): Printed(
            printed_number(cell["percent_or_fraction"]).value / scale, step, percent=scale == 100
        )
        for cell in cells
    }
    sizes = published.sizes(protocol, _scope(published, protocol))
    return Matrix(
        paper,
        figure,
        protocol,
        cells[0]["method_slug"],
        classes,
        tuple(tuple(printed[true, predicted] for predicted in classes) for true in classes),
        tuple(sizes.get(name) for name in classes),
        is_derived=not sizes,
    )


def _scope(published: Published, protocol: str) -> str:
    """Name the scope of a protocol's whole test data."""
    scopes = list(dict.fromkeys(number.cell.dataset_scope for number in published.numbers(protocol=protocol)))
    return "composite" if "composite" in scopes or not scopes else scopes[0]


def _with_smallest_totals(matrix: Matrix, others: Sequence[Matrix]) -> Matrix:
    """Without printed class sizes, take the smallest totals that all rows of a class can have."""
    if not matrix.is_derived:
        return matrix
    folds = [one for one in others if (one.paper, one.figure) == (matrix.paper, matrix.figure)]
    totals = tuple(_smallest([one.rows[k] for one in folds]) for k in range(len(matrix.classes)))
    return Matrix(**{**vars(matrix), "totals": totals})


def _smallest(rows: Sequence[Sequence[Printed]]) -> int | None:
    fitting = [{n for n in range(1, _MOST) if integer_row(row, n)} for row in rows]
    # A row that fits no total at all is a misprint; it says nothing about the others.
    common = set.intersection(*(one for one in fitting if one)) if any(fitting) else set()
    return min(common, default=None)


def _integer_counts(matrix: Matrix) -> Check:
    totals = "/".join("?" if total is None else str(total) for total in matrix.totals)
    known = sum(total for total in matrix.totals if total is not None)
    sizes = "from the row percentages and the printed class sizes"
    if matrix.is_derived:
        sizes = f"with row totals {totals} ({known} sequences)"
    problems = [
        f"row {name} printed {' '.join(map(str, row))} sums to {float(sum(cell.value for cell in row)):.3f}"
        + (f", nearest is {nearest_row(row, total)}" if total is not None else "")
        for name, row, total in zip(matrix.classes, matrix.rows, matrix.totals, strict=True)
        if total is None or integer_row(row, total) is None
    ]
    counts = matrix.counts
    return Check(
        matrix.paper,
        f"{matrix.name}: integer counts {sizes}",
        "rates of every row",
        "no totals fit" if counts is None else str(counts.tolist()),
        verdict_of(not problems),
        "; ".join(problems) or "every row sums to its total and reproduces every printed rate",
        "B" if problems else "",
    )


def _scores(published: Published, matrix: Matrix) -> Iterator[Check]:
    counts = matrix.counts
    if counts is None:
        return
    exact = exact_scores(counts)
    numbers = [
        number
        for number in published.numbers(
            paper=matrix.paper, protocol=matrix.protocol, method_slug=matrix.method_slug
        )
        if number.cell.dataset_scope == _scope(published, matrix.protocol) and number.printed
    ]
    for number in numbers:
        metric = same_metric(number.cell.metric)
        if metric in exact:
            yield _printed_score(matrix, number, exact[metric], _working(metric, counts))
    missing = [name for name in exact if name not in {same_metric(n.cell.metric) for n in numbers}]
    if missing:
        values = [f"{_TITLES[name]} {float(exact[name]):.4f}" for name in missing]
        values += [f"weighted F1 {_weighted_f1(counts):.4f}"] if "uf1" in missing else []
        names = ", ".join(_TITLES[name] for name in missing)
        working = _working("war", counts) if "war" in missing else ""
        yield Check(
            matrix.paper,
            f"{matrix.name} {names} (not printed)",
            "",
            "; ".join(values),
            "derived",
            f"from integer counts{f', WAR {working}' if working else ''}",
        )


def _printed_score(matrix: Matrix, number: Number, exact: Fraction, working: str) -> Check:
    printed = number.printed
    right = printed is not None and printed.agrees(exact)
    note = f"the printed confusion matrix ({matrix.name}) gives {float(exact):.4f}"
    metric = same_metric(number.cell.metric).upper()
    return Check(
        matrix.paper,
        f"{matrix.name} {metric} against {number.cell.table} {plain(number.method)}",
        str(printed),
        f"{float(exact):.6f}",
        verdict_of(right),
        f"from integer counts, {working}",
        "" if right else "B",
        (number.noted(note),),
    )


def _war_working(counts: IntArray) -> str:
    return f"{np.trace(counts)}/{counts.sum()}"


def _uar_working(counts: IntArray) -> str:
    parts = [f"{counts[k, k]}/{counts[k].sum()}" for k in range(len(counts))]
    return f"({' + '.join(parts)})/{len(counts)}"


def _uf1_working(counts: IntArray) -> str:
    return f"F1 of the classes {', '.join(f'{value:.4f}' for value in f1_per_class(counts))}"


_WORKINGS: Mapping[str, Callable[[IntArray], str]] = MappingProxyType(
    {"war": _war_working, "uar": _uar_working, "uf1": _uf1_working}
)


def _working(metric: str, counts: IntArray) -> str:
    return _WORKINGS[metric](counts)


def _weighted_f1(counts: IntArray) -> float:
    return float(np.average(f1_per_class(counts), weights=counts.sum(axis=1)))


def _validation_groups(groups: Sequence[Matrix], sizes: Mapping[str, int], title: str) -> Check:
    """Compare the clips of all validation groups with the clips that there are."""
    first = groups[0]
    sums = {
        name: sum(one.totals[k] or 0 for one in groups)
        for k, name in enumerate(first.classes)
        if name in sizes
    }
    problems = [f"{sums[name]} {name} clips of {sizes[name]}" for name in sums if sums[name] > sizes[name]]
    return Check(
        first.paper,
        f"{first.figure} row totals against {title}",
        f"{len(groups)} disjoint validation groups",
        f"they would hold {', '.join(f'{n} {name}' for name, n in sums.items())}; {title} has "
        + ", ".join(str(sizes[name]) for name in sums),
        verdict_of(not problems),
        f"{'; '.join(problems)}: one group scored {len(groups)} times fits better" if problems else "",
        "A" if problems else "",
    )
