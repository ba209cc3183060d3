"""Predictions made anywhere: a few columns are needed, and every mistake is listed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from mer.artefacts.predictions import read_left_out, read_rows_of, score_columns
from mer.core.errors import DataError, listed
from mer.core.types import COMPOSITE

REQUIRED = ("sample_id", "database", "true", "predicted")
_SCORE = "score_"
# Scores may have been printed with three digits.
_TOLERANCE = 2e-3
_NAMED = 5


@dataclass(frozen=True)
class GivenPredictions:
    """Predictions of one method.

    Attributes
    ----------
    name
        The method: what the column variant says, else the name of the file.
    protocol
        Name of the protocol; blank where the file does not say.
    selection
        Which epoch counts; blank where the file does not say.
    source
        ``real`` or ``stand_in``; blank where the file does not say.
    classes
        K class names.
    has_folds
        Whether the file says in which fold a clip was tested.
    rows
        Columns sample_id, person, database, seed, fold, true, predicted; every seed has the same clips.
    left_out
        Clips that have no prediction on purpose, and why, where the file says.
    """

    name: str
    protocol: str
    selection: str
    source: str
    classes: tuple[str, ...]
    has_folds: bool
    rows: pd.DataFrame
    left_out: Mapping[str, str]


def read_given(paths: Sequence[Path], classes: Sequence[str] = ()) -> list[GivenPredictions]:
    """Read files of predictions, each of one method, and check them.

    Parameters
    ----------
    paths
        Parquet or CSV, with the columns sample_id, database, true, predicted, and person or subject;
        seed, fold, ``score_<class>``, variant, selection and source are optional.
    classes
        K class names in their order; if none are given, those of the score columns, else all that occur.

    Raises
    ------
    DataError
        Listing everything that is wrong with any file.
    """
    tables = {path: _read(path) for path in paths}
    known = tuple(classes) or _classes(list(tables.values()))
    problems = [] if classes else _doubtful(list(tables.values()), known)
    problems += [
        f"{path}: {problem}" for path, table in tables.items() for problem in _problems(table, known)
    ]
    sources = {path: _only(table, "source") for path, table in tables.items()}
    if not problems and len({source for source in sources.values() if source}) > 1:
        shown = ", ".join(f"{path} ({source})" for path, source in sources.items() if source)
        problems.append(f"clips of real and stand-in data are mixed: {shown}")
    if problems:
        raise DataError(listed("These predictions cannot be scored:", problems))
    names = [_only(table, "variant") or path.stem for path, table in tables.items()]
    return [
        _given(path, table, known, name if names.count(name) == 1 else str(path))
        for (path, table), name in zip(tables.items(), names, strict=True)
    ]


def _read(path: Path) -> pd.DataFrame:
    """Read a file as it is; refuse it if columns are missing."""
    if path.suffix == ".parquet":
        table = read_rows_of(path)
    elif path.suffix == ".csv":
        try:
            table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise DataError(f"{path}: not a CSV file in UTF-8 ({error}).") from error
    else:
        raise DataError(f"{path}: expected a file of predictions, .parquet or .csv.")
    missing = [name for name in REQUIRED if name not in table]
    if not {"person", "subject"} & set(table):
        missing.append("person or subject")
    if missing:
        raise DataError(
            f"{path}: no column {', '.join(missing)}. Found columns: {', '.join(map(str, table.columns))}."
        )
    if table.empty:
        raise DataError(f"{path}: no predictions.")
    return table


def _classes(tables: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    """Return the classes that the first file with scores has, else all that occur in any file."""
    for table in tables:
        scored = _scored(table)
        if scored:
            return tuple(scored)
    found = {str(name) for table in tables for column in ("true", "predicted") for name in set(table[column])}
    return tuple(sorted(found))


def _doubtful(tables: Sequence[pd.DataFrame], classes: Sequence[str]) -> list[str]:
    """List what is wrong with classes that nobody has named."""
    remedy = "Name all classes with --task or --classes"
    true = {str(name) for table in tables for name in set(table["true"])}
    if any(map(_scored, tables)):
        return []
    foreign = sorted(set(classes) - true)
    if foreign:
        return [f"no clip has the class {', '.join(foreign)}, which is only predicted. {remedy}"]
    return [] if len(classes) > 1 else [f"all clips have the class {', '.join(classes)}. {remedy}"]


def _scored(table: pd.DataFrame) -> list[str]:
    """List the classes that a file has scores of."""
    return [str(name).removeprefix(_SCORE) for name in table.columns if str(name).startswith(_SCORE)]


def _problems(table: pd.DataFrame, classes: Sequence[str]) -> list[str]:
    """List everything that is wrong with a file."""
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _blank(table),
        lambda: _names_of_ours(table),
        lambda: _several(table),
        lambda: _numbers(table),
        lambda: _unknown(table, classes),
        lambda: _broken_scores(table, classes),
        lambda: _repeated(table),
        lambda: _contradictions(table),
    )
    return [problem for check in checks for problem in check()]


def _blank(table: pd.DataFrame) -> Iterator[str]:
    who = [name for name in ("person", "subject") if name in table]
    for column in (*REQUIRED, *who):
        cells = table[column]
        blank = (cells.isna() | (cells.astype(str).str.strip() == "")).to_numpy()
        if blank.any():
            yield f"'{column}' is blank in {blank.sum()} rows"
        padded = (cells.astype(str) != cells.astype(str).str.strip()).to_numpy()
        if (padded & ~blank).any():
            yield f"'{column}' has blanks before or after a name: {_names(table, padded & ~blank)}"


def _names_of_ours(table: pd.DataFrame) -> Iterator[str]:
    if (table["database"] == COMPOSITE).any():
        yield f"'{COMPOSITE}' stands for all databases together; call the database otherwise"


def _several(table: pd.DataFrame) -> Iterator[str]:
    for column in ("protocol", "task", "variant", "selection"):
        found = sorted(set(map(str, table.get(column, []))))
        if len(found) > 1:
            yield f"one {column} per file, found {', '.join(found)}"
    found = sorted(set(map(str, table.get("source", []))))
    if len(found) > 1:
        yield f"clips of real and stand-in data are mixed: {', '.join(found)}"


def _numbers(table: pd.DataFrame) -> Iterator[str]:
    for column in ("seed", "fold"):
        if column in table:
            wrong = _whole(table[column]).isna().to_numpy()
            if wrong.any():
                yield f"'{column}' must be a whole number, not so for {_names(table, wrong)}"


def _unknown(table: pd.DataFrame, classes: Sequence[str]) -> Iterator[str]:
    for column in ("true", "predicted"):
        unknown = sorted(set(map(str, table[column])) - set(classes))
        if unknown:
            yield f"unknown class in '{column}': {', '.join(unknown)}. Known classes: {', '.join(classes)}"


def _broken_scores(table: pd.DataFrame, classes: Sequence[str]) -> Iterator[str]:
    scored = _scored(table)
    if not scored:
        return
    if set(scored) != set(classes):
        yield f"scores are of the classes {', '.join(scored)}, expected {', '.join(classes)}"
        return
    scores = table[score_columns(classes)].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    wrong = ~np.isfinite(scores).all(axis=1) | (scores < 0).any(axis=1)
    wrong |= ~(abs(scores.sum(axis=1) - 1) <= _TOLERANCE)
    if wrong.any():
        yield f"scores must be at least 0 and sum to one, not so for {_names(table, wrong)}"


def _repeated(table: pd.DataFrame) -> Iterator[str]:
    """Compare the clips of every seed with those of the first, and find clips that are predicted twice."""
    keys = pd.DataFrame({"sample_id": table["sample_id"].astype(str)})
    for column in ("seed", "fold"):
        keys[column] = _whole(table[column]).fillna(-1).astype(int) if column in table else 0
    doubled = keys.duplicated().to_numpy()
    if doubled.any():
        yield f"clips predicted twice: {_names(table, doubled)}"
    times = keys.groupby(["sample_id", "seed"]).size().unstack(fill_value=0)
    for seed, found in times.items():
        missing = sorted(times.index[found == 0])
        if missing:
            yield f"seed {seed!s} has no prediction for {_listed(missing)}"
    uneven = sorted(times.index[(times.min(axis=1) > 0) & (times.nunique(axis=1) > 1)])
    if uneven:
        yield f"seeds predict these not equally often: {_listed(uneven)}"


def _contradictions(table: pd.DataFrame) -> Iterator[str]:
    """Find clips that have two classes, people or databases."""
    for column in ("true", "person", "subject", "database"):
        if column in table:
            pairs = table[["sample_id", column]].drop_duplicates()
            twice = pairs.loc[pairs["sample_id"].duplicated(), "sample_id"].drop_duplicates()
            if len(twice):
                yield f"more than one '{column}' of {_listed(list(map(str, twice)))}"


def _given(path: Path, table: pd.DataFrame, classes: tuple[str, ...], name: str) -> GivenPredictions:
    database = table["database"].astype(str)
    if "person" in table:
        person = table["person"].astype(str)
    else:
        # Subject s1 of one database is not that of another.
        subject = table["subject"].astype(str)
        keyed = np.array([one.startswith(f"{of}:") for one, of in zip(subject, database, strict=True)])
        person = subject.where(keyed, database + ":" + subject)
    rows = pd.DataFrame({"sample_id": table["sample_id"].astype(str), "person": person, "database": database})
    for column in ("seed", "fold"):
        rows[column] = _whole(table[column]).astype(int) if column in table else 0
    for column in ("true", "predicted"):
        rows[column] = table[column].astype(str)
    return GivenPredictions(
        name=name,
        protocol=_only(table, "protocol"),
        selection=_only(table, "selection"),
        source=_only(table, "source"),
        classes=classes,
        has_folds="fold" in table,
        rows=rows,
        left_out=read_left_out([path]) if path.suffix == ".parquet" else {},
    )


def _only(table: pd.DataFrame, column: str) -> str:
    """Return the one value of a column; blank if the file has no such column."""
    return str(table[column].iloc[0]) if column in table else ""


def _whole(cells: pd.Series) -> pd.Series:
    """Read whole numbers; missing where a cell holds none."""
    numbers = pd.to_numeric(cells, errors="coerce")
    return numbers.where(numbers == numbers.round())


def _names(table: pd.DataFrame, chosen: np.ndarray) -> str:
    return _listed(list(map(str, table.loc[chosen, "sample_id"])))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
