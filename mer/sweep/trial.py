"""Trying a sweep out: everything it does, with one seed and one epoch."""

from collections.abc import Mapping
from typing import Any

from mer.methods import METHODS
from mer.training.settings import TrainingParams

NAME_ENDS = "_trial"
REMARK = "trial, no result: trained for one epoch"


def yes_or_no(value: object) -> object:
    """Read ``true`` and ``false``, which Snakemake hands over as texts; return anything else as it is."""
    return {"true": True, "false": False}.get(value.lower(), value) if isinstance(value, str) else value


def as_trial(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Shorten a configuration so that all its jobs run in a small part of the time.

    Data sets, protocols and settings stay as they are, so that what is prepared for a trial serves the sweep
    as well. Of seeds the first is left, of epochs one. The name changes: nothing of the sweep is overwritten.

    Parameters
    ----------
    raw
        The configuration as read; what is wrong with it is left for the checks that follow.
    """
    name, variants = raw.get("name"), raw.get("variants")
    short = {
        "name": f"{name}{NAME_ENDS}" if isinstance(name, str) else name,
        **_first_seed(raw),
        "seeds_per_job": 1,
    }
    if isinstance(variants, dict):
        short["variants"] = {str(key): _short(str(key), one) for key, one in variants.items()}
    return {**raw, **short}


def _short(name: str, settings: object) -> object:
    if settings is not None and not isinstance(settings, dict):
        return settings
    given = settings or {}
    method = METHODS.get(str(given.get("method", name)))
    has_epochs = method is not None and issubclass(method.params, TrainingParams)
    return {**given, **_first_seed(given), **({"epochs": 1} if has_epochs else {})}


def _first_seed(given: Mapping[str, Any]) -> dict[str, Any]:
    seeds = given.get("seeds")
    return {"seeds": seeds[:1]} if isinstance(seeds, list) else {}
