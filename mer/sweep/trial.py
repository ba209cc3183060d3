"""Trying a sweep out: all its jobs, on stand-ins, with one seed and one epoch."""

from collections.abc import Mapping
from typing import Any

from mer.core.trials import NAME_ENDS
from mer.datasets import DATASETS
from mer.methods import METHODS
from mer.training.settings import TrainingParams

REMARK = "trial, no result: trained for one epoch"
NO_STAND_IN = "a trial takes stand-ins, and there is none of {}"
_STAND_IN = {"scale": 0.3}
# What data sets say of own copies, which a trial does not read.
_OF_OWN_COPIES = frozenset({"missing", "frames", "annotation", "pattern", "allow_partial"})


def yes_or_no(value: object) -> object:
    """Read ``true`` and ``false``, which Snakemake hands over as texts; return anything else as it is."""
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def as_trial(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten a valid configuration so that all its jobs run in a small part of the time.

    Data sets are replaced by stand-ins, so that nothing that comes of a trial can pass for a result, and it
    runs on a machine without the data. Of seeds the first is left, of epochs one. The name changes: nothing
    of the sweep is overwritten.
    """
    short = {"name": f"{raw['name']}{NAME_ENDS}", "trial": True, "seeds_per_job": 1, **_first_seed(raw)}
    sets = {str(key): _stand_in(str(key), one or {}) for key, one in raw["datasets"].items()}
    # Own data that say of themselves that they are none of real people.
    own = {key for key, one in sets.items() if one.get("source") == "stand_in"}
    paths = {key: path for key, path in raw.get("paths", {}).items() if key in own}
    variants = {str(key): _short(str(key), one or {}) for key, one in raw["variants"].items()}
    return {**raw, **short, "datasets": sets, "paths": paths, "variants": variants}


def _stand_in(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    spec = DATASETS[str(settings.get("dataset", name))]
    if not spec.needs_root or settings.get("source") == "stand_in":
        return dict(settings)
    if spec.provides == "flow_images":
        size = {"size": settings["size"]} if "size" in settings else {}
        return {"dataset": "flow_demo", **_STAND_IN, **size}
    if "stand_in" not in spec.params.model_fields:
        return {**settings, "missing": "skip"}
    kept = {key: value for key, value in settings.items() if key not in _OF_OWN_COPIES}
    return {"stand_in": _STAND_IN, **kept}


def _short(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    params = METHODS[str(settings.get("method", name))].params
    epochs = {"epochs": 1} if issubclass(params, TrainingParams) else {}
    return {**settings, **_first_seed(settings), **epochs}


def _first_seed(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"seeds": given["seeds"][:1]} if given.get("seeds") else {}
