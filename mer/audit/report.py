"""Checks as a page to read."""

from collections.abc import Iterator, Sequence

from mer.audit.check import VERDICTS, Check


def markdown(checks: Sequence[Check], title: str) -> str:
    """Write counts by paper and every disagreement, the weightiest first, as Markdown."""
    lines = [
        f"# {title}",
        "",
        "Written by `mer audit --md`.",
        "",
        *_counts(checks),
        *_disagreements(checks),
        *_remarks(checks),
    ]
    return "\n".join(lines).rstrip() + "\n"


def counts(checks: Sequence[Check]) -> list[tuple[str, list[int]]]:
    """Count verdicts by paper, and of all where there are several; remarks are a column of their own."""
    names = list(dict.fromkeys(check.paper for check in checks))
    groups = [(name, [check.verdict for check in checks if check.paper == name]) for name in names]
    if len(names) > 1:
        groups.append(("all", [check.verdict for check in checks]))
    return [(name, [verdicts.count(verdict) for verdict in VERDICTS]) for name, verdicts in groups]


def weightiest_first(checks: Sequence[Check]) -> list[Check]:
    """Sort disagreements by weight; those that are not weighed come last."""
    wrong = [check for check in checks if check.verdict == "disagrees"]
    return sorted(wrong, key=lambda check: check.weight or "D")


def _counts(checks: Sequence[Check]) -> Iterator[str]:
    yield from _table(
        ["", *VERDICTS], [[name, *map(str, numbers)] for name, numbers in counts(checks)], numbers=True
    )


def _disagreements(checks: Sequence[Check]) -> Iterator[str]:
    for name in dict.fromkeys(check.paper for check in checks):
        wrong = weightiest_first([check for check in checks if check.paper == name])
        if wrong:
            yield f"## {name}: what disagrees"
            yield ""
            rows = [[one.weight, one.item, one.printed, one.recomputed, one.reason] for one in wrong]
            yield from _table(["weight", "item", "printed", "recomputed", "reason"], rows)


def _remarks(checks: Sequence[Check]) -> Iterator[str]:
    remarks = [check for check in checks if check.verdict == "not computable"]
    if remarks:
        yield "## Remarks that nothing computes"
        yield ""
        rows = [[one.paper, one.item, one.printed, one.recomputed, one.reason] for one in remarks]
        yield from _table(["paper", "item", "printed", "remark", "reason"], rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: bool = False) -> Iterator[str]:
    rule = ["---", *(["---:" if numbers else "---"] * (len(header) - 1))]
    for line in (header, rule, *rows):
        cells = [cell.replace("|", r"\|").replace("*", r"\*").replace("\n", " ") for cell in line]
        yield f"| {' | '.join(cells)} |"
    yield ""
