"""List the macro-expressions that a variant learns from beside a protocol's micro-expressions."""

from pathlib import Path

from mer.artefacts.macro_clips import write_macro_clips
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs.datasets import build_dataset
from mer.protocols import PROTOCOLS
from mer.sweep.macro import label_macro, macro_digest
from mer.sweep.specs.folds import MacroSpec


def run(spec: MacroSpec, execution: Execution, output: Path) -> None:
    """Index the sets of macro-expressions, label the clips, and write those with a class.

    Raises
    ------
    DataError
        If the data are no longer those that the sweep was planned with.
    """
    readers = [build_dataset(name, entry, execution) for name, entry in spec.datasets.items()]
    protocol = PROTOCOLS[spec.protocol.key]
    task = protocol.build(protocol.params.from_plain(spec.protocol.settings)).task
    clips = label_macro(task, [reader.index() for reader in readers])
    if macro_digest(clips) != spec.digest:
        raise DataError(
            f"The macro-expressions of '{spec.name}' changed while the sweep was running. Run the workflow "
            "again."
        )
    write_macro_clips(output, clips)
