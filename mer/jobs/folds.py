"""Write the folds of one protocol."""

from pathlib import Path

from mer.artefacts.folds import write_folds
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs.datasets import build_dataset
from mer.protocols import PROTOCOLS
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
