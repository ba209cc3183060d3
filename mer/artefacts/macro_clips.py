"""Macro-expressions that are learned from beside the training samples of a protocol's folds."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mer.artefacts.folds import read_sample
from mer.core.errors import DataError
from mer.core.files import complete
from mer.core.types import Sample, Source


@dataclass(frozen=True)
class MacroClips:
    """Macro-expressions with a class of a protocol's task.

    Attributes
    ----------
    classes
        K class names of the task, in the order of score columns.
    source
        ``real`` or ``stand_in``.
    samples
        By sample id, sorted by it.
    labels
        Class of every sample, by sample id.
    """

    classes: tuple[str, ...]
    source: Source
    samples: Mapping[str, Sample]
    labels: Mapping[str, str]


def write_macro_clips(path: Path, clips: MacroClips) -> None:
    """Write macro-expressions with their classes."""
    document = {
        "classes": clips.classes,
        "source": clips.source,
        "samples": [
            {**asdict(sample), "label": clips.labels[sample_id]}
            for sample_id, sample in clips.samples.items()
        ],
    }
    with complete(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_macro_clips(path: Path) -> MacroClips:
    """Read macro-expressions with their classes.

    Raises
    ------
    DataError
        If the file is missing or damaged, or a class is none of those that it names.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        labels = {row["sample_id"]: row.pop("label") for row in document["samples"]}
        samples = {row["sample_id"]: read_sample(row) for row in document["samples"]}
        clips = MacroClips(tuple(document["classes"]), document["source"], samples, labels)
        foreign = set(labels.values()) - set(clips.classes)
        if foreign:
            raise ValueError(f"no classes: {', '.join(sorted(foreign))}")
    except FileNotFoundError:
        raise DataError(f"{path}: the file does not exist. Run the workflow again.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: not a complete file of macro-expressions ({error}). Delete it and run again."
        ) from error
    return clips
