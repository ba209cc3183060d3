"""A table of a paper, measured beside printed: one object, written as CSV, Markdown, LaTeX and HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from mer.core.trials import TITLE_ENDS
from mer.published.catalogue import published_protocols
from mer.published.papers import citation, paper_title
from mer.published.tables import (
    Column,
    PublishedCell,
    PublishedRow,
    PublishedTable,
    plain_title,
    table_name,
)
from mer.tables.grid import Grid, Notes
from mer.tables.titles import METRIC_TITLES, SCOPE_TITLES

NONE = "–"
# Of the CSV file, whatever the table holds. Values are fractions, millions of parameters or seconds.
COLUMNS = (
    *("paper", "table", "method_slug", "method", "variant", "kind", "protocol", "scope", "metric", "value"),
    *("measured_under", "printed", "sd", "low", "high", "n_seeds", "difference", "source", "remark"),
)
# Notes on printed numbers that readers of a table need; the others are in the CSV file only.
_TOLD = (
    *("suspect", "misprint suspected", "UAR and WAR appear exchanged", "paper says micro-averaged F1"),
    *("averaging of", "garbled", "asterisk", "protocol and database of the cited value", "frame level"),
    *("four classes including", "the FR paper", "the ELRCN paper", "the ResNet10 paper", "provided by"),
)
# Where the papers took their numbers from.
KINDS = {
    "own-experiment": "published",
    "reproduced-by-paper": "published, reproduced",
    "cited-from-elsewhere": "published, cited",
}


@dataclass(frozen=True)
class MeasuredCell:
    """A measured score.

    Attributes
    ----------
    value
        Mean over seeds; None where nothing was measured.
    sd
        Standard deviation over seeds; None for a single one.
    low, high
        Ends of the 95 % interval over subjects; None where there is none.
    n_subjects
        Subjects that the interval is over; 0 where there is none.
    remark
        What is to be said about it, or why there is none.
    """

    value: float | None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    n_subjects: int = 0
    remark: str = ""


@dataclass(frozen=True)
class MeasuredRow:
    """A line of measured scores.

    Attributes
    ----------
    slug
        Published method it stands under; None for baselines and references without one.
    method, variant
        Title, and name in the configuration.
    kind
        ``measured``, ``oracle`` or ``not run``.
    place
        Protocols of the sweep that it ran under; blank where it did not.
    n_seeds
        Runs behind the means.
    is_stand_in
        Whether its clips are synthetic: it is not compared with printed numbers then.
    cells
        Scores by column.
    remark
        What is to be said about the whole row.
    """

    slug: str | None
    method: str
    variant: str
    kind: str
    n_seeds: int
    is_stand_in: bool
    place: str = ""
    cells: Mapping[Column, MeasuredCell] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class PaperTable:
    """A table of a paper with what a sweep measured.

    Attributes
    ----------
    printed
        The paper's own table.
    measured
        Lines in the configuration's order.
    failing
        Why printed numbers do not add up, by the method's slug and the column.
    about_columns
        What is to be said about whole columns.
    notes
        Lines below the table that hold for all of it.
    trial
        Whether the sweep was only tried out.
    """

    printed: PublishedTable
    measured: Sequence[MeasuredRow]
    failing: Mapping[tuple[str, Column], str] = field(default_factory=dict)
    about_columns: Mapping[Column, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    trial: bool = False

    @property
    def title(self) -> str:
        """What the table shows."""
        place = self.printed.table[:1].upper() + self.printed.table[1:]
        mark = TITLE_ENDS if self.trial else ""
        return f"{place} of the {paper_title(self.printed.paper)} paper, measured beside printed{mark}"

    def as_csv(self) -> str:
        """Write one line per printed or measured number, in full precision."""
        lines = [line for row in self.printed.rows for line in self._printed_lines(row)]
        lines += [line for row in self.measured for line in self._measured_lines(row)]
        table = pd.DataFrame(lines, columns=list(COLUMNS)).astype({"n_seeds": "Int64"})
        return str(table.to_csv(index=False, lineterminator="\n"))

    def as_markdown(self) -> str:
        """Write the table for reading."""
        return self._grid().as_markdown()

    def as_latex(self) -> str:
        """Write a booktabs table for a paper."""
        return self._grid().as_latex()

    def as_html(self) -> str:
        """Write a fragment of a page."""
        return self._grid().as_html(table_name(self.printed.paper, self.printed.table))

    def _printed_lines(self, row: PublishedRow) -> list[dict[str, object]]:
        return [
            {
                **self._about(row.slug, row.method, "", KINDS[row.source_kind], column),
                "value": cell.value,
                "printed": cell.printed,
                "remark": _joined(*self._remarks(row.slug, column, cell), cell.note),
            }
            for column, cell in row.cells.items()
        ]

    def _measured_lines(self, row: MeasuredRow) -> list[dict[str, object]]:
        return [
            {
                **self._about(row.slug or "", row.method, row.variant, row.kind, column),
                "value": cell.value,
                "sd": cell.sd,
                "low": cell.low,
                "high": cell.high,
                "n_seeds": row.n_seeds,
                "difference": self._difference(row, column, cell),
                "measured_under": row.place,
                "source": "stand_in" if row.is_stand_in else "real",
                "remark": _joined(cell.remark, row.remark, self.about_columns.get(column, "")),
            }
            for column, cell in row.cells.items()
        ]

    def _about(self, slug: str, method: str, variant: str, kind: str, column: Column) -> dict[str, object]:
        return {
            "paper": self.printed.paper,
            "table": self.printed.table,
            "method_slug": slug,
            "method": method,
            "variant": variant,
            "kind": kind,
            "protocol": column.protocol,
            "scope": column.scope,
            "metric": column.metric,
        }

    def _grid(self) -> Grid:
        notes, body = Notes(), []
        headers = [("", name) for name in ("Method", "Variant", "Kind", "Seeds")]
        for column in self.printed.columns:
            mark = notes.mark(self.about_columns.get(column, ""))
            headers.append((_scope_title(self.printed, column), _metric_title(column) + mark))
        slugs = {row.slug for row in self.printed.rows}
        for row in self.measured:
            if row.slug not in slugs:
                body.append(self._measured_text(row, notes))
        for printed in self.printed.rows:
            body.append(self._printed_text(printed, notes))
            body += [self._measured_text(row, notes) for row in self.measured if row.slug == printed.slug]
        cited = f"Published ({self.printed.paper}): {citation(self.printed.paper)}"
        return Grid(self.title, headers, body, notes, [*self.notes, cited])

    def _printed_text(self, row: PublishedRow, notes: Notes) -> list[str]:
        line = [plain_title(row.method), NONE, KINDS[row.source_kind], NONE]
        for column in self.printed.columns:
            cell = row.cells.get(column)
            if cell is None or cell.value is None:
                line.append(NONE)
            else:
                line.append(_number(cell.value, column) + notes.mark(*self._remarks(row.slug, column, cell)))
        return line

    def _measured_text(self, row: MeasuredRow, notes: Notes) -> list[str]:
        variant = f"{row.variant} on {row.place}" if self._is_one_of_several(row) else row.variant
        line = [row.method + notes.mark(row.remark), variant, row.kind, str(row.n_seeds or NONE)]
        for column in self.printed.columns:
            cell = row.cells.get(column)
            if cell is None or cell.value is None:
                line.append(NONE + notes.mark(cell.remark if cell else ""))
                continue
            spread = "" if cell.sd is None else f" ± {_number(cell.sd, column)}"
            interval = "" if cell.low is None else f" [{cell.low:.3f}, {cell.high:.3f}]"
            difference = self._difference(row, column, cell)
            gap = "" if difference is None else f" ({_signed(difference, column)})"
            line.append(_number(cell.value, column) + spread + interval + gap + notes.mark(cell.remark))
        return line

    def _difference(self, row: MeasuredRow, column: Column, cell: MeasuredCell) -> float | None:
        """Take measured less printed; None on stand-ins, which are no measurement of the same thing."""
        printed = next((one for one in self.printed.rows if one.slug == row.slug), None)
        if row.is_stand_in or cell.value is None or printed is None:
            return None
        other = printed.cells.get(column)
        if other is None or other.value is None or not other.is_comparable or _is_of_another_run(column):
            return None
        return None if self._averages_less(printed, column) else cell.value - other.value

    def _is_one_of_several(self, row: MeasuredRow) -> bool:
        """Whether another line of the same kind is of the same variant, under other protocols."""
        alike = [one for one in self.measured if (one.variant, one.kind) == (row.variant, row.kind)]
        return len(alike) > 1

    def _averages_less(self, row: PublishedRow, column: Column) -> bool:
        """Whether a printed mean is over fewer experiments than a measured one: some were not reported."""
        if published_protocols()[column.protocol].part != "mean":
            return False
        siblings = [one for one in self.printed.columns if one != column and one.metric == column.metric]
        return any(one not in row.cells or row.cells[one].value is None for one in siblings)

    def _remarks(self, slug: str, column: Column, cell: PublishedCell) -> list[str]:
        """List what is known to be wrong with a printed number, what the audit found, what it stands for."""
        told = [note for note in cell.note.split("; ") if note.startswith(_TOLD)]
        return list(dict.fromkeys(filter(None, [cell.remark, self.failing.get((slug, column), ""), *told])))


def _is_of_another_run(column: Column) -> bool:
    """Whether nothing can be subtracted: folds were drawn otherwise, or seconds are of another machine."""
    return column.metric == "exec_seconds" or published_protocols()[column.protocol].part.startswith("fold ")


def _joined(*remarks: str) -> str:
    return "; ".join(filter(None, remarks))


def _scope_title(table: PublishedTable, column: Column) -> str:
    """Name a column's test data, and its protocol in tables that have some data under several."""
    scope = column.scope.replace("-", "_")
    title = SCOPE_TITLES.get(scope, column.scope.capitalize())
    places = {(one.scope, one.protocol) for one in table.columns}
    if column.scope == "average" or len(places) == len({place for place, _ in places}):
        return title
    protocol = published_protocols()[column.protocol].title
    return protocol if title in protocol else f"{title} ({protocol})"


def _metric_title(column: Column) -> str:
    return {"acc": "Accuracy", "f1": "F1 (as printed)"}.get(
        column.metric, METRIC_TITLES.get(column.metric, column.metric)
    )


def _number(value: float, column: Column) -> str:
    return f"{value:.2f}" if column.metric == "exec_seconds" else f"{value:.4f}"


def _signed(difference: float, column: Column) -> str:
    return ("+" if difference >= 0 else "−") + _number(abs(difference), column)
