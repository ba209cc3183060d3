"""The configuration of a sweep: text in, one checked object out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from mer.core.errors import ConfigError, listed, unknown_name
from mer.core.parameters import Params
from mer.core.trials import NAME_ENDS, is_trial
from mer.datasets import DATASETS
from mer.datasets.base import DatasetSpec
from mer.methods import METHODS
from mer.methods.base import MethodSpec
from mer.protocols import PROTOCOLS
from mer.protocols.base import ProtocolParams, ProtocolSpec
from mer.sweep.baseline import baseline_problems
from mer.sweep.macro import macro_problems
from mer.sweep.missing_data import settle_missing
from mer.sweep.paper_entries import PaperTableEntry, paper_problems, published_problems
from mer.sweep.trial import as_trial, yes_or_no
from mer.sweep.validation import validated
from mer.sweep.variant_plan import VariantPlan, different_seeds, planned
from mer.training.settings import Selection, TrainingParams

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
_NAME_RULE = "names take up to 60 small letters, digits and '_', and do not start with '_'"
# Folders of results/ that are not sweeps.
RESERVED = ("artefacts", "figures", "logs", "oracles", "published", "runs", "standins")


class SweepFile(Params):
    """A configuration file: what to run. How to run it belongs into a profile."""

    name: str = Field(description="Name of the sweep; everything it makes lies under results/<name>/.")
    datasets: dict[str, Any] = Field(
        min_length=1, description="Data sets by a name of yours, each with 'dataset' and its settings."
    )
    protocols: dict[str, Any] = Field(
        min_length=1, description="Protocols by a name of yours, each with 'protocol' and its settings."
    )
    variants: dict[str, Any] = Field(
        min_length=1, description="Methods with their settings by a name of yours, each with 'method'."
    )
    seeds: tuple[int, ...] = Field(default=(0,), min_length=1, description="Random seeds; one run each.")
    folds_per_job: int | str = Field(
        default="auto",
        description="Folds that one training job works on: 'auto' makes jobs of up to 50 minutes by what "
        "methods declare, 'all', or a number. No part of a recipe.",
        json_schema_extra={"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["auto", "all"]}]},
    )
    seeds_per_job: int = Field(
        default=1, ge=1, description="Seeds that one training job works on. No part of a recipe."
    )
    baseline: str | None = Field(
        default=None,
        description="Variant that all others are compared with, by its name here. Without it, and under "
        "protocols where it does not run: 'flow_svm', else a majority class, else the first variant.",
    )
    costs: bool = Field(
        default=False,
        description="Whether tables also give the parameters of networks and the seconds per fold.",
    )
    trial: bool = Field(
        default=False,
        description="Whether the sweep is only tried out: stand-ins, one seed, and one epoch for networks. "
        "Results lie under results/<name>_trial/. Given on the command line: '--config trial=true'.",
    )
    paper_tables: tuple[PaperTableEntry, ...] = Field(
        default=(), description="Tables of the papers that are made of the sweep, measured beside printed."
    )
    device: Literal["auto", "cuda", "cpu"] = Field(
        default="auto",
        description="'auto' takes a GPU where torch can use one, 'cuda' insists on it. No part of a recipe.",
    )
    weights: str = Field(
        default="",
        description="Folder of network weights that you have fetched; usually written in paths.yaml instead.",
    )
    paths: dict[str, str] = Field(
        default_factory=dict, description="Folder of each data set; usually written in paths.yaml instead."
    )

    @field_validator("paths")
    @classmethod
    def _home(cls, value: dict[str, str]) -> dict[str, str]:
        try:
            return {name: str(Path(path).expanduser()) for name, path in value.items()}
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    @field_validator("weights")
    @classmethod
    def _home_of_weights(cls, value: str) -> str:
        return cls._home({"weights": value})["weights"] if value else value

    @field_validator("name")
    @classmethod
    def _usable_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value.removesuffix(NAME_ENDS)):
            raise ValueError(f"{_NAME_RULE}. Got '{value}'")
        if value in RESERVED:
            raise ValueError(f"'{value}' is a folder of results/ with another purpose. Take another name")
        return value

    @field_validator("seeds", mode="before")
    @classmethod
    def _numbers(cls, value: object) -> object:
        # Snakemake hands lists given with --config over as texts.
        if isinstance(value, list):
            return tuple(int(one) if isinstance(one, str) and one.isdigit() else one for one in value)
        return value

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return different_seeds(value)

    @field_validator("folds_per_job", mode="before")
    @classmethod
    def _pack_size(cls, value: object) -> object:
        if value not in ("auto", "all") and not (
            isinstance(value, int) and not isinstance(value, bool) and value >= 1
        ):
            raise ValueError(f"give 'auto', 'all' or a number from 1. Got '{value}'")
        return value


@dataclass(frozen=True)
class DatasetEntry:
    """A configured data set."""

    spec: DatasetSpec
    params: Params


@dataclass(frozen=True)
class ProtocolEntry:
    """A configured protocol."""

    spec: ProtocolSpec
    params: ProtocolParams


@dataclass(frozen=True)
class Variant:
    """A method with its settings.

    Attributes
    ----------
    spec, params
        Catalogue entry and settings.
    protocols
        Protocols that it runs under; None for all.
    seeds
        Its seeds; None for those of the sweep.
    skip
        Why it is not run now; tables keep its row with a dash. Blank where it runs.
    macro
        Data sets of macro-expressions that it also learns from, under every protocol.
    note
        What tables say about it; blank for nothing.
    published
        Slug of the published numbers that it is compared with; None for those of its method.
    """

    spec: MethodSpec
    params: Params
    protocols: tuple[str, ...] | None = None
    seeds: tuple[int, ...] | None = None
    skip: str = ""
    macro: tuple[str, ...] = ()
    note: str = ""
    published: str | None = None

    @property
    def selection(self) -> Selection:
        """Which epoch counts; methods without epochs have only a last one."""
        return self.params.selection if isinstance(self.params, TrainingParams) else "last"


@dataclass(frozen=True)
class SweepConfig:
    """A sweep, checked: every name is known, every setting has its type.

    ``missing`` says which protocols are left out for want of data, and why.
    """

    name: str
    datasets: Mapping[str, DatasetEntry]
    protocols: Mapping[str, ProtocolEntry]
    variants: Mapping[str, Variant]
    seeds: tuple[int, ...]
    folds_per_job: int | str
    seeds_per_job: int
    baseline: str | None
    costs: bool
    trial: bool
    device: Literal["auto", "cuda", "cpu"]
    weights: str
    paths: Mapping[str, Path]
    paper_tables: tuple[PaperTableEntry, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)


# Section of a file, the key that names the catalogue entry, and the catalogue.
SECTIONS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "datasets": ("dataset", DATASETS),
    "protocols": ("protocol", PROTOCOLS),
    "variants": ("method", METHODS),
}


def parse(raw: Mapping[str, Any], place: str, base: Path) -> SweepConfig:
    """Check a configuration and make a sweep of it.

    Parameters
    ----------
    raw
        The configuration as read.
    place
        What to call it in messages, usually the file's name.
    base
        Folder that relative data paths start from.

    Raises
    ------
    ConfigError
        Listing every mistake with its place and the nearest valid name.
    """
    raw = _with_text_keys(raw)
    if "trial" in raw:
        raw["trial"] = yes_or_no(raw["trial"])
    if raw.get("trial") is not True:
        return _parsed(raw, place, base)
    _parsed({**raw, "trial": False}, place, base)  # mistakes are those of the sweep, not of its trial
    return _parsed(as_trial(raw), place, base)


def _parsed(raw: Mapping[str, Any], place: str, base: Path) -> SweepConfig:
    problems: list[str] = []
    if is_trial(str(raw.get("name", ""))) and raw.get("trial") is not True:
        problems.append(f"name: the ending '{NAME_ENDS}' is for trials of sweeps. Take another name")
    raw, missing = settle_missing(raw, problems)
    file = validated(SweepFile, raw, "", problems)
    entries = {
        section: _entries(section, key, catalogue, raw.get(section), problems)
        for section, (key, catalogue) in SECTIONS.items()
    }
    problems += _unknown_datasets(raw, entries)
    plans = planned(raw, problems)
    problems += _macro_problems(raw, entries, plans)
    protocols = raw.get("protocols")
    named = [*(protocols if isinstance(protocols, dict) else ()), *missing]
    problems += paper_problems(file.paper_tables if file else (), named)
    problems += published_problems(
        {name: plan.published for name, plan in plans.items()},
        {name: spec.name for name, (spec, _) in entries["variants"].items()},
    )
    problems += baseline_problems(raw.get("baseline"), entries["variants"])
    if problems or file is None:
        raise ConfigError(listed(f"{place} is not valid:", problems))
    return SweepConfig(
        name=file.name,
        datasets={name: DatasetEntry(*entry) for name, entry in entries["datasets"].items()},
        protocols={name: ProtocolEntry(*entry) for name, entry in entries["protocols"].items()},
        variants={name: Variant(*entry, **dict(plans[name])) for name, entry in entries["variants"].items()},
        seeds=file.seeds,
        folds_per_job=file.folds_per_job,
        seeds_per_job=file.seeds_per_job,
        baseline=file.baseline,
        costs=file.costs,
        trial=file.trial,
        device=file.device,
        weights=str(base / file.weights) if file.weights else "",
        paths={name: base / path for name, path in file.paths.items()},
        paper_tables=file.paper_tables,
        missing=missing,
    )


def _entries(
    section: str, key: str, catalogue: Mapping[str, Any], raw: object, problems: list[str]
) -> dict[str, tuple[Any, Any]]:
    """Make the entries of one section; mistakes go to ``problems``."""
    entries: dict[str, tuple[Any, Any]] = {}
    if not isinstance(raw, dict):
        return entries
    for name, settings in raw.items():
        place = f"{section}.{name}"
        if not _NAME.fullmatch(name):
            problems.append(f"{place}: {_NAME_RULE}")
            continue
        settings = {} if settings is None else settings
        if not isinstance(settings, dict):
            problems.append(f"{place}: expected settings, got '{settings}'")
            continue
        chosen = str(settings.get(key, name))
        if chosen not in catalogue:
            problems.append(f"{place}.{key}: {unknown_name(key, chosen, catalogue)}")
            continue
        spec = catalogue[chosen]
        # Settings of the plan are read elsewhere.
        reserved = {key, *(VariantPlan.model_fields if section == "variants" else ())}
        rest = {setting: value for setting, value in settings.items() if setting not in reserved}
        params = validated(spec.params, rest, place, problems)
        if params is not None:
            entries[name] = (spec, params)
    return entries


def _with_text_keys(raw: Mapping[Any, Any]) -> dict[str, Any]:
    """Turn keys into text at every depth: YAML reads a variant called 400 as a number."""
    return {
        str(key): _with_text_keys(value) if isinstance(value, Mapping) else value
        for key, value in raw.items()
    }


def _unknown_datasets(
    raw: Mapping[str, Any], entries: Mapping[str, Mapping[str, tuple[Any, Any]]]
) -> list[str]:
    """Check the data sets that protocols and paths name; no single section knows them."""
    known, paths = raw.get("datasets"), raw.get("paths", {})
    if not isinstance(known, dict) or not isinstance(paths, dict):
        return []  # said elsewhere
    problems = [
        f"protocols.{name}.datasets: {problem}"
        for name, (_, params) in entries["protocols"].items()
        for problem in _doubled_or_unknown(params.datasets, known)
    ]
    for name in paths:
        spec, _ = entries["datasets"].get(name, (None, None))
        if name not in known:
            problems.append(f"paths.{name}: {unknown_name('dataset', name, known)}")
        elif spec is not None and not spec.needs_root:
            problems.append(f"paths.{name}: the data set '{name}' is made on demand and has no folder")
    return problems


def _macro_problems(
    raw: Mapping[str, Any],
    entries: Mapping[str, Mapping[str, tuple[Any, Any]]],
    plans: Mapping[str, VariantPlan],
) -> list[str]:
    """Check the macro-expressions that variants name; no single section knows them."""
    known = raw.get("datasets")
    if not isinstance(known, dict):
        return []  # said elsewhere
    protocols = {name: params.datasets for name, (_, params) in entries["protocols"].items()}
    problems = []
    for name, plan in plans.items():
        runs = {key: sets for key, sets in protocols.items() if key in (plan.protocols or protocols)}
        method, _ = entries["variants"].get(name, (None, None))
        found = _doubled_or_unknown(plan.macro, known)
        found += macro_problems(plan.macro, method, entries["datasets"], runs)
        problems += [f"variants.{name}.macro: {problem}" for problem in found]
    return problems


def _doubled_or_unknown(names: Sequence[str], known: Mapping[str, Any]) -> list[str]:
    unknown = [unknown_name("dataset", name, known) for name in names if name not in known]
    doubled = [f"'{name}' is listed twice" for name in sorted({n for n in names if names.count(n) > 1})]
    return unknown + doubled
