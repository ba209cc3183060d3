"""Folds of a pack that are done: kept until the pack is, so that what kills a job does not cost them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from mer.artefacts.predictions import read_rows_of, write_rows_of
from mer.core.errors import DataError
from mer.jobs.fold import Cell
from mer.sweep.specs.train import TrainSpec


class Finished:
    """Files of rows, one per seed and fold.

    Parameters
    ----------
    folder
        Where they lie; None keeps nothing.
    spec
        Of the job; rows of another recipe are not trusted.
    device
        Name of the device that the job computes on; rows of another one are not trusted.
    """

    def __init__(self, folder: Path | None, spec: TrainSpec, device: str) -> None:
        self.folder, self.spec, self.device = folder, spec, device

    def read(self, cells: Sequence[Cell]) -> dict[Cell, pd.DataFrame]:
        """Read the rows of those cells that are done."""
        found = {}
        for cell in cells:
            path = self._path(cell)
            if path is None or not path.is_file():
                continue
            try:
                rows = read_rows_of(path)
            except DataError:
                continue  # not whole: it is trained again
            if self._is_of(cell, rows):
                found[cell] = rows
        return found

    def keep(self, cell: Cell, rows: pd.DataFrame) -> None:
        """Keep the rows of a cell, and drop the checkpoint that led to them."""
        path = self._path(cell)
        if path is None or rows.empty:
            return
        schema = pa.Schema.from_pandas(rows, preserve_index=False)
        write_rows_of(path, rows, {name: schema.field(name).type for name in schema.names}, {}, {})
        self._drop_checkpoints(path)

    def clear(self, cells: Iterable[Cell]) -> None:
        """Remove what is kept of cells whose pack is written."""
        for cell in cells:
            path = self._path(cell)
            if path is not None:
                path.unlink(missing_ok=True)
                self._drop_checkpoints(path)
                # Of a stack, which is called after its first fold.
                self._drop_checkpoints(path.with_stem(f"stack-{path.stem}"))

    def _is_of(self, cell: Cell, rows: pd.DataFrame) -> bool:
        """Whether rows are of a cell, made by the same recipe on the same kind of device."""
        expected = {
            "recipe": self.spec.recipes[cell.seed],
            "device": self.device,
            "seed": cell.seed,
            "fold": cell.fold,
        }
        return all(set(rows[name]) == {value} for name, value in expected.items())

    def _drop_checkpoints(self, path: Path) -> None:
        """Remove the checkpoint that is called like a file, and those of the members of an ensemble."""
        for checkpoint in (path.with_suffix(".pt"), *path.parent.glob(f"{path.stem}-*.pt")):
            checkpoint.unlink(missing_ok=True)

    def _path(self, cell: Cell) -> Path | None:
        return self.folder and self.folder / f"s{cell.seed}-{cell.fold:03d}.parquet"
