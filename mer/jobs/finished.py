"""Folds that are done: what a job has trained is never trained again by the same recipe."""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from mer.artefacts.predictions import read_about, read_rows_of, write_rows_of
from mer.core.errors import DataError
from mer.core.files import complete
from mer.core.versions import versions
from mer.jobs.fold import Cell
from mer.sweep.specs.score import read_pack_name
from mer.sweep.specs.train import TrainSpec

log = logging.getLogger(__name__)

# Of packs that are not written yet: rows of single folds, and checkpoints.
UNFINISHED = "unfinished"
# Packs that were written, under a second name: Snakemake removes the first before it runs a job again,
# which it does for less than another recipe.
FINISHED = "finished"


class Finished:
    """Rows of what is done: in files of one seed and fold, and in packs.

    Parameters
    ----------
    folder
        Of the run, shared by all its packs; None keeps nothing.
    spec
        Of the job; rows of another recipe are not trusted.
    device
        Name of the device that the job computes on; rows of another one are not trusted.
    """

    def __init__(self, folder: Path | None, spec: TrainSpec, device: str) -> None:
        self.folder, self.spec, self.device = folder, spec, device

    def read(self, cells: Sequence[Cell]) -> dict[Cell, pd.DataFrame]:
        """Read the rows of those cells that are done, in whichever pack."""
        found: dict[Cell, pd.DataFrame] = {}
        for path, held in (*self._singles(cells), *self._packs(cells)):
            wanted = [cell for cell in held if cell not in found]
            if not wanted:
                continue
            try:
                rows = read_rows_of(path)
            except DataError:
                continue  # not whole: it is trained again
            if versions().items() <= read_about(path).items():
                found |= {cell: chosen for cell in wanted if (chosen := self._of(cell, rows)) is not None}
        return found

    def keep(self, cell: Cell, rows: pd.DataFrame) -> None:
        """Keep the rows of a cell until its pack is written, and drop the checkpoint that led to them."""
        path = self._single(cell)
        if path is None or rows.empty:
            return
        schema = pa.Schema.from_pandas(rows, preserve_index=False)
        columns = {name: schema.field(name).type for name in schema.names}
        write_rows_of(path, rows, columns, versions(), {})
        self._drop_checkpoints(path)

    def close(self, pack: Path, cells: Iterable[Cell]) -> None:
        """Keep a pack that is written, and remove what was kept of its cells one by one."""
        if self.folder is None:
            return
        try:
            with complete(self.folder / FINISHED / pack.parent.name / pack.name) as temporary:
                os.link(pack, temporary)
        except OSError as error:  # not every file system knows second names
            log.info("If Snakemake runs this job again, it will train again: %s", error)
        for cell in cells:
            path = self._single(cell)
            if path is not None:
                path.unlink(missing_ok=True)
                self._drop_checkpoints(path)
                # Of a stack, which is called after its first fold.
                self._drop_checkpoints(path.with_stem(f"stack-{path.stem}"))

    def _of(self, cell: Cell, rows: pd.DataFrame) -> pd.DataFrame | None:
        """Choose the rows of a cell; None if there are none of its recipe and of the same kind of device."""
        chosen = rows[(rows["seed"] == cell.seed) & (rows["fold"] == cell.fold)]
        expected = {"recipe": self.spec.recipes[cell.seed], "device": self.device}
        ours = not chosen.empty and all((chosen[name] == value).all() for name, value in expected.items())
        return chosen.reset_index(drop=True) if ours else None

    def _singles(self, cells: Sequence[Cell]) -> Iterator[tuple[Path, Sequence[Cell]]]:
        """Name the files of single cells that are there."""
        for cell in cells:
            path = self._single(cell)
            if path is not None and path.is_file():
                yield path, [cell]

    def _packs(self, cells: Sequence[Cell]) -> Iterator[tuple[Path, Sequence[Cell]]]:
        """Name the packs that are there and hold some of the cells, of whatever size they were."""
        if self.folder is None:
            return
        for path in sorted((self.folder / FINISHED).glob("s*/[0-9]*-*.parquet")):
            seeds, first, last = read_pack_name(path.as_posix())
            held = [cell for cell in cells if cell.seed in seeds and first <= cell.fold <= last]
            if held:
                yield path, held

    def _drop_checkpoints(self, path: Path) -> None:
        """Remove the checkpoint that is called like a file, and those of the members of an ensemble."""
        for checkpoint in (path.with_suffix(".pt"), *path.parent.glob(f"{path.stem}-*.pt")):
            checkpoint.unlink(missing_ok=True)

    def _single(self, cell: Cell) -> Path | None:
        return self.folder and self.folder / UNFINISHED / f"s{cell.seed}-{cell.fold:03d}.parquet"
