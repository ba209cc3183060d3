"""The command that removes what no sweep uses."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from mer.core.errors import ConfigError, DataError
from mer.sweep.preparing import RESULTS
from mer.sweep.records import Records
from mer.sweep.start import SHELF
from mer.sweep.unused import Kind, Unused, find_unused, remove
from mer.sweep.used import find_used

_DEFAULT = Path("config.yaml")
_ABOUT = f"""
Remove what no sweep uses from {RESULTS}/: arrays, stand-ins, predictions, leftovers, files of earlier forms.

It is shown first, and you are asked. Kept is whatever is used by a configuration that is given, by
config.yaml, by a file in workflow/sweeps/, or by a sweep that is finished (its {RESULTS}/<sweep>/sweep.json).
To give up a sweep, delete {RESULTS}/<sweep>/ and its configuration first. Files that are not ours are named
and kept, and links are not followed. What is removed can be computed again.
"""
# Lines of one kind that are shown.
_SHOWN = 8


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    clean = commands.add_parser(
        "clean",
        help="remove results that no sweep uses, after showing them",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    clean.add_argument("config", type=Path, nargs="*", default=[], metavar="CONFIG")
    clean.add_argument("--yes", action="store_true", help="do not ask")
    clean.add_argument("--all", action="store_true", help="show every folder")
    clean.set_defaults(command=_clean)


def _clean(arguments: argparse.Namespace) -> None:
    results = Path(RESULTS)
    _refuse_at_work()
    if not results.is_dir():
        raise DataError(f"{RESULTS}: there is no such folder here. Go to the folder of the project.")
    ready = [path for path in (_DEFAULT, *sorted(SHELF.glob("*.yaml"))) if path.is_file()]
    used = find_used(results, list(dict.fromkeys([*arguments.config, *ready])))
    found = find_unused(results, used, Records().made)
    console = Console(highlight=False, soft_wrap=True)
    for remark in used.remarks:
        console.print(remark, markup=False)
    foreign = [one for one in found if one.kind is Kind.NOT_OURS]
    ours = [one for one in found if one.kind is not Kind.NOT_OURS]
    _show(console, ours, most=sys.maxsize if arguments.all else _SHOWN)
    if foreign:
        names = _folders(foreign)
        shown = list(names) if arguments.all else list(names)[:_SHOWN]
        more = "" if len(shown) == len(names) else f" and {len(names) - len(shown)} more"
        console.print(f"Not ours, kept: {', '.join(shown)}{more}", markup=False)
    if not ours:
        console.print(f"Nothing to remove: some sweep uses all that is in {RESULTS}/.")
        return
    if not arguments.yes and not _agreed(console):
        console.print("Nothing is removed.")
        return
    _refuse_at_work()  # it may have begun meanwhile
    remove(results, ours)
    console.print(f"Removed {len(ours)} files, {_size(ours)}.")


def _refuse_at_work() -> None:
    if Records().lock is not None:
        raise ConfigError(
            "A snakemake is at work in this folder (.snakemake/locks), and may make what would be removed. "
            "Wait for it; if it was killed: snakemake --unlock"
        )


def _agreed(console: Console) -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("There is no terminal to ask on. Give --yes to remove what is shown.")
    return console.input("Remove it? [y/N] ").strip().lower() in ("y", "yes")


def _show(console: Console, unused: Sequence[Unused], most: int) -> None:
    """Show what would be removed by kinds and folders."""
    if not unused:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header, justify in (("No sweep uses", "left"), ("Files", "right"), ("Size", "right")):
        table.add_column(header, justify=justify, no_wrap=True, overflow="ellipsis")  # type: ignore[arg-type]
    for kind in Kind:
        members = [one for one in unused if one.kind is kind]
        if not members:
            continue
        table.add_row(kind.value, str(len(members)), _size(members), style="bold")
        folders = _folders(members)
        for name in list(folders)[:most]:
            table.add_row(f"  {name}", str(len(folders[name])), _size(folders[name]))
        if len(folders) > most:
            rest = [one for name in list(folders)[most:] for one in folders[name]]
            table.add_row(f"  and {len(folders) - most} more folders", str(len(rest)), _size(rest))
    table.add_row("together", str(len(unused)), _size(unused), style="bold")
    console.print(table, soft_wrap=False)


def _folders(unused: Sequence[Unused]) -> dict[str, list[Unused]]:
    """Sort files by the folders that people think in, of a run, a representation, a sweep; largest first."""
    found = defaultdict(list)
    for one in unused:
        parts = PurePosixPath(one.path).parts
        n_levels = 1 if one.kind is Kind.LOGS else 2 if one.kind in (Kind.STAND_INS, Kind.SWEEPS) else 3
        found["/".join([RESULTS, *parts[:n_levels]])].append(one)
    return dict(sorted(found.items(), key=lambda item: -sum(one.size for one in item[1])))


def _size(unused: Sequence[Unused]) -> str:
    """Say how much space files take.

    Examples
    --------
    >>> _size([Unused("a", Kind.ARRAYS, 1_234_000), Unused("b", Kind.ARRAYS, 66_000)])
    '1.3 MB'
    """
    return decimal(sum(one.size for one in unused))
