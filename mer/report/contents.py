"""What a finished sweep consists of, by its own list, and whether all of it is there."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mer.core.errors import DataError, IncompleteRunError, listed

_LISTS = ("tables", "paper_tables", "samples", "audits", "figures", "contact_sheets", "predictions")
_AGAIN = "Run the workflow again."


@dataclass(frozen=True)
class Contents:
    """Files of a finished sweep, as its ``sweep.json`` lists them.

    Attributes
    ----------
    name
        Of the sweep.
    results
        Folder of all results.
    files
        Paths of each kind; the kinds are the keys of the list.
    runs
        Folders that predictions come from, by protocol and variant.
    skipped
        What does not run, and why.
    not_drawn
        Why a figure of the whole sweep is not made, by its name.
    """

    name: str
    results: Path
    files: Mapping[str, tuple[Path, ...]]
    runs: Mapping[str, Mapping[str, Path]]
    skipped: tuple[str, ...]
    not_drawn: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Folder of the sweep."""
        return self.results / self.name

    @property
    def protocols(self) -> list[str]:
        """Names of the protocols, in the order of the list."""
        return [path.stem for path in self.files["tables"] if path.suffix == ".csv"]

    def of_kind(self, kind: str, suffix: str) -> list[Path]:
        """Return the files of one kind that have a suffix."""
        return [path for path in self.files[kind] if path.suffix == suffix]

    def scores(self, protocol: str) -> dict[str, Path]:
        """Return the file of scores of each variant that runs under a protocol."""
        return {
            variant: self.folder / "scores" / protocol / f"{variant}.csv"
            for variant in self.runs.get(protocol, {})
        }

    def predictions(self, protocol: str) -> dict[str, Path]:
        """Return the file of pooled predictions of each variant that runs under a protocol."""
        return {path.stem: path for path in self.files["predictions"] if path.parent.name == protocol}


def finished_sweeps(results: Path) -> list[str]:
    """Name the sweeps that have a list of their files, sorted."""
    return sorted(path.parent.name for path in results.glob("*/sweep.json"))


def read_contents(results: Path, name: str) -> Contents:
    """Read the list of a sweep and look for every file that it names.

    Raises
    ------
    DataError
        If there is no list, or it is damaged.
    IncompleteRunError
        If a file that it names is not there.
    """
    path = results / name / "sweep.json"
    found = _read_list(path)
    root = results.parent
    contents = Contents(
        name=name,
        results=results,
        files={kind: tuple(root / file for file in found[kind]) for kind in _LISTS},
        runs={
            protocol: {variant: root / folder for variant, folder in folders.items()}
            for protocol, folders in found["runs"].items()
        },
        skipped=tuple(found["skipped"]),
        not_drawn=found.get("not_drawn", {}),
    )
    expected = [root / file for file in _named_files(found, results.name)]
    expected += [file for protocol in contents.protocols for file in contents.scores(protocol).values()]
    missing = [str(file) for file in dict.fromkeys(expected) if not file.exists()]
    if missing:
        raise IncompleteRunError(listed(f"{path} needs files that are not there. {_AGAIN}", missing))
    return contents


def _read_list(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{path}: no finished sweep. Run 'snakemake' first, or check the name of the sweep."
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a list of a sweep's files ({error}). {_AGAIN}") from error
    if not isinstance(found, dict):
        raise DataError(f"{path}: not a list of a sweep's files. {_AGAIN}")
    missing = [kind for kind in (*_LISTS, "runs", "skipped") if kind not in found]
    if missing:
        raise DataError(f"{path}: lists no {', '.join(missing)}. {_AGAIN}")
    return found


def _named_files(found: object, results: str) -> Iterator[str]:
    """Find every path below the results in a list, whatever the key it stands under."""
    if isinstance(found, str):
        if found.startswith(f"{results}/"):
            yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from _named_files(value, results)
    elif isinstance(found, list):
        for value in found:
            yield from _named_files(value, results)
