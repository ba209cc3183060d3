"""Variants of one method that differ in one setting only."""

from collections.abc import Mapping, Sequence

from mer.core.digests import canonical
from mer.sweep.config import Variant
from mer.sweep.specs.figures import SelectionGroup, SettingSeries

ORACLE = "oracle_test"
# A line through fewer values would be none.
_FEWEST_NUMBERS = 3
# What only one way of choosing an epoch looks at.
_OF_SELECTION = ("selection", "patience")


def selection_groups(variants: Mapping[str, Variant]) -> list[SelectionGroup]:
    """Find variants of which an oracle chooses the epoch, with those that differ in nothing else.

    Where several variants choose the epoch in the same way, the first one counts.

    Parameters
    ----------
    variants
        By name, in the configuration's order.
    """
    found: dict[str, dict[str, str]] = {}
    for name, variant in variants.items():
        settings = {key: value for key, value in _settings(variant).items() if key not in _OF_SELECTION}
        members = found.setdefault(canonical([variant.spec.name, variant.macro, settings]), {})
        members.setdefault(variant.selection, name)
    groups = [members for members in found.values() if ORACLE in members and len(members) > 1]
    titles = [variants[members[ORACLE]].spec.title for members in groups]
    # Two groups of one method need names of their own.
    return [
        SelectionGroup(
            name=title if titles.count(title) == 1 else f"{title} ({members[ORACLE]})", variants=members
        )
        for title, members in zip(titles, groups, strict=True)
    ]


def setting_series(variants: Mapping[str, Variant]) -> list[SettingSeries]:
    """Find three or more variants of one method that differ in one number only.

    Parameters
    ----------
    variants
        By name, in the configuration's order.
    """
    found: dict[str, dict[str, float]] = {}
    about: dict[str, tuple[str, str]] = {}
    for name, variant in variants.items():
        settings = _settings(variant)
        for setting, number in settings.items():
            if not isinstance(number, int | float):  # switches are numbers, but have two values at most
                continue
            others = {key: value for key, value in settings.items() if key != setting}
            key = canonical([variant.spec.name, variant.macro, setting, others])
            oracle = " (oracle)" if variant.selection == ORACLE else ""
            about.setdefault(key, (f"{variant.spec.title}{oracle}", setting))
            members = found.setdefault(key, {})
            if number not in members.values():
                members[name] = float(number)
    long = {
        key: dict(sorted(members.items(), key=lambda member: member[1]))
        for key, members in found.items()
        if len(members) >= _FEWEST_NUMBERS
    }
    titles = [about[key][0] for key in long]
    series = []
    for key, numbers in long.items():
        title, setting = about[key]
        # Two series of one method need names of their own.
        name = title if titles.count(title) == 1 else f"{title} ({setting}, {next(iter(numbers))})"
        series.append(SettingSeries(name=name, setting=setting, numbers=numbers))
    return series


def _settings(variant: Variant) -> dict[str, object]:
    """List settings at any depth, each by its path."""
    return dict(_leaves(variant.params.model_dump(mode="json"), ()))


def _leaves(value: object, path: Sequence[str]) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    return [(".".join(path), value)]
