"""The command that tells how far sweeps are, while they run and afterwards."""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mer.cli.options import asked, given, trial_option
from mer.cluster.controllers import at_work
from mer.core.durations import duration
from mer.sweep.failures import described, grouped
from mer.sweep.listing import Listing
from mer.sweep.progress import Group, Job, Progress, State, Watch
from mer.sweep.records import Lock, Records
from mer.sweep.start import start_one

_ABOUT = """
Tell how far sweeps are: which packs of folds are done, running, waiting and failed, per protocol and variant.

It looks at files only: Snakemake need not run, and is not disturbed if it does. A pack counts as done when
its file is there; whether settings or code have changed since is for 'snakemake -n' to tell.
Returns 1 if a job has failed.
"""
_COLOURS = {
    State.DONE: "green",
    State.RUNNING: "cyan",
    State.QUEUED: "blue",
    State.INTERRUPTED: "yellow",
    State.FAILED: "red",
    State.TO_DO: "bright_black",
}
_OTHERS = [state for state in State if state is not State.DONE]
# More pairs of a protocol and a variant than this are summed up.
_LONG = 60
_BAR = 20
# A run that has been at it for less than this has nothing to reckon with.
_SOON = 0.01


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    status = commands.add_parser(
        "status",
        help="tell how far sweeps are, and what has failed",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    status.add_argument("config", type=Path, nargs="*", default=[Path("config.yaml")], metavar="CONFIG")
    status.add_argument(
        "--all",
        action="store_true",
        help="every variant under every protocol, every failed job",
    )
    trial_option(status)
    status.set_defaults(command=_status)


def _status(arguments: argparse.Namespace) -> int:
    records = Records()
    watch = Watch(records, Listing())
    console, failed = Console(highlight=False), 0
    for path in dict.fromkeys(arguments.config):
        progress = watch.progress(start_one(path, given(arguments)))
        failed += len(progress.of_state(State.FAILED))
        page = _Page(console, progress, records.lock, watch.listing, show_all=arguments.all)
        page.print(asked(path, arguments))
    return 1 if failed else 0


class _Page:
    """What is printed about one sweep."""

    def __init__(
        self, console: Console, progress: Progress, lock: Lock | None, listing: Listing, *, show_all: bool
    ) -> None:
        self.console, self.progress, self.listing, self.show_all = console, progress, listing, show_all
        active = {State.RUNNING, State.QUEUED}
        wanted = {job.output for job in progress.jobs if job.state in active or job.state is State.TO_DO}
        # A lock is of no interest if the run that holds it makes nothing of this sweep.
        self.lock = lock if lock and wanted & lock.outputs else None
        self.sure = self.lock is None or at_work(Path.cwd())

    def print(self, name: str) -> None:
        """Print the page."""
        progress = self.progress
        done, total = _cells(progress.packs)
        n_packs = sum(job.state is State.DONE for job in progress.packs)
        self._line(
            f"[bold]{progress.name}[/]: {n_packs} of {len(progress.packs)} packs, "
            f"{done} of {total} cells (folds by seeds) done"
        )
        for line in self._time():
            self._line(line)
        self.console.print()
        self.console.print(self._table())
        self.console.print()
        n_logs = len(progress.jobs) if self.show_all else 3
        for line in described(grouped(progress.of_state(State.FAILED)), most=n_logs + 5, logs=n_logs):
            self.console.print(line, markup=False, soft_wrap=True)
        for line in self._next(name):
            self._line(line)

    def _time(self) -> Iterator[str]:
        """Say whether it is going on, since when and for how long."""
        if self.progress.is_complete:
            yield "Complete: every file is there. Whether all are up to date, 'snakemake -n' tells."
            return
        if self.lock is None:
            yield "Nothing of it is running."
            return
        now = time.time()
        gone = now - self.lock.since
        since = time.strftime("%d %B, %H:%M", time.localtime(self.lock.since))
        yield f"{'Running since' if self.sure else 'Begun on'} {since} ({duration(gone)}){self._left(gone)}."
        logs = [self.listing.changed(job.log) for job in self.progress.of_state(State.RUNNING)]
        written = [changed for changed in logs if changed is not None]
        if written:
            yield f"Last line in a log: {duration(max(0.0, now - max(written)))} ago."
        if not self.sure:
            yield (
                "No snakemake is seen at work here on this machine. It runs on another one; or it was "
                "killed, and its jobs are interrupted: 'snakemake --unlock', and run again."
            )

    def _left(self, gone: float) -> str:
        """Reckon how long it will still take, by what the run has trained so far."""
        if self.lock is None:
            return ""
        made, left = self.progress.share_made(self.lock)
        if not left or made < _SOON * (made + left):
            return ""
        return f", about {_roughly(gone * left / made)} left for training"

    def _table(self) -> Table:
        """Lay out one line per protocol and variant; states that nothing is in have no column."""
        lines = [*self._preparing(), *self._training(), ("the rest of the sweep", self.progress.further)]
        names, groups = [name for name, _ in lines], [group for _, group in lines]
        columns = {"done": [f"{group.counts[State.DONE]}/{len(group.jobs)}" for group in groups]}
        columns["cells"] = [f"{done}/{total}" if total else "" for done, total in (g.cells for g in groups)]
        styles = {}
        for state in _OTHERS:
            if any(group.counts[state] for group in groups):
                header = self._header(state)
                styles[header] = _COLOURS[state]
                columns[header] = [str(group.counts[state] or "") for group in groups]
        left = self.console.width - max(map(len, names))
        if _width(columns) > left:
            del columns["cells"]
        n_bar = min(_BAR, left - _width(columns) - 2)
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True)
        for header, cells in columns.items():
            narrowest = max(map(len, [header, *cells]))
            style = styles.get(header, "")
            table.add_column(header, justify="right", no_wrap=True, style=style, min_width=narrowest)
        for name, group, *numbers in zip(names, groups, *columns.values(), strict=True):
            bar = _bar(group, n_bar if n_bar > 3 else 0)
            table.add_row(Text(name, style="" if name.startswith(" ") else "bold"), bar, *numbers)
        return table

    def _preparing(self) -> Iterator[tuple[str, Group]]:
        """List the representations of every data set, below their sum."""
        groups = self.progress.preparing
        if groups:
            yield "preprocessing", _sum(groups)
            yield from ((f"  {group.place} {group.name}", group) for group in groups)

    def _training(self) -> Iterator[tuple[str, Group]]:
        """List the variants of every protocol, below their sum; of many, only the sums of both."""
        groups = self.progress.training
        if len(groups) > _LONG and not self.show_all:
            for headline, of in (("protocols", lambda one: one.place), ("variants", lambda one: one.name)):
                yield headline, _sum(groups)
                members = groupby(sorted(groups, key=of), key=of)
                yield from ((f"  {name}", _sum(list(together))) for name, together in members)
            return
        for protocol, together in groupby(groups, key=lambda one: one.place):
            of_protocol = list(together)
            yield protocol, _sum(of_protocol)
            yield from ((f"  {group.name}", group) for group in of_protocol)

    def _header(self, state: State) -> str:
        return f"{state}?" if not self.sure and state in (State.RUNNING, State.QUEUED) else str(state)

    def _next(self, name: str) -> Iterator[str]:
        """Say what can be done about what is not complete."""
        if self.progress.is_complete:
            yield f"Tables: mer show {self.progress.name}. All on one page: mer report {self.progress.name}."
        elif self.lock is None:
            yield "Run the same snakemake command again: it does what is missing, and no fold twice."
            yield f"Tables of the variants that are complete so far: mer tables --incomplete {name}"

    def _line(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)


def _bar(group: Group, width: int) -> Text:
    """Draw a bar of what is done: by cells where there are some, else by jobs."""
    done, total = group.cells if group.cells[1] else (group.counts[State.DONE], len(group.jobs))
    full = width * done // max(1, total)
    colour = "red" if group.counts[State.FAILED] else "green"
    return Text.assemble(("━" * full, colour), ("╌" * (width - full), "bright_black"))


def _roughly(seconds: float) -> str:
    """Say how long something takes of which little is known."""
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{max(1, minutes)} min"
    hours = round(seconds / 3600)
    return f"{hours} h" if hours < 48 else f"{round(hours / 24)} days"


def _sum(groups: Sequence[Group]) -> Group:
    return Group(groups[0].place, "", [job for group in groups for job in group.jobs])


def _width(columns: Mapping[str, Sequence[str]]) -> int:
    """Count the characters that columns take, with what divides them."""
    return sum(2 + max(map(len, [header, *cells])) for header, cells in columns.items())


def _cells(jobs: Sequence[Job]) -> tuple[int, int]:
    return sum(job.n_cells_done for job in jobs), sum(job.n_cells for job in jobs)
