"""Cells and counts that are printed more than once, within a paper or in two."""

from collections.abc import Iterator, Sequence

from mer.audit.check import Check, verdict_of
from mer.audit.matrices import same_metric
from mer.audit.printed import RATES, same_number
from mer.audit.published import NO_CLASS, Number, Published, plain

# Scopes that are no database.
_SEVERAL = ("composite", "average")
_PLACE = tuple[str, ...]


def check_repeats(published: Published) -> Iterator[Check]:
    """Compare cells that a paper prints in several tables with those of the first one."""
    first: dict[_PLACE, Number] = {}
    pairs: dict[tuple[str, str, str], list[tuple[Number, Number]]] = {}
    for number in _rates(published):
        place = (number.cell.paper, *_place(number))
        before = first.setdefault(place, number)
        if before is not number:
            key = (number.cell.paper, number.cell.table, before.cell.table)
            pairs.setdefault(key, []).append((number, before))
    for (paper, table, other), both in pairs.items():
        different = [(one, two) for one, two in both if not same_number(one.printed, two.printed)]
        texts = [f"{_named(one)} {one.printed} and {two.printed}" for one, two in different]
        yield Check(
            paper,
            f"{table} against {other}",
            "; ".join(str(one.printed) for one, _ in both),
            "; ".join(texts) or "equal",
            verdict_of(not different),
            f"{len(both)} cells are printed in both",
            "B" if different else "",
            tuple(one.noted(f"{two.printed} in {other}") for one, two in different),
        )


def check_papers(published: Published) -> Iterator[Check]:
    """Compare cells of one method, protocol and database that two papers print."""
    first: dict[_PLACE, Number] = {}
    for number in _rates(published):
        before = first.setdefault(_place(number), number)
        if before.cell.paper != number.cell.paper:
            yield _two_papers(published, number, before)
    yield from _moved(published, first)


def check_counts(published: Published) -> Iterator[Check]:
    """Compare the printed totals with their parts, and counts of one thing that several papers print."""
    for (paper, table, dataset, scheme), counts in published.count_groups.items():
        parts = [count for name, count in counts.items() if name not in NO_CLASS]
        if "total" in counts and len(parts) > 1:
            yield _sum(paper, f"{table} {dataset} {scheme}: sum of the classes", parts, counts["total"])
        if "total" in counts and "train_per_fold" in counts:
            folds = [counts["train_per_fold"], counts["test_per_fold"]]
            yield _sum(paper, f"{table} {dataset} {scheme}: training and test", folds, counts["total"])
        if dataset == "composite":
            yield from _columns(published, paper, table, scheme, counts)
    yield from _counts_of_papers(published)


def _rates(published: Published) -> Iterator[Number]:
    for number in published.numbers():
        if number.printed and number.cell.metric in RATES:
            yield number


def _place(number: Number) -> _PLACE:
    cell = number.cell
    return cell.protocol, cell.dataset_scope, cell.method_slug, same_metric(cell.metric)


def _named(number: Number) -> str:
    return f"{plain(number.method)} {number.cell.protocol} {number.cell.metric}"


def _two_papers(published: Published, number: Number, before: Number) -> Check:
    cell, right = number.cell, same_number(number.printed, before.printed)
    other = f"{before.cell.paper} {before.cell.table}"
    elsewhere = "" if right else _elsewhere(published, number, before.cell.paper)
    notes = (
        number.noted(f"{before.cell.paper} prints {before.printed} ({before.cell.table})"),
        before.noted(f"{cell.paper} prints {number.printed} ({cell.table})"),
    )
    metric = same_metric(cell.metric).upper()
    return Check(
        cell.paper,
        f"{cell.table} {plain(number.method)} {metric} {cell.protocol} against {other}",
        str(number.printed),
        f"{before.printed} in {other}",
        verdict_of(right),
        elsewhere,
        "" if right else "A",
        notes,
    )


def _elsewhere(published: Published, number: Number, paper: str) -> str:
    """Say where another paper prints a number that is not the one of this database."""
    cell = number.cell
    found = [
        f"{one.cell.protocol} ({one.cell.table})"
        for one in published.numbers(paper=paper, method_slug=cell.method_slug)
        if same_number(number.printed, one.printed)
        and one.cell.metric in RATES
        and one.cell.protocol != cell.protocol
    ]
    return f"{paper} prints this number under {', '.join(found)}" if found else ""


def _moved(published: Published, first: dict[_PLACE, Number]) -> Iterator[Check]:
    """Find numbers that two papers print for one method under different databases only."""
    single = [one for one in first.values() if one.cell.dataset_scope not in _SEVERAL]
    for number in single:
        cell = number.cell
        others = [
            one
            for one in single
            if one.cell.paper != cell.paper
            and one.cell.method_slug == cell.method_slug
            and one.cell.dataset_scope != cell.dataset_scope
            and same_metric(one.cell.metric) == same_metric(cell.metric)
            and same_number(number.printed, one.printed)
        ]
        for other in others:
            known = published.numbers(
                paper=other.cell.paper, method_slug=cell.method_slug, dataset_scope=cell.dataset_scope
            )
            # With a number of its own there, the comparison of the papers speaks of it already.
            if not any(one.printed for one in known) and _is_later(published, cell.paper, other.cell.paper):
                yield _under_two_databases(number, other)


def _is_later(published: Published, paper: str, other: str) -> bool:
    order = list(dict.fromkeys(published.results["paper"]))
    return order.index(paper) > order.index(other)


def _under_two_databases(number: Number, other: Number) -> Check:
    cell = number.cell
    metric = same_metric(cell.metric).upper()
    return Check(
        cell.paper,
        f"{cell.table} {plain(number.method)} {metric}: its database",
        f"{number.printed} under {cell.dataset_scope}",
        f"{other.cell.dataset_scope} in {other.cell.paper} {other.cell.table}",
        "disagrees",
        "one number of one method under two databases",
        "A",
        (
            number.noted(f"{other.cell.paper} prints this number under {other.cell.dataset_scope}"),
            other.noted(f"{cell.paper} prints this number under {cell.dataset_scope}"),
        ),
    )


def _sum(paper: str, item: str, parts: Sequence[int], total: int) -> Check:
    right = sum(parts) == total
    text = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    return Check(paper, item, str(total), text, verdict_of(right), "", "" if right else "B")


def _columns(
    published: Published, paper: str, table: str, scheme: str, composite: dict[str, int]
) -> Iterator[Check]:
    """Compare each row of a composite with the sum over its data sets in the same table."""
    parts = [
        counts
        for (one, two, dataset, three), counts in published.count_groups.items()
        if (one, two, three) == (paper, table, scheme) and dataset != "composite"
    ]
    for name, total in composite.items():
        known = [counts[name] for counts in parts if name in counts]
        if len(known) > 1:
            yield _sum(paper, f"{table} composite {scheme}: {name} of all data sets", known, total)


def _counts_of_papers(published: Published) -> Iterator[Check]:
    first: dict[_PLACE, tuple[str, str, int]] = {}
    for (paper, table, dataset, scheme), counts in published.count_groups.items():
        for name, count in counts.items():
            here, there, before = first.setdefault((dataset, scheme, name), (paper, table, count))
            if here != paper:
                right = count == before
                yield Check(
                    paper,
                    f"{table} {name} of {dataset} ({scheme}) against {here} {there}",
                    str(count),
                    f"{before} in {here} {there}",
                    verdict_of(right),
                    "",
                    "" if right else "A",
                )
