"""What is known to be wrong with published numbers."""

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "remarks.csv"


def remark_on(protocol: str, method_slug: str, scope: str, metric: str) -> str:
    """Return what is known to be wrong with a published number; blank if nothing is.

    A remark without a scope is on all numbers of its method under the protocol.
    """
    return "; ".join(row["remark"] for row in _remarks_on(protocol, method_slug, scope, metric))


def is_comparable(protocol: str, method_slug: str, scope: str, metric: str) -> bool:
    """Whether a published number is of the quantity that it is called after."""
    return all(row["comparable"] == "yes" for row in _remarks_on(protocol, method_slug, scope, metric))


def _remarks_on(protocol: str, method_slug: str, scope: str, metric: str) -> list[dict[str, str]]:
    return [
        row
        for row in _remarks()
        if (row["protocol"], row["method_slug"], row["metric"]) == (protocol, method_slug, metric)
        and row["dataset_scope"] in ("", scope)
    ]


@cache
def _remarks() -> tuple[dict[str, str], ...]:
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
