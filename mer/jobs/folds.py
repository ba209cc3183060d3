"""Write the folds of one protocol."""

from pathlib import Path

from mer.artefacts.folds import write_folds
from mer.core.errors import DataError
from mer.core.location import Location
from mer.core.types import Execution
from mer.datasets import DATASETS
from mer.datasets.base import Dataset
from mer.protocols import PROTOCOLS
from mer.sweep.specs.base import EntrySettings
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.splits import make_split, split_digest


def run(spec: FoldsSpec, execution: Execution, output: Path) -> None:
    """Index the data sets, split them, and write the result.

    Raises
    ------
    DataError
        If the data are no longer those that the sweep was planned with.
    """
    readers = [build_dataset(name, entry, execution) for name, entry in spec.datasets.items()]
    protocol = PROTOCOLS[spec.protocol.key]
    indexes = [reader.index() for reader in readers]
    params = protocol.params.from_plain(spec.protocol.settings)
    split = make_split(spec.name, protocol.build(params), indexes)
    if split_digest(split) != spec.digest:
        raise DataError(
            f"The data of protocol '{spec.name}' changed while the sweep was running. Run the workflow again."
        )
    write_folds(output, split)


def build_dataset(name: str, entry: EntrySettings, execution: Execution) -> Dataset:
    """Make the reader of a data set by its specification."""
    dataset = DATASETS[entry.key]
    root = execution.roots.get(name)
    params = dataset.params.from_plain(entry.settings)
    return dataset.build(params, Location(name, Path(root) if root else None))
