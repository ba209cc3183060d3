"""What lies in ``results/`` that no sweep uses, file by file."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mer.annotations.tree import STAND_IN
from mer.core.trials import NAME_ENDS
from mer.sweep.listing import Listing
from mer.sweep.logs import SHARED, log_of
from mer.sweep.specs import packs
from mer.sweep.used import RUNS, Used

# Pages about several sweeps.
_PAGES = [f"{name}{end}" for name in ("report", "paper_tables") for end in ("", NAME_ENDS)]
_DIGESTED = re.compile(r"[a-z0-9_]+-[0-9a-f]{8}")
# Files that jobs make; those that a job was killed over have a dot before and eight more digits.
_PART = re.compile(r"\.?[A-Za-z0-9_.-]+\.safetensors|\.?parts(\.[0-9a-f]{8})?\.json")
_SPLIT = re.compile(r"\.?(folds(\.[0-9a-f]{8})?\.json|audit(\.[0-9a-f]{8})?\.md)")
_PACK = re.compile(r"\.?[0-9]+-[0-9]+(\.[0-9a-f]{8})?\.parquet")
_SEEDS = re.compile(r"s[0-9]+(-[0-9]+)*")
_MACRO = re.compile(r"\.?macro(\.[0-9a-f]{8})?\.json")
_INPUTS = re.compile(r"[0-9a-f]{8}\.json")
_LEFT = re.compile(r"\.?(?:stack-)?s(?P<seed>[0-9]+)-(?P<fold>[0-9]+)\b.*\.(parquet|pt)")


class Kind(StrEnum):
    """Sorts of files that no sweep uses."""

    ARRAYS = "arrays of data sets"
    STAND_INS = "stand-ins"
    RUNS = "predictions of packs, folds, audits"
    ORACLES = "scores after every epoch, for oracles"
    LEFT = "leftovers of jobs that were interrupted"
    SHEETS = "contact sheets"
    SWEEPS = "files of earlier forms of sweeps"
    LOGS = "logs of these"
    NOT_OURS = "not ours"


@dataclass(frozen=True)
class Unused:
    """A file that no sweep uses.

    Attributes
    ----------
    path
        Below the folder of all results.
    kind
        What it is; of one that is not ours, it is not known.
    size
        In bytes; of a file with several names each has its share, and none if one of them stays.
    """

    path: str
    kind: Kind
    size: int


def find_unused(results: Path, used: Used, made: frozenset[str]) -> list[Unused]:
    """List the files that no sweep uses, sorted.

    Parameters
    ----------
    results
        Folder of all results. Links in it are not followed.
    used
        What is used.
    made
        Files that Snakemake knows to have made, relative to the folder that ``results`` is in: what looks
        like a file of an earlier form of a sweep and is not among them is not ours.
    """
    judge, found = _Judge(results, used, made), []
    for entry in _files(results):
        path = str(Path(entry.path).relative_to(results))
        kind = judge.kind(path, is_link=entry.is_symlink())
        if kind is not None:
            found.append((path, kind, entry.stat(follow_symlinks=False)))
    # Packs have two names, and take their room until both are gone.
    gone = Counter((s.st_dev, s.st_ino) for _, kind, s in found if kind is not Kind.NOT_OURS)
    unused = []
    for path, kind, status in found:
        n_gone = status.st_nlink if kind is Kind.NOT_OURS else gone[status.st_dev, status.st_ino]
        unused.append(Unused(path, kind, status.st_size // n_gone if n_gone == status.st_nlink else 0))
    return sorted(unused, key=lambda one: one.path)


def remove(results: Path, unused: Sequence[Unused]) -> None:
    """Remove files, and the folders that are empty then; what is not ours stays."""
    folders: set[Path] = set()
    for one in unused:
        if one.kind is not Kind.NOT_OURS:
            path = results / one.path
            path.unlink(missing_ok=True)
            folders.update(parent for parent in path.parents if results in parent.parents)
    # A job that is done leaves an empty folder for leftovers.
    # One that could keep no pack an empty folder for packs.
    folders |= {folder.parent / packs.FINISHED / folder.name for folder in folders}
    folders |= {folder / name for folder in folders for name in (packs.UNFINISHED, packs.FINISHED)}
    for folder in sorted(folders, key=lambda path: -len(path.parts)):
        with suppress(OSError):  # something is in it
            folder.rmdir()


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """List everything below a folder that is no folder; a link is never followed."""
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield entry


class _Judge:
    """Tells of a file below the folder of all results what it is; None for one that is kept."""

    def __init__(self, results: Path, used: Used, made: frozenset[str]) -> None:
        self.used, self.made = used, made
        self.there = Listing(results)
        self.awaited: dict[str, set[tuple[int, int]]] = {}
        self.logs = {_log_of(path) for path in used.files if path.split("/")[0] in used.sweeps}
        self.areas: dict[str, Callable[..., Kind | None]] = {
            "artefacts": self._of_artefacts,
            "standins": self._of_stand_ins,
            **dict.fromkeys(RUNS, self._of_runs),
            "figures": self._of_sheets,
            "logs": self._of_logs,
            "published": lambda *names: None,
            **{f"{page}.html": lambda *names: None for page in _PAGES},
        }

    def kind(self, path: str, *, is_link: bool) -> Kind | None:
        """Tell what a file or a link is."""
        if self.used.has(path):
            return None
        area, *names = path.split("/")
        return Kind.NOT_OURS if is_link else self.areas.get(area, self._of_sweep)(area, *names)

    def _of_artefacts(self, area: str, *names: str) -> Kind | None:
        match names:
            case dataset, recipe, file if _digested(dataset, recipe) and _PART.fullmatch(file):
                return Kind.ARRAYS
        return Kind.NOT_OURS

    def _of_stand_ins(self, area: str, folder: str, *names: str) -> Kind | None:
        ours = _digested(folder) and self.there.has(f"{area}/{folder}/{STAND_IN}")
        return Kind.STAND_INS if ours else Kind.NOT_OURS

    def _of_runs(self, area: str, split: str, *names: str) -> Kind | None:
        kind = Kind.RUNS if area == "runs" else Kind.ORACLES
        match names:
            case _ if not _digested(split):
                return Kind.NOT_OURS
            case (file,) if _SPLIT.fullmatch(file):
                return kind
            case "inputs", file if _INPUTS.fullmatch(file):
                return kind
            case run, file if _digested(run) and _MACRO.fullmatch(file):
                return kind
            case run, packs.UNFINISHED, file if _digested(run) and _LEFT.fullmatch(file):
                return self._left(f"{area}/{split}/{run}", file)
            case run, packs.FINISHED, *pack if self._is_kept(f"{area}/{split}/{run}", "/".join(pack)):
                return None
            case (run, packs.FINISHED, seeds, file) | (run, seeds, file) if (
                _digested(run) and _SEEDS.fullmatch(seeds) and _PACK.fullmatch(file)
            ):
                return Kind.LEFT if file.startswith(".") else kind
        return Kind.NOT_OURS

    def _left(self, run: str, file: str) -> Kind | None:
        """Tell what a leftover is: a job goes on from it, unless its cell is done or nobody asks for it."""
        found = _LEFT.fullmatch(file)
        if found and not file.startswith("."):
            return None if (int(found["seed"]), int(found["fold"])) in self._awaited(run) else Kind.LEFT
        return Kind.LEFT

    def _is_kept(self, run: str, pack: str) -> bool:
        """Tell whether the second name of a pack is kept: with the first, or for packs of another size."""
        if not packs.PACK.fullmatch(pack):
            return False
        return self.used.has(f"{run}/{pack}") or not self._awaited(run).isdisjoint(_cells(pack))

    def _awaited(self, run: str) -> set[tuple[int, int]]:
        """List the seeds and folds of a run that are asked for, and whose packs are not there."""
        if run not in self.awaited:
            missing = [path for path in self.used.packs.get(run, ()) if not self.there.has(path)]
            self.awaited[run] = {cell for path in missing for cell in _cells(path)}
        return self.awaited[run]

    def _of_sheets(self, area: str, *names: str) -> Kind | None:
        match names:
            case "preprocessing", dataset, file if _digested(dataset, Path(file).stem):
                return Kind.SHEETS
        return Kind.NOT_OURS

    def _of_logs(self, area: str, *names: str) -> Kind | None:
        """Tell whose log it is; it goes with the file that its job made."""
        stem = "/".join(names).removesuffix(".log")
        match names:
            case ("contact_sheets", *_):
                made = [f"figures/preprocessing/{stem.partition('/')[2]}.png"]
            case (area, *_) if area in SHARED:
                made = [f"{stem}{suffix}" for suffix in ("", ".safetensors", ".parquet", ".json", ".md")]
            case _:
                return None
        return None if any(map(self.used.has, made)) else Kind.LOGS

    def _of_sweep(self, sweep: str, *names: str) -> Kind | None:
        """Tell whether a file in the folder of a sweep is of an earlier form of it."""
        path = "/".join([sweep, *names])
        match names:
            case _ if sweep not in self.used.sweeps:
                return Kind.NOT_OURS
            case ("logs", *_) if path.endswith(".log"):
                return None if path in self.logs else Kind.LOGS
            case "incomplete", file:
                table = f"{sweep}/tables/{file}"
                return None if table in self.used.files and not self.there.has(table) else Kind.SWEEPS
        return Kind.SWEEPS if f"results/{path}" in self.made else Kind.NOT_OURS


def _digested(*names: str) -> bool:
    return all(_DIGESTED.fullmatch(name) for name in names)


def _cells(pack: str) -> Iterator[tuple[int, int]]:
    """List the seeds and folds of a pack."""
    seeds, first, last = packs.read_pack_name(pack)
    return ((seed, fold) for seed in seeds for fold in range(first, last + 1))


def _log_of(path: str) -> str:
    return log_of(f"results/{path}").partition("/")[2]
