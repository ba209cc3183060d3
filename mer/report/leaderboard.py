"""The leaderboard of one protocol: measured rows with their spread, beside published ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.errors import DataError, IncompleteRunError, listed
from mer.report.contents import Contents
from mer.tables.titles import COSTS, METRIC_TITLES, SCOPE_TITLES, score_column

# What a protocol measures; other metrics say what that costs.
_ABOUT = ("method", "variant", "kind", "source", "n_seeds", "remark")
_INTERVAL_COLUMNS = ("variant", "scope", "metric", "value", "low", "high")
_AGAIN = "Run the workflow again."

# Kinds of rows, in the order of the filter; of published numbers, "reproduced" are what a paper measured of
# others' methods, "cited" what it took from elsewhere.
KINDS = ("measured", "published", "reproduced", "cited", "oracle", "not run")

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Column:
    """A score: of which database, in which metric."""

    scope: str
    metric: str

    @property
    def scope_title(self) -> str:
        """Name of the database."""
        return SCOPE_TITLES.get(self.scope, self.scope)

    @property
    def metric_title(self) -> str:
        """Name of the metric."""
        return METRIC_TITLES[self.metric]

    @property
    def title(self) -> str:
        """Name of the score."""
        return f"{self.scope_title} {self.metric_title}"

    @property
    def is_cost(self) -> bool:
        """Whether less is better."""
        return self.metric in COSTS


@dataclass(frozen=True)
class Score:
    """Mean over seeds, standard deviation over seeds, and an interval; only the mean is always known."""

    mean: float
    sd: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """One row.

    Attributes
    ----------
    method, variant, kind, source
        As in the table of the protocol.
    n_seeds
        Runs behind the means; None for published rows.
    scores
        One per column; None where there is none.
    remark
        What is to be said about the row.
    rank
        Among measured rows, by the first score; None for all others.
    """

    method: str
    variant: str
    kind: str
    source: str
    n_seeds: int | None
    scores: tuple[Score | None, ...]
    remark: str
    rank: int | None = None

    @property
    def short_kind(self) -> str:
        """One of :data:`KINDS`."""
        return self.kind.removeprefix("published, ")

    @property
    def order(self) -> float:
        """Sort key: the first score, best first, rows without one last."""
        return np.inf if not self.scores or self.scores[0] is None else -self.scores[0].mean


@dataclass(frozen=True)
class Leaderboard:
    """All rows of one protocol.

    Attributes
    ----------
    title
        Of the protocol, with its numbers of clips, subjects and folds.
    protocol
        Name in the configuration.
    source
        ``real`` or ``stand_in``; blank where nothing was measured.
    columns
        Scores, the one that ranks first.
    lines
        Measured and published rows, best first.
    oracles
        Rows whose epoch was chosen on the test clips: no results, so that they stand apart.
    not_run
        Rows without scores.
    notes
        What holds for all rows.
    has_intervals
        Whether some score has an interval.
    """

    title: str
    protocol: str
    source: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    oracles: tuple[Line, ...]
    not_run: tuple[Line, ...]
    notes: tuple[str, ...]
    has_intervals: bool

    @property
    def scopes(self) -> list[tuple[str, int]]:
        """Title of each database, and the number of its columns."""
        return [(title, len(list(group))) for title, group in groupby(c.scope_title for c in self.columns)]

    @property
    def has_spread(self) -> bool:
        """Whether some score has a standard deviation over seeds."""
        return any(score and score.sd is not None for row in self.lines for score in row.scores)

    @property
    def kinds(self) -> dict[str, int]:
        """Number of rows of each kind."""
        found = Counter(row.short_kind for row in (*self.lines, *self.oracles, *self.not_run))
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @property
    def best(self) -> list[float | None]:
        """Best measured number of each column; None where there is none."""
        rows = [row.scores for row in self.lines if row.kind == "measured"]
        columns = [[score.mean for score in scores if score] for scores in zip(*rows, strict=True)]
        columns = columns or [[] for _ in self.columns]
        return [
            (min if column.is_cost else max)(means) if means else None
            for column, means in zip(self.columns, columns, strict=True)
        ]

    @property
    def remarks(self) -> list[str]:
        """Remarks on rows, each once, in their order; those of rows that are not run stand in the row."""
        return list(dict.fromkeys(row.remark for row in (*self.lines, *self.oracles) if row.remark))

    @property
    def axis(self) -> tuple[float, float]:
        """Ends of an axis for the first score of all rows, in tenths."""
        firsts = [row.scores[0] for row in (*self.lines, *self.oracles) if row.scores and row.scores[0]]
        ends = [end for score in firsts for end in (score.low, score.mean, score.high) if end is not None]
        if not ends:
            return 0.0, 1.0
        low, high = np.floor(min(ends) * 10), np.ceil(max(ends) * 10)
        return float(low / 10), float(max(high, low + 1) / 10)


def read_leaderboard(contents: Contents, protocol: str) -> Leaderboard:
    """Put the scores of a protocol beside its published numbers.

    Raises
    ------
    DataError, IncompleteRunError
        If a file is damaged, or files do not agree with each other.
    """
    path = contents.folder / "tables" / f"{protocol}.csv"
    table = _read_table(path)
    columns = tuple(filter(None, map(_column, table.columns)))
    scores = _read_scores(contents.scores(protocol))
    _refuse_disagreement(path, table, columns, scores)
    intervals = _read_intervals(contents.folder / "intervals" / path.name, scores)
    rows = [
        _line(row, columns, _measured(scores, str(row["variant"]), intervals)) for _, row in table.iterrows()
    ]
    honest = [row for row in rows if row.kind not in ("oracle", "not run")]
    title, notes = _words(path.with_suffix(".md"))
    return Leaderboard(
        title=title,
        protocol=protocol,
        source="" if scores.empty else str(scores["source"].iloc[0]),
        columns=columns,
        lines=tuple(_ranked(honest)),
        oracles=tuple(sorted((row for row in rows if row.kind == "oracle"), key=lambda row: row.order)),
        not_run=tuple(row for row in rows if row.kind == "not run"),
        notes=tuple(notes),
        has_intervals=bool(intervals),
    )


def _read_table(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, keep_default_na=False, dtype=str)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a table ({error}). {_AGAIN}") from error
    missing = [name for name in ("method", "kind") if name not in table]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}. {_AGAIN}")
    # A column that is blank throughout is not written.
    return table.reindex(
        columns=[*table.columns, *(name for name in _ABOUT if name not in table)], fill_value=""
    )


def _read_scores(paths: Mapping[str, Path]) -> pd.DataFrame:
    """Read the scores of all variants that run; none at all is a table without measured rows."""
    if not paths:
        return pd.DataFrame(columns=list(SCORE_COLUMNS))
    return read_rows(list(paths.values()), SCORE_COLUMNS)


def _column(name: str) -> Column | None:
    found = score_column(name)
    return found and Column(*found)


def _refuse_disagreement(
    path: Path, table: pd.DataFrame, columns: Sequence[Column], scores: pd.DataFrame
) -> None:
    """Refuse a table that is not made of these scores."""
    if scores["source"].nunique() > 1:
        raise IncompleteRunError(f"{path}: scores of real and stand-in data cannot share a leaderboard.")
    rows = table[table["kind"].isin(["measured", "oracle"])].set_index("variant")
    if set(rows.index) != set(scores["variant"]):
        different = sorted(set(rows.index) ^ set(scores["variant"]))
        raise IncompleteRunError(
            f"{path}: the table and the scores beside it are not of the same variants: "
            f"{', '.join(different)}. {_AGAIN}"
        )
    means = scores.groupby(["variant", "scope", "metric"])["value"].mean()
    problems = []
    for column in columns:
        for variant, text in rows[f"{column.scope}_{column.metric}"].items():
            mean = means.get((variant, column.scope, column.metric), np.nan)
            if not np.isclose(mean, float(text or "nan"), equal_nan=True):
                problems.append(
                    f"{variant}, {column.title}: {text or 'none'} in the table, {mean} by the scores"
                )
    if problems:
        raise IncompleteRunError(listed(f"{path} is not made of the scores beside it. {_AGAIN}", problems))


def _read_intervals(path: Path, scores: pd.DataFrame) -> dict[Key, tuple[float, float]]:
    """Read intervals by variant, scope and metric, where there are some; they must be of these scores."""
    if not path.exists():
        return {}
    try:
        names = dict.fromkeys(("variant", "scope", "metric"), str)
        rows = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=names)[list(_INTERVAL_COLUMNS)]
        rows = rows.astype(dict.fromkeys(("value", "low", "high"), float))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{path}: not a table of intervals ({error}). {_AGAIN}") from error
    means = scores.groupby(["variant", "scope", "metric"])["value"].mean()
    unknown = sorted(set(rows["variant"]) - set(scores["variant"]))
    problems, found = [f"{variant} has no scores" for variant in unknown], {}
    for variant, scope, metric, value, low, high in rows.itertuples(index=False):
        mean = means.get((variant, scope, metric), value)
        if not np.isclose(mean, value, equal_nan=True):
            problems.append(f"{variant}, {scope} {metric}: around {value}, the scores say {mean}")
        # Too few subjects have no interval.
        if np.isfinite([low, high]).all():
            found[variant, scope, metric] = (low, high)
    if problems:
        raise IncompleteRunError(listed(f"{path} is not of the scores beside it. {_AGAIN}", problems))
    return found


def _measured(
    scores: pd.DataFrame, variant: str, intervals: Mapping[Key, tuple[float, float]]
) -> dict[tuple[str, str], Score]:
    """Average the scores of a variant over its seeds."""
    found = {}
    for (scope, metric), values in scores[scores["variant"] == variant].groupby(["scope", "metric"])["value"]:
        low, high = intervals.get((variant, str(scope), str(metric)), (None, None))
        sd = float(values.std(ddof=1)) if len(values) > 1 else None
        found[str(scope), str(metric)] = Score(float(values.mean()), sd, low, high)
    return found


def _line(
    row: "pd.Series[str]", columns: Sequence[Column], measured: Mapping[tuple[str, str], Score]
) -> Line:
    """Make a row of its measured scores, or of what the table says where they are published."""
    printed = {
        (column.scope, column.metric): Score(float(row[f"{column.scope}_{column.metric}"]))
        for column in columns
        if row[f"{column.scope}_{column.metric}"]
    }
    known = measured if row["variant"] and measured else printed
    return Line(
        method=row["method"],
        variant=row["variant"],
        kind=row["kind"],
        source=row["source"],
        n_seeds=int(row["n_seeds"]) if row["n_seeds"] else None,
        scores=tuple(known.get((column.scope, column.metric)) for column in columns),
        remark=row["remark"],
    )


def _ranked(rows: Sequence[Line]) -> list[Line]:
    """Sort rows by the first score, and count the measured ones; equal scores share a rank."""
    ordered = sorted(rows, key=lambda row: row.order)
    keys = [row.order for row in ordered if row.kind == "measured" and np.isfinite(row.order)]
    return [
        replace(row, rank=1 + keys.index(row.order)) if row.kind == "measured" and row.order in keys else row
        for row in ordered
    ]


def _words(path: Path) -> tuple[str, list[str]]:
    """Read the title of a table and the notes below it; numbered ones belong to single numbers."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a table ({error}). {_AGAIN}") from error
    notes = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    return lines[0].removeprefix("# "), [note for note in notes if not note.startswith("[")]
