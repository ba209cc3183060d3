"""Predictions: one row per test clip, one file per pack of folds."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mer.core.errors import DataError, IncompleteRunError, listed
from mer.core.files import complete
from mer.core.types import BoolArray

# Columns before the scores, in the order of the file, then those after.
_TEXT = pa.string()
_LEADING = {
    "protocol": _TEXT,
    "task": _TEXT,
    "method": _TEXT,
    "variant": _TEXT,
    "selection": _TEXT,
    "seed": pa.int64(),
    "fold": pa.int64(),
    "database": _TEXT,
    "subject": _TEXT,
    "person": _TEXT,
    "clip": _TEXT,
    "sample_id": _TEXT,
    "source": _TEXT,
    "true": _TEXT,
    "predicted": _TEXT,
}
_TRAILING = {"recipe": _TEXT, "device": _TEXT, "seconds": pa.float64()}
_TOLERANCE = 1e-6
_LEFT_OUT = "left_out"
# Of the network that made the predictions, in the files' metadata.
N_PARAMETERS = "n_parameters"


def score_columns(classes: Sequence[str]) -> list[str]:
    """Name the score columns of a task's classes."""
    return [f"score_{name}" for name in classes]


def write_predictions(
    path: Path,
    rows: pd.DataFrame,
    classes: Sequence[str],
    about: Mapping[str, str],
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the predictions of a pack.

    Parameters
    ----------
    path
        A Parquet file.
    rows
        One row per test clip, with exactly the documented columns.
    classes
        K class names, in the order of score columns.
    about
        Texts kept in the file's metadata: the whole recipe, versions of libraries.
    left_out
        Samples of the protocol, trained or tested on, that the variant's recipe drops, and why.

    Raises
    ------
    DataError
        If the rows are not what the columns promise.
    """
    check_predictions(rows, classes, str(path))
    scores = dict.fromkeys(score_columns(classes), pa.float64())
    write_rows_of(path, rows, {**_LEADING, **scores, **_TRAILING}, about, left_out)


def write_rows_of(
    path: Path,
    rows: pd.DataFrame,
    columns: Mapping[str, pa.DataType],
    about: Mapping[str, str],
    left_out: Mapping[str, str],
) -> None:
    """Write checked rows as Parquet, with texts and left-out samples in the file's metadata."""
    schema = pa.schema(dict(columns), metadata={**about, _LEFT_OUT: json.dumps(dict(left_out))})
    table = pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)
    with complete(path) as temporary:
        table = table.replace_schema_metadata(schema.metadata)
        pq.write_table(table, temporary, write_page_checksum=True)


def read_rows_of(path: Path, among: Mapping[str, Collection[int]] = MappingProxyType({})) -> pd.DataFrame:
    """Read the rows of a Parquet file, or those whose numbers in some columns are among some.

    Raises
    ------
    DataError
        If it is not whole.
    """
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
        # Not while it is read: on some damaged files pyarrow waits for ever then.
        for column, numbers in among.items():
            table = table.filter(pc.field(column).isin(list(numbers)))
        return table.to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise _not_whole(path, error) from error


def _not_whole(path: Path, error: Exception) -> DataError:
    return DataError(f"{path}: not a complete Parquet file ({error}). Delete it and run again.")


def read_predictions(paths: Sequence[Path], classes: Sequence[str]) -> pd.DataFrame:
    """Read packs of predictions and put them under each other.

    Raises
    ------
    DataError
        If a file is damaged or breaks a rule of the columns.
    """
    return read_packs(paths, classes, check_predictions)


def read_packs(
    paths: Sequence[Path],
    classes: Sequence[str],
    check: Callable[[pd.DataFrame, Sequence[str], str], None],
) -> pd.DataFrame:
    """Read Parquet files, check the rows of each, and put them under each other."""
    packs = []
    for path in paths:
        rows = read_rows_of(path)
        check(rows, classes, str(path))
        packs.append(rows)
    return pd.concat(packs, ignore_index=True)


def read_left_out(paths: Sequence[Path]) -> dict[str, str]:
    """Read which samples packs of predictions leave out, and why."""
    found: dict[str, str] = {}
    for path in paths:
        found.update(json.loads(read_about(path).get(_LEFT_OUT, "{}")))
    return found


def read_n_parameters(path: Path) -> int | None:
    """Read how many parameters the network has that made a pack of predictions; None without network."""
    found = read_about(path).get(N_PARAMETERS)
    return None if found is None else int(found)


def read_about(path: Path) -> dict[str, str]:
    """Read the texts in the metadata of a file of rows.

    Raises
    ------
    DataError
        If it is not whole.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
        return {name.decode(): text.decode() for name, text in metadata.items()}
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise _not_whole(path, error) from error


def check_predictions(rows: pd.DataFrame, classes: Sequence[str], place: str) -> None:
    """Check that rows are what the columns promise.

    Raises
    ------
    DataError
        Naming every broken rule: columns, unknown classes, scores that do not sum to one, a
        predicted class without the highest score, doubled clips.
    """
    columns = score_columns(classes)
    expected = [*_LEADING, *columns, *_TRAILING]
    if sorted(rows.columns) != sorted(expected):
        different = sorted(set(rows.columns) ^ set(expected))
        raise DataError(
            f"{place}: columns are not those of predictions. Missing or foreign: {', '.join(different)}."
        )
    problems = []
    for column in ("true", "predicted"):
        unknown = sorted(set(rows[column]) - set(classes))
        if unknown:
            problems.append(f"unknown class in '{column}': {', '.join(map(str, unknown))}")
    problems = problems or _broken_scores(rows, classes)
    doubled = rows.duplicated(["protocol", "variant", "seed", "fold", "sample_id"]).to_numpy()
    if doubled.any():
        problems.append(f"clips predicted twice: {_named(rows, doubled)}")
    if problems:
        raise DataError(listed(f"{place} breaks the rules of prediction files:", problems))


def _broken_scores(rows: pd.DataFrame, classes: Sequence[str]) -> list[str]:
    """Say which rows have scores that are no scores, or that the predicted class does not lead."""
    scores = rows[score_columns(classes)].to_numpy(float)
    wrong = ~np.isfinite(scores).all(axis=1) | (scores < 0).any(axis=1)
    wrong |= abs(scores.sum(axis=1) - 1) > _TOLERANCE
    if wrong.any():
        return [f"scores must be at least 0 and sum to one, not so for {_named(rows, wrong)}"]
    predicted = [list(classes).index(name) for name in rows["predicted"]]
    led = scores[np.arange(len(rows)), predicted] == scores.max(axis=1)
    return [] if led.all() else [f"the predicted class has not the highest score: {_named(rows, ~led)}"]


def check_complete(
    rows: pd.DataFrame, times_tested: Mapping[str, int], recipes: Mapping[int, str], place: str
) -> None:
    """Check that every sample was predicted as often as declared under every seed, by its recipe.

    Raises
    ------
    IncompleteRunError
        Naming what is missing or foreign.
    """
    problems = []
    for seed, recipe in recipes.items():
        chosen = rows["seed"] == seed
        names = rows.loc[chosen, "sample_id"]
        foreign_recipes = sorted(set(rows.loc[chosen, "recipe"]) - {recipe})
        problems += [f"seed {seed}: predictions of another recipe, {name}" for name in foreign_recipes]
        found = {str(name): n for name, n in names.value_counts().items()}
        problems += [f"seed {seed}: {name} {what}" for name, what in _miscounted(found, times_tested)]
    if problems:
        raise IncompleteRunError(listed(f"{place}: predictions and folds do not agree. Run again.", problems))


def _miscounted(found: Mapping[str, int], expected: Mapping[str, int]) -> list[tuple[str, str]]:
    """List samples that were predicted more or less often than expected, and in which way."""
    problems = []
    for name in sorted({*found, *expected}):
        n, wanted = found.get(name, 0), expected.get(name)
        if wanted is None:
            problems.append((name, "is no sample of the protocol"))
        elif n == 0 < wanted:
            problems.append((name, "has no prediction"))
        elif n != wanted:
            problems.append((name, f"is predicted {n} times instead of {wanted}"))
    return problems


def _named(rows: pd.DataFrame, chosen: BoolArray) -> str:
    names = [str(name) for name in rows.loc[chosen, "sample_id"]]
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
