"""Corrections of annotations: rows with a reason, applied only where a user asks for them by name."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from mer.annotations.records import Record
from mer.annotations.values import Notes
from mer.core.errors import DataError, unknown_name

_TABLE = Path(__file__).with_name("corrections.csv")
Corrections = Mapping[tuple[str, str, str], tuple[str, str]]


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def correction_sets(dataset: str) -> list[str]:
    """Name the sets of corrections of a database."""
    return list(dict.fromkeys(row["set"] for row in _rows() if row["dataset"] == dataset))


def corrections_of(dataset: str, name: str) -> Corrections:
    """Return the corrections of a set: found and put value by subject, clip and field.

    Raises
    ------
    DataError
        If the database has no set of this name.
    """
    if not name:
        return {}
    known = correction_sets(dataset)
    if name not in known:
        raise DataError(f"{dataset}: {unknown_name('correction set', name, known)}")
    return {
        (row["subject"], row["clip"], row["field"]): (row["found"], row["put"])
        for row in _rows()
        if (row["dataset"], row["set"]) == (dataset, name)
    }


def corrected(record: Record, corrections: Corrections, notes: Notes) -> Record:
    """Put the corrections of a record in; one that finds another value than it corrects is left out."""
    for (subject, clip, field), (found, put) in corrections.items():
        if (subject, clip) != (record.subject, record.clip):
            continue
        value = getattr(record, field)
        shown = "" if value is None else str(value)
        if shown != found:
            notes.add(f"correction of {field} left out, it expects another value", record.place)
            continue
        notes.add(f"{field} corrected", f"{record.place}: {found or 'blank'} to {put}")
        record = _put(record, field, put)
    return record


def _put(record: Record, field: str, value: str) -> Record:
    if field == "emotion":
        return replace(record, emotion=value)
    number = int(value)
    if field == "apex":
        return replace(record, apex=number)
    return replace(record, onset=number) if field == "onset" else replace(record, offset=number)
