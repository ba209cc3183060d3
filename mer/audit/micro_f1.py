"""F1 scores beside accuracies: micro-averaged F1 equals accuracy, so an F1 that differs is another one."""

from collections.abc import Iterator
from fractions import Fraction

from mer.audit.check import Check, verdict_of
from mer.audit.printed import Printed
from mer.audit.published import Number, Published

_OWN = ("own-experiment", "reproduced-by-paper")


def check_micro_f1(published: Published) -> Iterator[Check]:
    """Compare F1 with accuracy in every row that a paper made itself.

    Every wrong clip is a false positive of one class and a false negative of another, so micro-F1
    is the share of correct clips. Where a paper claims micro-averaging, another F1 disagrees; where it
    says nothing, that much is derived.
    """
    claims = published.claims[published.claims["kind"] == "micro_f1"]
    claimed = {
        (str(row["paper"]), table) for _, row in claims.iterrows() for table in row["left"].split("; ")
    }
    rows: dict[tuple[str, str, str, str], dict[str, Number]] = {}
    for one in published.numbers(metric=("f1", "uar", "war", "acc")):
        if one.source_kind in _OWN and one.printed and not one.cell.table.startswith("text"):
            key = (one.cell.paper, one.cell.table, one.cell.protocol, one.cell.method_slug)
            rows.setdefault(key, {})[one.cell.metric] = one
    for (paper, table, _, _), scores in rows.items():
        f1, accuracy = scores.get("f1"), scores.get("war") or scores.get("acc")
        if f1 and f1.printed and accuracy and accuracy.printed:
            is_claimed = (paper, table) in claimed
            yield _f1_and_accuracy(f1, f1.printed, accuracy.printed, scores.get("uar"), is_claimed=is_claimed)


def macro_precision(f1: Fraction, recall: Fraction) -> Fraction | None:
    """Return the precision whose harmonic mean with a recall is the F1; None if there is none."""
    divisor = 2 * recall - f1
    return f1 * recall / divisor if divisor > 0 else None


def _f1_and_accuracy(
    f1: Number, printed: Printed, accuracy: Printed, uar: Number | None, *, is_claimed: bool
) -> Check:
    cell = f1.cell
    difference = accuracy.value - printed.value
    is_micro = abs(difference) <= (accuracy.step + printed.step) / 2
    reason = "" if is_micro else "micro-averaged F1 equals accuracy, so this F1 is another one"
    precision = macro_precision(printed.value, uar.printed.value) if uar and uar.printed else None
    if precision is not None and not is_micro:
        possible = "a possible value" if precision <= 1 else "which is impossible"
        reason += (
            "; read as the harmonic mean of macro precision and macro recall (UAR) it implies a macro "
            f"precision of {float(precision):.4f}, {possible}"
        )
    elif not is_micro:
        reason += "; which one cannot be told without the confusion matrix"
    item = f"{cell.table} {cell.method_slug}: micro-F1 equals WAR"
    note = f"called micro-averaged F1, which would equal the accuracy {accuracy}"
    return Check(
        cell.paper,
        item if is_claimed else f"{cell.table} F1 of the method against its accuracy",
        f"F1 {printed}, accuracy {accuracy}",
        f"difference {float(difference):+.4f}",
        verdict_of(is_micro) if is_claimed else "derived",
        reason,
        "A" if is_claimed and not is_micro else "",
        (f1.noted(note),) if is_claimed else (),
    )
