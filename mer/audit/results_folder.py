"""The folder of a sweep's results, read without trusting it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import read_left_out, read_rows_of
from mer.artefacts.scores import CONFUSION_COLUMNS, SCORE_COLUMNS, read_rows
from mer.core.errors import DataError

_SCORE = "score_"


@dataclass(frozen=True)
class Variant:
    """Files of one variant under one protocol.

    Attributes
    ----------
    protocol, name
        As in the configuration.
    rows
        Predictions, None where the file is missing or damaged.
    scores, confusions
        What was written from them, None as well.
    classes
        K class names, in the order of score columns.
    left_out
        Samples that the variant drops, and why.
    split
        Folds of the protocol, None where they are not at hand.
    problems
        Which files cannot be read.
    """

    protocol: str
    name: str
    rows: pd.DataFrame | None
    scores: pd.DataFrame | None
    confusions: pd.DataFrame | None
    classes: tuple[str, ...]
    left_out: dict[str, str]
    split: Split | None
    problems: tuple[str, ...]

    @property
    def place(self) -> str:
        """Protocol and variant, as items of checks begin."""
        return f"{self.protocol} {self.name}"


@dataclass(frozen=True)
class Results:
    """A sweep's folder.

    Attributes
    ----------
    name
        Of the folder.
    folder
        Where it is.
    listed
        What ``sweep.json`` lists; None without it.
    variants
        All that count: those that are listed, or all that have files.
    """

    name: str
    folder: Path
    listed: dict[str, Any] | None
    variants: tuple[Variant, ...]

    def path(self, listed: str) -> Path:
        """Find a listed file: inside the folder, or beside it where sweeps share files."""
        parts = Path(listed).parts
        if len(parts) > 2 and parts[1] == (self.listed or {}).get("name"):
            return self.folder.joinpath(*parts[2:])
        return self.folder.parent.joinpath(*parts[1:])


def sweeps_in(folder: Path) -> list[Path]:
    """List the folders of sweeps: the one that is given, or those inside it.

    Raises
    ------
    DataError
        If there is none.
    """
    found = [one for one in (folder, *sorted(folder.glob("*"))) if _is_sweep(one)]
    if not found:
        raise DataError(
            f"{folder}: no results of a sweep. Expected a folder with sweep.json or "
            "predictions/<protocol>/<variant>.parquet, as 'snakemake' writes below results/."
        )
    return found[:1] if found[0] == folder else found


def read_results(folder: Path) -> Results:
    """Read everything that an audit needs from a sweep's folder.

    Raises
    ------
    DataError
        If ``sweep.json`` is there and damaged.
    """
    listed = _listed(folder / "sweep.json")
    results = Results(folder.resolve().name, folder, listed, ())
    variants = tuple(_variant(results, protocol, name) for protocol, name in _names(folder, listed))
    return Results(results.name, folder, listed, variants)


def files_of(folder: Path) -> set[tuple[str, str]]:
    """List protocols and variants that have a file of predictions or scores."""
    kinds = {"predictions": "parquet", "scores": "csv", "confusions": "csv"}
    return {
        (path.parent.name, path.stem)
        for kind, suffix in kinds.items()
        for path in folder.glob(f"{kind}/*/*.{suffix}")
    }


def _is_sweep(folder: Path) -> bool:
    return (folder / "sweep.json").is_file() or bool(files_of(folder))


def _listed(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        list(listed["predictions"])
        list(listed["tables"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: not a list of a sweep's files ({error}). Run the workflow again."
        ) from error
    return dict(listed)


def _names(folder: Path, listed: dict[str, Any] | None) -> list[tuple[str, str]]:
    if listed is None:
        return sorted(files_of(folder))
    return [(Path(path).parent.name, Path(path).stem) for path in listed["predictions"]]


def _variant(results: Results, protocol: str, name: str) -> Variant:
    folder = results.folder
    predictions = folder / "predictions" / protocol / f"{name}.parquet"
    problems: list[str] = []
    rows, left_out, classes = None, dict[str, str](), tuple[str, ...]()
    try:
        rows = read_rows_of(predictions)
        left_out = read_left_out([predictions])
        classes = tuple(one.removeprefix(_SCORE) for one in rows.columns if one.startswith(_SCORE))
    except DataError as error:
        problems.append(str(error))
    tables = {}
    for kind, columns in (("scores", SCORE_COLUMNS), ("confusions", CONFUSION_COLUMNS)):
        try:
            tables[kind] = read_rows([folder / kind / protocol / f"{name}.csv"], columns)
        except DataError as error:
            problems.append(str(error))
    return Variant(
        protocol,
        name,
        rows,
        tables.get("scores"),
        tables.get("confusions"),
        classes,
        left_out,
        _split(results, protocol, name),
        tuple(problems),
    )


def _split(results: Results, protocol: str, name: str) -> Split | None:
    """Read the folds that the sweep's list points to, if they are there."""
    for run in _runs(results, protocol, name):
        path = results.path(run).parent / "folds.json"
        if path.is_file():
            return read_folds(path)
    return None


def _runs(results: Results, protocol: str, name: str) -> Iterator[str]:
    runs = (results.listed or {}).get("runs", {}).get(protocol, {})
    if name in runs:
        yield str(runs[name])
