"""What a sweep does where a data set has no folder: an error, a stand-in, or protocols left out."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from mer.core.parameters import Params
from mer.sweep.trial import NO_STAND_IN
from mer.sweep.validation import validated


class DatasetPlan(Params):
    """What a data set may say beside its reader and the reader's settings."""

    missing: Literal["error", "stand_in", "skip"] = Field(
        default="error",
        description="What is done where paths.yaml names no folder for it: 'error' stops, 'stand_in' takes "
        "the stand-in that 'stand_in' describes (and your own copy where there is a folder), 'skip' leaves "
        "out the protocols that need it, and tables say so.",
    )


def settle_missing(raw: Mapping[str, Any], problems: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Decide which copy of every data set is taken and which protocols cannot run for want of data.

    Parameters
    ----------
    raw
        The configuration as read.
    problems
        Mistakes go there.

    Returns
    -------
    tuple
        The configuration without ``missing``, and why protocols were left out, by their names.
    """
    datasets, protocols = raw.get("datasets"), raw.get("protocols")
    if not isinstance(datasets, dict) or not isinstance(protocols, dict):
        return dict(raw), {}  # said elsewhere
    paths = raw.get("paths")
    has_folder = set(paths) if isinstance(paths, dict) else set()
    is_trial = raw.get("trial") is True
    settled, gone = {}, {}
    for name, settings in datasets.items():
        settled[name], lacks = _settled(name, settings, name in has_folder, problems)
        if lacks:
            gone[name] = (NO_STAND_IN if is_trial else "no folder for {} in paths.yaml").format(name)
    partly = _partly_real(datasets, settled)
    left_out = {
        name: reason
        for name, one in protocols.items()
        for reason in [_reason(one, gone) or _mixed(one, partly)]
        if reason
    }
    kept = {name: one for name, one in protocols.items() if name not in left_out}
    if left_out and not kept:
        reasons = "; ".join(dict.fromkeys(left_out.values()))
        advice = "" if is_trial else ". Write down where the data lie"
        problems.append(f"protocols: none can run, {reasons}{advice}")
        kept = protocols  # that there are none is said
    changed = _variants(raw, left_out, gone)
    return {**raw, "datasets": settled, "protocols": kept, **changed}, left_out


def why_none_runs(raw: Mapping[str, Any]) -> str:
    """Say why no protocol of a configuration can run for want of data; blank if one can."""
    _, left_out = settle_missing(raw, [])
    protocols = raw.get("protocols")
    none = isinstance(protocols, dict) and bool(left_out) and set(left_out) == set(protocols)
    return "; ".join(dict.fromkeys(left_out.values())) if none else ""


def _partly_real(datasets: Mapping[str, Any], settled: Mapping[str, Any]) -> dict[str, bool]:
    """Tell of each data set that may be a stand-in whether an own copy is taken."""
    return {
        name: "stand_in" not in settled[name]
        for name, settings in datasets.items()
        if isinstance(settings, dict) and settings.get("missing") == "stand_in"
    }


def _mixed(protocol: object, is_real: Mapping[str, bool]) -> str:
    """Say that a protocol has own copies of some data sets and stand-ins of others; blank if not."""
    chosen = [name for name in _names(protocol, "datasets") if name in is_real]
    lacking = [name for name in chosen if not is_real[name]]
    if not lacking or len(lacking) == len(chosen):
        return ""
    own = ", ".join(name for name in chosen if is_real[name])
    return f"no folder for {', '.join(lacking)} in paths.yaml, and stand-ins cannot meet real clips of {own}"


def _settled(name: str, settings: object, has_folder: bool, problems: list[str]) -> tuple[object, bool]:
    """Return the settings of the copy of a data set that is taken, and whether there is none."""
    if not isinstance(settings, dict) or "missing" not in settings:
        return settings, False
    rest = {key: value for key, value in settings.items() if key != "missing"}
    plan = validated(DatasetPlan, {"missing": settings["missing"]}, f"datasets.{name}", problems)
    if plan is None or plan.missing == "error":
        return rest, False
    if plan.missing == "skip":
        return rest, not has_folder
    if "stand_in" not in rest:
        problems.append(f"datasets.{name}.missing: say which stand-in, as in 'stand_in: {{scale: 0.3}}'")
    if has_folder:
        rest.pop("stand_in", None)
    return rest, False


def _reason(protocol: object, gone: Mapping[str, str]) -> str:
    """Say which data a protocol lacks; blank if none."""
    return "; ".join(gone[name] for name in _names(protocol, "datasets") if name in gone)


def _names(settings: object, key: str) -> list[str]:
    """Return the names that an entry lists; what is none is left out here, and said elsewhere."""
    listed = settings.get(key) if isinstance(settings, dict) else None
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _variants(raw: Mapping[str, Any], left_out: Mapping[str, str], gone: Mapping[str, str]) -> dict[str, Any]:
    """Take what is left out from what variants ask for; one without any other protocol is left out."""
    variants = raw.get("variants")
    if not (gone or left_out) or not isinstance(variants, dict):
        return {}
    kept: dict[str, Any] = {}
    for name, given in variants.items():
        settings = _without_macro(given, gone)
        asked = settings.get("protocols") if isinstance(settings, dict) else None
        if not isinstance(settings, dict) or not isinstance(asked, list):
            kept[name] = settings
        elif rest := [one for one in asked if not isinstance(one, str) or one not in left_out]:
            kept[name] = {**settings, "protocols": rest}
    # A baseline that runs under none of the protocols that are left is none.
    baseline = raw.get("baseline")
    dropped = isinstance(baseline, str) and baseline in variants and baseline not in kept
    return {"variants": kept, **({"baseline": None} if dropped else {})}


def _without_macro(settings: object, gone: Mapping[str, str]) -> object:
    """Skip a variant that learns from macro-expressions which are not at hand."""
    lacks = [gone[name] for name in _names(settings, "macro") if name in gone]
    if not lacks or not isinstance(settings, dict):
        return settings
    return {**{key: value for key, value in settings.items() if key != "macro"}, "skip": "; ".join(lacks)}
