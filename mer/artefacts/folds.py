"""Folds of one protocol: samples with their classes, and who is trained and tested on when."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from mer.core.errors import DataError
from mer.core.files import complete
from mer.core.types import Fold, Sample, Source


@dataclass(frozen=True)
class Split:
    """The samples of a protocol and its folds.

    Attributes
    ----------
    protocol
        Name in the configuration.
    task
        Name of the task.
    classes
        K class names, in the order of score columns.
    source
        ``real`` or ``stand_in``.
    samples
        All samples that take part, by sample id.
    labels
        Class of every sample, by sample id.
    folds
        In the order of their numbers.
    subject_disjoint
        Whether no person is on both sides of a fold.
    pooling
        Whether scores come from all predictions together or are the mean of the folds' scores.
    times_tested
        How often each sample is tested, by sample id.
    notes
        What tables must say about these samples.
    """

    protocol: str
    task: str
    classes: tuple[str, ...]
    source: Source
    samples: Mapping[str, Sample]
    labels: Mapping[str, str]
    folds: tuple[Fold, ...]
    subject_disjoint: bool
    pooling: Literal["pooled", "fold_mean"]
    times_tested: Mapping[str, int]
    notes: tuple[str, ...] = ()


def write_folds(path: Path, split: Split) -> None:
    """Write the folds of a protocol."""
    document = {
        "protocol": split.protocol,
        "task": split.task,
        "classes": split.classes,
        "source": split.source,
        "samples": [
            {
                **asdict(sample),
                "label": split.labels[sample_id],
                "times_tested": split.times_tested[sample_id],
            }
            for sample_id, sample in split.samples.items()
        ],
        "subject_disjoint": split.subject_disjoint,
        "pooling": split.pooling,
        "folds": [asdict(fold) for fold in split.folds],
        "notes": split.notes,
    }
    with complete(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_folds(path: Path) -> Split:
    """Read the folds of a protocol.

    Raises
    ------
    DataError
        If the file is missing or damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        labels = {row["sample_id"]: row.pop("label") for row in document["samples"]}
        times = {row["sample_id"]: row.pop("times_tested") for row in document["samples"]}
        samples = {row["sample_id"]: read_sample(row) for row in document["samples"]}
        folds = tuple(
            Fold(fold["name"], tuple(fold["train"]), tuple(fold["test"])) for fold in document["folds"]
        )
        return Split(
            protocol=document["protocol"],
            task=document["task"],
            classes=tuple(document["classes"]),
            source=document["source"],
            samples=samples,
            labels=labels,
            folds=folds,
            subject_disjoint=document["subject_disjoint"],
            pooling=document["pooling"],
            times_tested=times,
            notes=tuple(document["notes"]),
        )
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist. Run the workflow again.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: not a complete file of folds ({error}). Delete it and run again."
        ) from error


def read_sample(row: dict[str, object]) -> Sample:
    """Read a sample as ``asdict`` wrote it.

    Raises
    ------
    KeyError, TypeError
        If a field is missing or foreign.
    """
    missing = {field.name for field in fields(Sample)} - set(row)
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    row["action_units"] = tuple(row["action_units"])  # type: ignore[arg-type]  # a JSON list
    return Sample(**row)  # type: ignore[arg-type]  # fields as written by asdict
