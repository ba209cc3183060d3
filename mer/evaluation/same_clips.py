"""Whether two methods were tested on the same clips: what differs is named, and never left out."""

from collections.abc import Mapping
from typing import Protocol

import pandas as pd

_NAMED = 3


class HasRows(Protocol):
    """Predictions of one method, with its name and the clips that it leaves out on purpose."""

    @property
    def name(self) -> str:
        """Name of the method."""
        ...

    @property
    def rows(self) -> pd.DataFrame:
        """Predictions, one row per test clip, fold and seed."""
        ...

    @property
    def left_out(self) -> Mapping[str, str]:
        """Clips without prediction, and why."""
        ...


def differences(one: HasRows, other: HasRows, *, by_fold: bool = False) -> list[str]:
    """List in what the clips of two methods differ: which there are, their classes, people and databases.

    Parameters
    ----------
    one, other
        Predictions of two methods; of each, the first seed is looked at.
    by_fold
        Whether clips must be tested in the same folds as well.

    Returns
    -------
    list of str
        None if the methods can be compared.
    """
    a, b = (_clips(each.rows) for each in (one, other))
    problems = _missing(a, b, one, other) + _missing(b, a, other, one)
    both = a.merge(b, left_index=True, right_index=True, suffixes=("", "_other"))
    for column, what in (
        ("true", "true class"),
        ("person", "person"),
        ("database", "database"),
        ("times", "number of tests"),
        *([("fold", "fold")] if by_fold else []),
    ):
        unlike = both.index[both[column] != both[f"{column}_other"]]
        if len(unlike):
            problems.append(f"{one.name} and {other.name} have another {what} for {_names(unlike)}")
    return problems


def _clips(rows: pd.DataFrame) -> pd.DataFrame:
    """List the clips of the first seed, each with its class, person and database."""
    first = rows[rows["seed"] == rows["seed"].min()]
    grouped = first.sort_values("fold").groupby("sample_id")
    clips = grouped[["true", "person", "database"]].first()
    return clips.assign(times=grouped.size(), fold=grouped["fold"].agg(tuple))


def _missing(a: pd.DataFrame, b: pd.DataFrame, one: HasRows, other: HasRows) -> list[str]:
    """Say which clips of the first method the second has no prediction for."""
    missing = a.index.difference(b.index)
    if missing.empty:
        return []
    reasons = sorted({other.left_out[name] for name in missing if name in other.left_out})
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return [f"{other.name} has no prediction for {len(missing)} clips of {one.name}{why}: {_names(missing)}"]


def _names(clips: pd.Index) -> str:
    shown = ", ".join(map(str, clips[:_NAMED]))
    return shown + (f" and {len(clips) - _NAMED} more" if len(clips) > _NAMED else "")
