"""The page itself: what its parts are, and the template that they fill."""

import base64
import hashlib
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mer import __version__
from mer.core.durations import duration
from mer.core.errors import DataError
from mer.report.checkout import commit
from mer.report.contents import Contents, read_contents
from mer.report.fragments import read_fragment
from mer.report.grid import Grid, read_grid
from mer.report.leaderboard import Column, Leaderboard, read_leaderboard
from mer.report.markdown import Block, inline, read_blocks
from mer.report.pictures import Picture, read_figures, read_picture
from mer.report.provenance import Provenance, read_provenance, versions_of_all

_AUDIT_COLUMNS = ("paper", "item", "printed", "recomputed", "verdict", "reason")
_DISAGREES = "disagrees"


@dataclass(frozen=True)
class Text:
    """A text that a job wrote, in blocks under its title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class ProtocolPart:
    """What a page says about one protocol of a sweep."""

    anchor: str
    name: str
    leaderboard: Leaderboard
    comparisons: Text | None
    figures: tuple[Picture, ...]
    audits: tuple[Text, ...]
    provenance: tuple[Provenance, ...]


@dataclass(frozen=True)
class SweepPart:
    """What a page says about one sweep."""

    anchor: str
    name: str
    protocols: tuple[ProtocolPart, ...]
    figures: tuple[Picture, ...]
    not_drawn: Mapping[str, str]
    samples: tuple[Text, ...]
    contact_sheets: tuple[tuple[Picture, Text], ...]


@dataclass(frozen=True)
class PublishedAudit:
    """What follows from printed numbers: how many agree, and which do not."""

    counts: Mapping[str, Mapping[str, int]]
    verdicts: tuple[str, ...]
    disagreements: Grid
    others: Grid


def page(results: Path, sweeps: Sequence[str]) -> str:
    """Write a page about finished sweeps.

    Parameters
    ----------
    results
        Folder of all results.
    sweeps
        Names of the sweeps, in the order of the page.

    Returns
    -------
    str
        HTML that refers to nothing outside itself.

    Raises
    ------
    DataError, IncompleteRunError
        If a file is missing or damaged, or files do not agree with each other.
    """
    if not sweeps:
        raise DataError(f"{results} holds no finished sweep. Run 'snakemake' first.")
    anchors = Anchors()
    contents = [read_contents(results, name) for name in sweeps]
    parts = [_sweep(one, anchors) for one in contents]
    tables = [path for one in contents for path in one.of_kind("paper_tables", ".html")]
    return _rendered(parts, tables, results / "published" / "audit.csv")


def page_of_tables(tables: Sequence[Path], audit: Path) -> str:
    """Write a page of nothing but tables of papers, and the audit of what these print.

    Parameters
    ----------
    tables
        Files of tables as HTML, in the order of the page.
    audit
        File of the audit.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    return _rendered([], tables, audit)


def _rendered(sweeps: Sequence[SweepPart], tables: Sequence[Path], audit: Path) -> str:
    style, script = (
        files("mer.report").joinpath(f"report.{kind}").read_text("utf-8") for kind in ("css", "js")
    )
    everything = [one for part in sweeps for protocol in part.protocols for one in protocol.provenance]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            sweeps=sweeps,
            # A table's folder is that of its sweep.
            paper_tables=[read_fragment(path, f"{path.parents[1].name}-{path.stem}") for path in tables],
            audit=_published_audit(audit) if tables else None,
            versions=versions_of_all(everything),
            made_by={
                "mer": __version__,
                "git commit": commit(),
                "Python": platform.python_version(),
                **{name: version(name) for name in ("jinja2", "numpy", "pandas")},
            },
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
        )
    )


class Anchors:
    """Makes names for links; no two are equal, whatever they are made of."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def __call__(self, *names: str) -> str:
        """Make a name of some names."""
        safe = "--".join("".join(c if c.isascii() and c.isalnum() else "-" for c in name) for name in names)
        while True:
            self._taken[safe] += 1
            if self._taken[safe] == 1:
                return safe
            safe = f"{safe}-{self._taken[safe]}"


def _sweep(contents: Contents, anchors: Anchors) -> SweepPart:
    return SweepPart(
        anchor=anchors("sweep", contents.name),
        name=contents.name,
        protocols=tuple(_protocol(contents, protocol, anchors) for protocol in contents.protocols),
        figures=tuple(_figures(contents, contents.folder / "figures")),
        not_drawn=contents.not_drawn,
        samples=tuple(_text(path) for path in contents.of_kind("samples", ".md")),
        contact_sheets=tuple(
            _contact_sheet(path, contents.results.parent)
            for path in contents.of_kind("contact_sheets", ".png")
        ),
    )


def _protocol(contents: Contents, name: str, anchors: Anchors) -> ProtocolPart:
    comparisons = contents.folder / "comparisons" / f"{name}.md"
    # The folder of a protocol's folds is called after it and a digest.
    audits = [path for path in contents.files["audits"] if path.parent.name.rpartition("-")[0] == name]
    return ProtocolPart(
        anchor=anchors("sweep", contents.name, name),
        name=name,
        leaderboard=read_leaderboard(contents, name),
        comparisons=_text(comparisons) if comparisons.exists() else None,
        figures=tuple(_figures(contents, contents.folder / "figures" / name)),
        audits=tuple(map(_text, audits)),
        provenance=tuple(read_provenance(contents, name)),
    )


def _figures(contents: Contents, folder: Path) -> list[Picture]:
    """Read the figures of a protocol or of the whole sweep; nothing else in the folder belongs to it."""
    drawn = [path for path in contents.of_kind("figures", ".png") if path.parent == folder]
    return read_figures(folder, contents.results.parent, drawn)


def _text(path: Path) -> Text:
    try:
        title, blocks = read_blocks(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}). Delete it and run again.") from error
    return Text(title or path.name, tuple(blocks))


def _contact_sheet(path: Path, root: Path) -> tuple[Picture, Text]:
    text = _text(path.with_suffix(".md"))
    shown = f"A few clips as {text.title}: frames, landmarks, what is kept of them, optical flow and strain"
    return read_picture(path, root, text.title, shown), text


def _published_audit(path: Path) -> PublishedAudit:
    """Count the verdicts on each paper's numbers."""
    grid = read_grid(path, needed=_AUDIT_COLUMNS)
    paper, verdict = (grid.headers.index(name) for name in ("paper", "verdict"))
    verdicts = tuple(sorted({row[verdict] for row in grid.rows}))
    counts: dict[str, Counter[str]] = {}
    for row in grid.rows:
        counts.setdefault(row[paper], Counter())[row[verdict]] += 1
    others = [name for name in verdicts if name != _DISAGREES]
    return PublishedAudit(
        counts, verdicts, grid.where("verdict", [_DISAGREES]), grid.where("verdict", others)
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("mer.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {"inline": inline, "duration": duration, "number": number}
    environment.filters.update(filters)
    return environment


def number(value: float, column: Column) -> str:
    """Round a score to four digits, as tables do; a cost to three that count.

    Examples
    --------
    >>> number(0.71234, Column("samm", "uf1")), number(12.3456, Column("samm", "exec_seconds"))
    ('0.7123', '12.3')
    """
    return f"{value:.3g}" if column.is_cost else f"{value:.4f}"


def _policy(style: str, script: str) -> str:
    """Allow the page its own style and script and the pictures inside it, and nothing else."""
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in (style, script)
    ]
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; "
        f"script-src 'sha256-{hashes[1]}'; base-uri 'none'; form-action 'none'"
    )
