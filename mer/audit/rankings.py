"""Kinds of claims that state an order, or that lists of names are the same."""

from collections.abc import Sequence

from mer.audit.arithmetic import Claim, Outcome
from mer.audit.operands import Operand

# So many exceptions are written out.
_SHOWN = 6


def outperforms(claim: Claim) -> Outcome:
    """Check that every left number is above every right one of its column."""
    columns = _columns(claim)
    wrong = [
        (one, two)
        for left, right in columns.values()
        for one in left
        for two in right
        if one.value <= two.value
    ]
    return Outcome(not wrong, _columns_won(columns), _exceptions(wrong))


def mostly_best(claim: Claim) -> Outcome:
    """Check that the left number is the best of its column in at least half of the columns."""
    columns = _columns(claim)
    won = [place for place, (left, right) in columns.items() if _is_best(left, right)]
    names = ", ".join(" ".join(place[1:]) for place in won)
    return Outcome(2 * len(won) >= len(columns), f"best in {len(won)} of {len(columns)} columns: {names}")


def greater(claim: Claim) -> Outcome:
    """Check that every left number is above every right one, whatever its column."""
    wrong = [(one, two) for one in claim.left for two in claim.right if one.value <= two.value]
    n = len(claim.left) * len(claim.right)
    return Outcome(not wrong, f"true in {n - len(wrong)} of {n} comparisons", _exceptions(wrong))


def only_above(claim: Claim) -> Outcome:
    """Check that exactly the methods that are named are above the left number."""
    (own,) = claim.left
    above = [one.owner for one in claim.right if one.value > own.value]
    named = [name.strip() for name in claim.printed.split(";")]
    return Outcome(sorted(above) == sorted(named), f"above {own.text}: {', '.join(above)}")


def same_names(claim: Claim) -> Outcome:
    """Check that two lists have the same names."""
    left, right = ({one.text for one in side} for side in (claim.left, claim.right))
    only = [f"only in one: {', '.join(sorted(names))}" for names in (left - right, right - left) if names]
    return Outcome(left == right, "; ".join(only) or "the same names")


def in_tables(claim: Claim) -> Outcome:
    """Check that cells stand in the tables that are named."""
    tables = sorted({one.number.cell.table for one in claim.left if one.number})
    return Outcome(tables == sorted(one.text for one in claim.right), f"they stand in {', '.join(tables)}")


def one_task(claim: Claim) -> Outcome:
    """Check that the rows of a column are of one task: that all their protocols have as many classes."""
    n_classes = {one.place[0]: one.text for one in claim.right}
    tasks: dict[str, list[Operand]] = {}
    for one in claim.left:
        tasks.setdefault(n_classes.get(one.place[0], "?"), []).append(one)
    texts = [f"{n} classes: {', '.join(one.owner for one in rows)}" for n, rows in tasks.items()]
    notes = [
        one.number.noted(f"{n} classes; other rows of its table have {' or '.join(set(tasks) - {n})}")
        for n, rows in tasks.items()
        for one in rows
        if one.number
    ]
    is_right = len(tasks) == 1
    return Outcome(is_right, "; ".join(texts), "" if is_right else "not the same task", tuple(notes))


_Columns = dict[tuple[str, ...], tuple[list[Operand], list[Operand]]]


def _columns(claim: Claim) -> _Columns:
    """Sort both sides into the columns where both have numbers."""
    found: _Columns = {}
    for side, group in enumerate((claim.left, claim.right)):
        for one in group:
            found.setdefault(one.place, ([], []))[side].append(one)
    return {place: both for place, both in found.items() if all(both)}


def _is_best(left: Sequence[Operand], right: Sequence[Operand]) -> bool:
    return min(one.value for one in left) > max(two.value for two in right)


def _columns_won(columns: _Columns) -> str:
    metrics: dict[str, list[bool]] = {}
    for place, (left, right) in columns.items():
        metrics.setdefault(place[-1], []).append(_is_best(left, right))
    return "; ".join(f"{name}: true in {sum(won)} of {len(won)} columns" for name, won in metrics.items())


def _exceptions(wrong: Sequence[tuple[Operand, Operand]]) -> str:
    texts = [
        f"{one.owner} {one.text} against {two.owner} {two.text} ({' '.join(two.place[:1])})".replace(
            "  ", " "
        )
        for one, two in wrong
    ]
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return f"not so: {', '.join(texts[:_SHOWN])}{more}" if texts else ""
