"""From the specification of a job to the reader of its data set."""

from pathlib import Path
from typing import Any

from mer.core.location import Location
from mer.core.types import Execution
from mer.datasets import DATASETS
from mer.sweep.specs.base import EntrySettings


def build_dataset(name: str, entry: EntrySettings, execution: Execution) -> Any:  # noqa: ANN401  # clips or flow images, as the entry says
    """Make the reader of a data set by its specification."""
    dataset = DATASETS[entry.key]
    root = execution.roots.get(name)
    params = dataset.params.from_plain(entry.settings)
    return dataset.build(params, Location(name, Path(root) if root else None))
