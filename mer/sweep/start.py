"""Where a sweep begins: from configuration files to its jobs."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mer.core.errors import ConfigError, DataError
from mer.sweep.campaign import Campaign
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.config_file import load, with_paths
from mer.sweep.missing_data import why_none_runs
from mer.sweep.plan import Sweep
from mer.sweep.specs.inputs import InputsSpec

log = logging.getLogger(__name__)

PATHS_FILE = Path("paths.yaml")
# Sweeps that lie ready beside the default configuration.
SHELF = Path("workflow/sweeps")


def start(given: Mapping[str, Any], files: Sequence[Path], default: Path) -> Campaign:
    """Plan a sweep.

    Parameters
    ----------
    given
        The configuration as Snakemake has merged it from ``--configfile`` and ``--config``.
    files
        Files given with ``--configfile``. Where there are some, they replace the default entirely;
        merged into it, its data sets and variants would be run too.
    default
        Configuration of a run without ``--configfile``; what ``--config`` gives wins over it.

    Raises
    ------
    ConfigError
        If the configuration is not valid.
    """
    for path in files:
        _load(path)  # Snakemake has read it already, but overlooks keys that occur twice.
    raw = dict(given) if files else {**_load(default), **given}
    place = ", ".join(short(path) for path in files or [default])
    # A trial of the tables of all papers is one of every sweep that lies ready.
    trial = {"trial": raw["trial"]} if "trial" in raw else {}
    return Campaign([_jobs(raw, place)], lambda: _shelf(default.parent / SHELF, trial))


def start_one(path: Path, given: Mapping[str, Any] = MappingProxyType({})) -> Jobs:
    """Plan the sweep of one file; what is ``given`` wins over it.

    Raises
    ------
    ConfigError
        If the configuration is not valid.
    """
    (jobs,) = start({**_load(path), **given}, [path], path).sweeps.values()
    return jobs


def _load(path: Path) -> dict[str, Any]:
    """Read a sweep file.

    Raises
    ------
    ConfigError
        If it cannot be read, or says itself that it is a trial.
    """
    raw = load(path)
    if "trial" in raw:
        raise ConfigError(
            f"{short(path)}: 'trial' is no key of a file. Try the sweep out with --config trial=true"
        )
    return raw


def _jobs(raw: Mapping[str, Any], place: str) -> Jobs:
    return Jobs(Sweep(parse(with_paths(raw, PATHS_FILE), place, Path.cwd())))


def _shelf(folder: Path, given: Mapping[str, Any]) -> list[Jobs]:
    """Read the sweep files of a folder that make tables of papers; what is ``given`` wins over them.

    One of which nothing can run for want of data is left out, with a warning.

    Raises
    ------
    ConfigError
        Listing what is wrong with all of them.
    """
    found, problems = [], []
    for path in sorted(folder.glob("*.yaml")):
        try:
            raw = _load(path)
            if not raw.get("paper_tables"):
                continue
            reason = why_none_runs(with_paths({**raw, **given}, PATHS_FILE))
            if reason:
                log.warning("%s is left out: %s", short(path), reason)
            else:
                found.append(_jobs({**raw, **given}, short(path)))
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))
    return found


def drop_hollow_lists(results: Path) -> None:
    """Remove lists of inputs that are damaged, or of which something is gone, so that it is made again.

    Where a training job is to run, Snakemake looks whether its list is there, and no further.

    Parameters
    ----------
    results
        Folder of all results, in the working folder that paths in lists are relative to.
    """
    for path in results.glob("runs/*/inputs/*.json"):
        try:
            spec = InputsSpec.read(path)
        except DataError:
            path.unlink(missing_ok=True)
            continue
        named = [spec.folds, *spec.lists, *([] if spec.macro is None else [spec.macro])]
        needed = [path.parents[1] / "audit.md", *(results.parent / one for one in named)]
        if not all(one.is_file() for one in needed):
            path.unlink(missing_ok=True)


def use_this_interpreter() -> None:
    """Make jobs that call ``python`` use the interpreter of this process.

    Snakemake may be started by its path from an environment that was never activated; its jobs
    would then find another ``python``, without this package.
    """
    here = str(Path(sys.executable).parent)
    if os.environ.get("PATH", "").split(os.pathsep)[0] != here:
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", "")])


def short(path: Path) -> str:
    """Write a path as a person would who is in the working folder."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
