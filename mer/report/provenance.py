"""Where the predictions of a variant come from: recipe, settings, device, time, versions of libraries."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mer.artefacts.predictions import read_about, read_left_out, read_rows_of
from mer.core.errors import DataError, IncompleteRunError, listed
from mer.report.contents import Contents

_VERSION = "version_"
_PER_FOLD = ["seed", "fold", "recipe", "device", "seconds"]

# Which epoch counts, in words.
SELECTIONS = {
    "last": "last epoch",
    "inner_val": "best on held-out training subjects",
    "oracle_test": "best on the test clips: an oracle, no result",
}


@dataclass(frozen=True)
class Provenance:
    """How the predictions of a variant came to be.

    Attributes
    ----------
    variant, method
        Name in the configuration, and in the catalogue.
    selection
        Which epoch counts, in words; blank for a method that is not trained by epochs.
    source
        ``real`` or ``stand_in``.
    recipes
        Digest of all that predictions are made of, by seed.
    devices
        What was computed on.
    seconds
        Of training and scoring, summed over folds and seeds.
    n_folds
        Folds, counted once for all seeds.
    settings
        Of the method, as JSON.
    versions
        Of Python and libraries; several where jobs had different ones.
    left_out
        Reason by clip that the recipe drops.
    """

    variant: str
    method: str
    selection: str
    source: str
    recipes: Mapping[int, str]
    devices: tuple[str, ...]
    seconds: float
    n_folds: int
    settings: str
    versions: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]


def read_provenance(contents: Contents, protocol: str) -> list[Provenance]:
    """Read where the predictions of all variants under a protocol come from.

    Raises
    ------
    DataError, IncompleteRunError
        If a file is damaged, or the runs that a sweep names did not make its predictions.
    """
    pooled, folders = contents.predictions(protocol), contents.runs.get(protocol, {})
    if set(pooled) != set(folders):
        raise IncompleteRunError(
            f"{contents.folder / 'sweep.json'}: predictions and runs on {protocol} are not of the same "
            f"variants: {', '.join(sorted(set(pooled) ^ set(folders)))}. Run the workflow again."
        )
    return [_of_variant(path, folders[variant]) for variant, path in pooled.items()]


def versions_of_all(found: Iterable[Provenance]) -> dict[str, tuple[str, ...]]:
    """Collect the versions that made several variants' predictions."""
    return _collected(
        (name, version) for one in found for name, several in one.versions.items() for version in several
    )


def _of_variant(path: Path, folder: Path) -> Provenance:
    rows = read_rows_of(path)
    per_fold = rows[_PER_FOLD].drop_duplicates(["seed", "fold"])
    recipes = {int(seed): str(recipe) for seed, recipe in zip(rows["seed"], rows["recipe"], strict=True)}
    packs = _packs(folder, recipes)
    settings = json.loads(packs[0]["spec"])["method"]["settings"]
    first: pd.Series[Any] = rows.iloc[0]
    selection = str(first["selection"]) if "epochs" in settings else ""
    return Provenance(
        variant=path.stem,
        method=str(first["method"]),
        selection=SELECTIONS.get(selection, selection),
        source=str(first["source"]),
        recipes=recipes,
        devices=tuple(sorted(set(per_fold["device"]))),
        seconds=float(per_fold["seconds"].sum()),
        n_folds=int(per_fold["fold"].nunique()),
        settings=json.dumps(settings, indent=1, ensure_ascii=False),
        versions=_collected(
            (name.removeprefix(_VERSION), version)
            for pack in packs
            for name, version in pack.items()
            if name.startswith(_VERSION)
        ),
        left_out=read_left_out([path]),
    )


def _packs(folder: Path, recipes: Mapping[int, str]) -> list[dict[str, str]]:
    """Read what the packs in a folder say about themselves, of those that made some predictions.

    Raises
    ------
    IncompleteRunError
        If there is none of a seed: the pooled predictions are of another run.
    """
    packs, seeds = [], set()
    for path in sorted(folder.glob("s*/*.parquet")):
        about = _about(path)
        made = json.loads(about["spec"])["recipes"]
        same = {seed for seed, recipe in recipes.items() if made.get(str(seed)) == recipe}
        if same:
            packs.append(about)
            seeds |= same
    missing = [f"seed {seed}, recipe {recipe}" for seed, recipe in recipes.items() if seed not in seeds]
    if missing:
        raise IncompleteRunError(
            listed(f"{folder} has no predictions of these, which a sweep is made of. Run it again.", missing)
        )
    return packs


def _about(path: Path) -> dict[str, str]:
    about = read_about(path)
    if "spec" not in about:
        raise DataError(f"{path}: does not say what it was made of. Delete it and run again.")
    return about


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for name, version in pairs:
        found.setdefault(name, set()).add(version)
    return {name: tuple(sorted(versions)) for name, versions in sorted(found.items())}
