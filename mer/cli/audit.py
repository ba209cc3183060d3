"""The command that audits numbers: those of papers, or those of a sweep."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mer.core.files import complete

if TYPE_CHECKING:
    from mer.audit.check import Check

PUBLISHED = "published"
# Longer texts are cut in the report; a CSV file has all of them.
_LONGEST = 300


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    audit = commands.add_parser(
        "audit", help="recompute published numbers, or the results of a sweep, and say what does not add up"
    )
    audit.add_argument(
        "what",
        nargs="?",
        default=PUBLISHED,
        help=f"'{PUBLISHED}' (default), or a folder: results/<sweep>, or one of several sweeps",
    )
    audit.add_argument("--csv", type=Path, metavar="FILE", help="write all checks into a CSV file")
    audit.add_argument("--md", type=Path, metavar="FILE", help="write all disagreements as Markdown")
    audit.add_argument("--all", action="store_true", help="print also what agrees, is derived or a remark")
    audit.add_argument(
        "--strict", action="store_true", help=f"exit with 1 also where '{PUBLISHED}' numbers disagree"
    )
    audit.set_defaults(command=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    # Statistics take a second to import, and no other command needs them.
    from mer.audit.audit import published_audit
    from mer.audit.check import as_frame
    from mer.audit.report import markdown
    from mer.audit.results import audit_results

    is_published = arguments.what == PUBLISHED
    checks = list(published_audit()) if is_published else audit_results(Path(arguments.what))
    if arguments.csv:
        with complete(arguments.csv) as temporary:
            as_frame(checks).to_csv(temporary, index=False, lineterminator="\n")
    if arguments.md:
        with complete(arguments.md) as temporary:
            temporary.write_text(markdown(checks, _title(arguments.what)), encoding="utf-8")
    console = Console(highlight=False)
    console.print(_counts(checks, "Paper" if is_published else "Sweep"))
    _print_checks(console, checks, everything=arguments.all)
    for written in filter(None, (arguments.csv, arguments.md)):
        console.print(f"Written: {written}", markup=False, soft_wrap=True)
    disagrees = any(check.verdict == "disagrees" for check in checks)
    return int(disagrees and (arguments.strict or not is_published))


def _title(what: str) -> str:
    return "Audit of published numbers" if what == PUBLISHED else f"Audit of {what}"


def _counts(checks: Sequence["Check"], who: str) -> Table:
    """Count verdicts by paper; remarks stand apart, as nothing computes them."""
    from mer.audit.check import VERDICTS
    from mer.audit.report import counts

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(who)
    for verdict in VERDICTS:
        table.add_column(verdict, justify="right")
    for name, numbers in counts(checks):
        table.add_row(name, *map(str, numbers))
    return table


def _print_checks(console: Console, checks: Sequence["Check"], *, everything: bool) -> None:
    """Print disagreements, by paper, the weightiest first; with ``everything``, all other checks too."""
    from mer.audit.report import weightiest_first

    for name in dict.fromkeys(check.paper for check in checks):
        of = [check for check in checks if check.paper == name]
        wrong = weightiest_first(of)
        weighed = [check for check in wrong if check.weight]
        # Beside those that are weighed, the rest are single readings of one of them.
        shown = wrong if everything or not weighed else weighed
        _print_group(console, f"{name}: {len(wrong)} disagree", shown)
        if len(shown) < len(wrong):
            console.print(f"- and {len(wrong) - len(shown)} single tests behind these: --all", markup=False)
        for verdict in ("agrees", "derived", "not computable") if everything else ():
            others = [check for check in of if check.verdict == verdict]
            _print_group(console, f"{name}: {len(others)} {verdict}", others)


def _print_group(console: Console, title: str, checks: Sequence["Check"]) -> None:
    if checks:
        console.print(f"\n[bold]{escape(title)}[/bold]")
    for check in checks:
        _print(console, check)


def _print(console: Console, check: "Check") -> None:
    weight = f"[bold]{check.weight}[/bold] " if check.weight else ""
    console.print(f"- {weight}{escape(check.item)}", soft_wrap=True)
    pairs = (("printed", check.printed), ("recomputed", check.recomputed), ("because", check.reason))
    for label, text in pairs:
        if text:
            cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
            console.print(f"    {label:<10} {escape(cut)}", soft_wrap=True)
