"""Which variant the others are compared with."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mer.core.errors import unknown_name

_ORACLE = "oracle_test"
# Methods that are taken where no baseline is configured, the first that runs.
_CONTROLS = ("flow_svm", "majority")


class _HasName(Protocol):
    @property
    def name(self) -> str: ...


class _Variant(Protocol):
    @property
    def spec(self) -> _HasName: ...

    @property
    def selection(self) -> str: ...


def baseline_problems(baseline: object, variants: Mapping[str, tuple[Any, Any]]) -> list[str]:
    """List what is wrong with the configured baseline.

    Parameters
    ----------
    baseline
        As configured; None if it is not.
    variants
        Catalogue entry and settings by the name of the variant.
    """
    if not isinstance(baseline, str):
        return []  # said elsewhere
    if baseline not in variants:
        return [f"baseline: {unknown_name('variant', baseline, variants)}"]
    _, params = variants[baseline]
    if getattr(params, "selection", "last") == _ORACLE:
        return [f"baseline: '{baseline}' chooses epochs on the test clips, which is no result. Take another"]
    return []


def choose_baseline(
    configured: str | None, variants: Mapping[str, _Variant], running: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Choose the variant that the others are compared with under one protocol.

    Parameters
    ----------
    configured
        Name that the configuration gives; None if it gives none.
    variants
        All variants.
    running
        Names of those that run under the protocol, in the configuration's order.

    Returns
    -------
    tuple
        Its name, and what comparisons must say about the choice.
    """
    if configured in running:
        return str(configured), ()
    results = [name for name in running if variants[name].selection != _ORACLE] or list(running)
    for control in _CONTROLS:
        of_method = [name for name in results if variants[name].spec.name == control]
        if of_method:
            chosen = control if control in of_method else of_method[0]
            break
    else:
        chosen = results[0]
    if configured is None:
        return chosen, ()
    return chosen, (f"The baseline '{configured}' does not run here; '{chosen}' stands in for it",)
