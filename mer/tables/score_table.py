"""The table of one protocol: measured beside published, as CSV, Markdown and LaTeX."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from mer.published.papers import citation
from mer.tables.grid import Grid, Notes
from mer.tables.titles import METRIC_TITLES, SCOPE_TITLES, ordered_scopes

NOT_MEASURED = "–"


@dataclass(frozen=True)
class Cell:
    """One score: its mean and standard deviation over seeds, and what is to be said about it."""

    mean: float
    sd: float | None = None
    remark: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes
    ----------
    method
        Title of the method.
    variant
        Name in the configuration; blank for published rows.
    kind
        ``measured``, ``oracle`` where the epoch was chosen on the test clips, ``not run``, ``published``,
        ``published, reproduced`` where the paper measured other people's method, or ``published, cited``
        where it took the numbers from elsewhere.
    source
        Paper and table of published rows.
    n_seeds
        Number of runs behind the means; None for published rows.
    cells
        Scores by scope and metric.
    remark
        What is to be said about the whole row.
    data
        ``real`` or ``stand_in`` clips; blank where none are scored.
    """

    method: str
    variant: str
    kind: str
    source: str
    n_seeds: int | None
    cells: dict[tuple[str, str], Cell] = field(default_factory=dict)
    remark: str = ""
    data: str = ""


@dataclass(frozen=True)
class ScoreTable:
    """Rows of one protocol.

    Attributes
    ----------
    title
        What the table shows.
    rows
        In the order of the table.
    notes
        Lines under the table that hold for all of it.
    papers
        Short names of the papers that published rows come from.
    """

    title: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    papers: tuple[str, ...]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Scope and metric of every score column, the composite first."""
        present = {key for row in self.rows for key in row.cells}
        scopes = ordered_scopes(scope for scope, _ in present)
        return [(scope, metric) for scope in scopes for metric in METRIC_TITLES if (scope, metric) in present]

    def as_csv(self) -> str:
        """Write every number in full precision, one column per score and one for its spread."""
        records = []
        for row in self.rows:
            record: dict[str, object] = {
                "method": row.method,
                "variant": row.variant,
                "kind": row.kind,
                "source": row.source,
                "data": row.data,
                "n_seeds": row.n_seeds,
            }
            for scope, metric in self.columns:
                cell = row.cells.get((scope, metric))
                record[f"{scope}_{metric}"] = cell.mean if cell else None
                record[f"{scope}_{metric}_sd"] = cell.sd if cell else None
            records.append({**record, "remark": "; ".join(_remarks(row, self.columns))})
        table = pd.DataFrame(records).astype({"n_seeds": "Int64"})
        return str(table.dropna(axis=1, how="all").to_csv(index=False, lineterminator="\n"))

    def as_markdown(self) -> str:
        """Write the table for reading: four digits, remarks as numbered notes."""
        return self._grid().as_markdown()

    def as_latex(self) -> str:
        """Write a booktabs table for a paper."""
        return self._grid().as_latex()

    def _grid(self) -> Grid:
        notes, body = Notes(), []
        for row in self.rows:
            seeds = NOT_MEASURED if row.n_seeds is None else str(row.n_seeds)
            line = [row.method + notes.mark(row.remark), row.variant or NOT_MEASURED, row.kind, seeds]
            for key in self.columns:
                cell = row.cells.get(key)
                line.append(_score(cell) + notes.mark(cell.remark) if cell else NOT_MEASURED)
            body.append(line)
        headers = [("", name) for name in ("Method", "Variant", "Kind", "Seeds")]
        headers += [(SCOPE_TITLES.get(scope, scope), METRIC_TITLES[metric]) for scope, metric in self.columns]
        return Grid(self.title, headers, body, notes, [*self.notes, *self._references()])

    def _references(self) -> list[str]:
        return [f"Published ({paper}): {citation(paper)}" for paper in self.papers]


def _remarks(row: Row, columns: Sequence[tuple[str, str]]) -> list[str]:
    cells = [row.cells[key].remark for key in columns if key in row.cells]
    return list(dict.fromkeys(filter(None, [row.remark, *cells])))


def _score(cell: Cell) -> str:
    spread = f" ± {cell.sd:.4f}" if cell.sd is not None else ""
    return f"{cell.mean:.4f}{spread}"
