"""The organisers' list of the MEGC 2019 composite: 442 clips and their classes."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def organisers_list() -> Mapping[str, str]:
    """Read the list: class by sample id (``casme2:sub01:EP02_01f``)."""
    with Path(__file__).with_name("megc2019_clips.csv").open(encoding="utf-8", newline="") as file:
        return {
            f"{row['database']}:{row['subject']}:{row['clip']}": row["label"] for row in csv.DictReader(file)
        }


def listed_clips(database: str) -> dict[str, list[tuple[str, str]]]:
    """Return the listed clips of one database: name and class, by subject."""
    found: dict[str, list[tuple[str, str]]] = {}
    for sample_id, label in organisers_list().items():
        key, subject, clip = sample_id.split(":")
        if key == database:
            found.setdefault(subject, []).append((clip, label))
    return found
