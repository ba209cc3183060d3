"""Write the folds of one protocol."""

from pathlib import Path

from mer.artefacts.folds import write_folds
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.sweep.cells import folds_digest
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs import FoldsSpec


def run(spec: FoldsSpec, execution: Execution, output: Path) -> None:
    """Index the data sets, split them, and write the result.

    Raises
    ------
    DataError
        If the data are no longer those that the sweep was planned with.
    """
    raw = {
        "name": "folds",
        "datasets": {name: {"dataset": one.dataset, **one.settings} for name, one in spec.datasets.items()},
        "protocols": {spec.protocol: {"protocol": spec.kind, **spec.settings}},
        "variants": {"majority": {}},
        "paths": {name: root for name, root in execution.roots.items() if name in spec.datasets},
    }
    split = Sweep(parse(raw, f"the specification of {output}", Path.cwd())).split(spec.protocol)
    if folds_digest(split) != spec.digest:
        raise DataError(
            f"The data of protocol '{spec.protocol}' changed while the sweep was running. "
            "Run the workflow again."
        )
    write_folds(output, split)
