"""What sweeps use of ``results/``: by their configurations, and by the lists of those that are finished."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mer.artefacts.folds import read_folds
from mer.core.errors import ConfigError, DataError, MerError
from mer.core.trials import NAME_ENDS
from mer.sweep.cells import Jobs
from mer.sweep.config_file import load, with_paths
from mer.sweep.missing_data import why_none_runs
from mer.sweep.outputs import representations
from mer.sweep.progress import further_files
from mer.sweep.start import PATHS_FILE, short, start_one
from mer.sweep.trial import as_trial

# Folders of runs; an oracle's lie apart.
RUNS = ("runs", "oracles")
# Kinds of files in the list of a sweep.
_LISTS = (
    "audits",
    "comparisons",
    "contact_sheets",
    "figures",
    "paper_tables",
    "predictions",
    "samples",
    "tables",
)
# Of figures that are drawn on demand, and are in no list.
_SUFFIXES = ("png", "pdf", "json")


@dataclass
class Used:
    """What is used, in names of folders and files below ``results/``.

    Attributes
    ----------
    files
        Single files.
    folders
        Folders that are used with all that is in them.
    sweeps
        Folders of sweeps whose every file is known.
    packs
        Files of packs by the folder of their run, where all that are used are known.
    remarks
        What people should know before they remove anything.
    """

    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    sweeps: set[str] = field(default_factory=set)
    packs: dict[str, set[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def has(self, path: str) -> bool:
        """Tell whether a file is used, or a folder with all that is in it."""
        parents = [path, *(str(parent) for parent in Path(path).parents)]
        return path in self.files or any(parent in self.folders for parent in parents)


def find_used(results: Path, files: Sequence[Path]) -> Used:
    """Collect what the sweeps of configuration files use, and all finished ones.

    Where a sweep cannot be planned, as its data are not at hand, everything is taken for used that its
    name, or the names of its protocols, may have given rise to.

    Parameters
    ----------
    results
        The folder of all results.
    files
        Configuration files.

    Raises
    ------
    ConfigError
        Listing every file that is not valid, and every sweep of which it is not known what it uses.
    """
    used, problems = Used(), []
    known: set[str] = set()
    there = _There.of(results)
    for path in files:
        try:
            known |= _add_file(used, there, path)
        except ConfigError as error:
            problems.append(str(error))
    for sweep in sorted(there.sweeps):
        if (results / sweep / "sweep.json").is_file():
            _add_list(used, there, sweep, is_known=sweep in known)
        elif sweep not in known:
            problems.append(
                f"{results / sweep} is of a sweep that is not finished and whose configuration is not among "
                f"{', '.join(map(short, files))}. Give its configuration as well, or delete the folder"
            )
    if problems:
        raise ConfigError("\n".join(["Nothing is removed.", *problems]))
    return used


@dataclass(frozen=True)
class _There:
    """What there is below ``results/``: splits by their kind and name, artefact folders, sweeps."""

    results: Path
    splits: Sequence[tuple[str, str]]
    datasets: Sequence[str]
    sweeps: set[str]

    @classmethod
    def of(cls, results: Path) -> "_There":
        splits = [(kind, path.name) for kind in RUNS for path in _folders(results / kind)]
        datasets = [path.name for path in _folders(results / "artefacts")]
        # The first job of a sweep makes this folder.
        sweeps = {path.name for path in _folders(results) if (path / "logs").is_dir()} - {"logs"}
        return cls(results, splits, datasets, sweeps)

    def folds(self, split: str) -> tuple[str, set[str]]:
        """Return whose clips a split divides, and their data sets; blank if it cannot be told."""
        try:
            read = read_folds(self.results / "runs" / split / "folds.json")
        except DataError:
            return "", set()
        return read.source, {sample.dataset for sample in read.samples.values()}

    def keep_data(self, used: Used, datasets: Iterable[str]) -> None:
        """Keep all arrays of some data sets."""
        wanted = set(datasets)
        used.folders |= {f"artefacts/{one}" for one in self.datasets if _stem(one) in wanted}


def _add_file(used: Used, there: _There, path: Path) -> set[str]:
    """Add what the configuration of a file asks for, and its trial if there is one; returns their names.

    Raises
    ------
    ConfigError
        If the configuration is not valid.
    """
    raw = with_paths(load(path), PATHS_FILE)
    if reason := why_none_runs(raw):
        names = {str(raw.get("name")), f"{raw.get('name')}{NAME_ENDS}"}
        _keep_unplanned(used, there, raw, names, f"{short(path)}: kept by its names: {reason}")
        return names
    jobs = start_one(path)
    name = jobs.sweep.config.name
    trial = f"{name}{NAME_ENDS}"
    _add_config(used, there, raw, jobs, short(path))
    if trial in there.sweeps:
        _add_config(used, there, as_trial(raw), start_one(path, {"trial": True}), short(path))
    return {name, trial}


def _add_config(used: Used, there: _There, raw: Mapping[str, Any], jobs: Jobs, place: str) -> None:
    """Add what a configuration asks for."""
    used.folders |= {f"standins/{name}" for name in jobs.stand_ins}
    protocols, datasets = set(raw["protocols"]), set(raw["datasets"])
    named = protocols & {_stem(split) for _, split in there.splits}
    named |= datasets & {_stem(folder) for folder in there.datasets}
    name = jobs.sweep.config.name
    if not named and name not in there.sweeps:
        return  # nothing of it is there, and planning may take long
    try:
        for index in jobs.sweep.datasets:
            jobs.sweep.index(index)
        for protocol in jobs.sweep.config.protocols:
            jobs.sweep.split(protocol)
    except MerError as error:
        remark = f"{place}: kept by its names, as it cannot be planned: {str(error).splitlines()[0]}"
        _keep_unplanned(used, there, raw, {name}, remark)
        return
    _add_jobs(used, jobs)
    lacking = {one for one in datasets if _may_be_lacking(raw, one)}
    unsure = {one for one in protocols if lacking & set(_datasets_of(raw["protocols"][one]))}
    if unsure:
        used.folders.add(name)
        if _keep_by_name(used, there, unsure, set(), real_only=True):
            used.remarks.append(
                f"{place}: all results on real clips are kept, as {', '.join(sorted(lacking))} is not at hand"
            )


def _keep_unplanned(used: Used, there: _There, raw: Mapping[str, Any], names: set[str], remark: str) -> None:
    """Keep all that a configuration which cannot be planned may have given rise to."""
    used.folders |= names
    _keep_by_name(used, there, set(raw["protocols"]), set(raw["datasets"]), real_only=False)
    used.remarks.append(remark)


def _add_jobs(used: Used, jobs: Jobs) -> None:
    """Add what a sweep makes that can be planned."""
    sweep = jobs.sweep
    used.sweeps.add(sweep.config.name)
    used.folders |= {f"artefacts/{jobs.artefact_folder(name)}/{key}" for name, key in representations(jobs)}
    made = [*further_files(jobs), *jobs.samples(), *jobs.contact_sheets(), *jobs.comparisons()]
    made += [*jobs.tables(), *jobs.paper_tables(), *jobs.figures()]
    for protocol in sweep.config.protocols:
        for variant in sweep.variants(protocol):
            folder = _below(jobs.run_folder(protocol, variant))
            used.packs.setdefault(folder, set()).update(map(_below, jobs.packs(protocol, variant)))
            made += jobs.packs(protocol, variant)
        made += [*jobs.predictions(protocol), *_scored(jobs.root, protocol, sweep.variants(protocol))]
    used.files.update(map(_below, made))


def _add_list(used: Used, there: _There, sweep: str, *, is_known: bool) -> None:
    """Add what a finished sweep says that it uses; its configuration may be another now, or be unknown."""
    path = there.results / sweep / "sweep.json"
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
        runs = {_below(folder) for folders in listed["runs"].values() for folder in folders.values()}
        used.files.update(_below(file) for kind in _LISTS for file in listed[kind])
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is damaged ({type(error).__name__}). Nothing is removed.") from error
    if is_known:
        # Of runs that it asks for, a configuration knows the packs as well.
        runs -= set(used.packs)
    used.folders |= runs
    for split in {run.split("/")[1] for run in runs}:
        used.files |= {f"runs/{split}/folds.json", f"runs/{split}/audit.md"}
        used.folders.add(f"runs/{split}/inputs")
        source, datasets = there.folds(split)
        there.keep_data(used, datasets)
        if source != "real":
            used.folders.add("standins")
    if not is_known:
        used.folders.add(sweep)
        used.remarks.append(
            f"{path.parent}: only its list of what it used when it was finished is known. If it was changed "
            "since, give its configuration as well"
        )


def _keep_by_name(
    used: Used, there: _There, protocols: set[str], datasets: set[str], *, real_only: bool
) -> bool:
    """Keep all folds, runs and arrays that some protocols and data sets may have given rise to."""
    found = False
    for kind, split in there.splits:
        source, known = there.folds(split) if _stem(split) in protocols else ("stand_in", set[str]())
        if _stem(split) in protocols and not (real_only and source == "stand_in"):
            found = True
            used.folders |= {f"{kind}/{split}", f"runs/{split}"}
            there.keep_data(used, known)
    there.keep_data(used, datasets)
    return found


def _may_be_lacking(raw: Mapping[str, Any], dataset: str) -> bool:
    """Tell whether a data set is left out, or replaced by a stand-in, as there is no folder for it now."""
    settings = raw["datasets"][dataset]
    given = raw.get("paths") or {}
    return isinstance(settings, dict) and settings.get("missing", "error") != "error" and dataset not in given


def _datasets_of(protocol: object) -> Sequence[str]:
    named = protocol.get("datasets", ()) if isinstance(protocol, dict) else ()
    return named if isinstance(named, list) else ()


def _scored(root: str, protocol: str, variants: Iterable[str]) -> list[str]:
    """Name what is scored of variants, and the figures of them that are drawn on demand."""
    scored = [
        f"{root}/{kind}/{protocol}/{name}.csv" for name in variants for kind in ("scores", "confusions")
    ]
    figures = f"{root}/figures/{protocol}"
    return scored + [f"{figures}/features_{name}.{suffix}" for name in variants for suffix in _SUFFIXES]


def _below(path: str) -> str:
    """Return a path below the folder of all results."""
    return path.partition("/")[2]


def _stem(name: str) -> str:
    """Return the name that a digest was added to."""
    return name.rpartition("-")[0]


def _folders(folder: Path) -> list[Path]:
    """List folders in a folder; links are none of ours."""
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
