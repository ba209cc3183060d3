"""Folds that are done: what has been trained is not trained again by the same recipe on the same arrays."""

import logging
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa

from mer.artefacts.predictions import read_about, read_rows_of, write_rows_of
from mer.core.errors import DataError
from mer.core.files import complete
from mer.jobs.fold import Cell
from mer.sweep.specs.packs import FINISHED, PACK, UNFINISHED, read_pack_name
from mer.sweep.specs.train import TrainSpec

log = logging.getLogger(__name__)


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
    made_with
        Versions and digest of the arrays; files of others are not trusted.
    """

    def __init__(
        self, folder: Path | None, spec: TrainSpec, device: str, made_with: Mapping[str, str]
    ) -> None:
        self.folder, self.spec, self.device, self.made_with = folder, spec, device, made_with

    def read(self, cells: Sequence[Cell]) -> dict[Cell, pd.DataFrame]:
        """Read the rows of those cells that are done, in whichever pack."""
        found: dict[Cell, pd.DataFrame] = {}
        if self.folder is None:
            return found
        for path, held in chain(self._singles(self.folder, cells), self._packs(self.folder, cells)):
            wanted = [cell for cell in held if cell not in found]
            numbers = {"seed": {cell.seed for cell in wanted}, "fold": {cell.fold for cell in wanted}}
            try:
                if not wanted or not self.made_with.items() <= read_about(path).items():
                    continue
                rows = read_rows_of(path, numbers)
            except DataError:
                continue  # not whole, or just removed by another job: it is trained again
            found |= {cell: chosen for cell in wanted if (chosen := self._of(cell, rows)) is not None}
        return found

    def keep(self, cell: Cell, rows: pd.DataFrame) -> None:
        """Keep the rows of a cell until its pack is written, and drop the checkpoint that led to them."""
        if self.folder is None or rows.empty:
            return
        path = _single(self.folder, cell)
        schema = pa.Schema.from_pandas(rows, preserve_index=False)
        columns = {name: schema.field(name).type for name in schema.names}
        write_rows_of(path, rows, columns, self.made_with, {})
        _drop_checkpoints(self.folder, cell)

    def close(self, pack: Path, cells: Sequence[Cell]) -> None:
        """Give a pack that is written a second name, and remove what was kept of its cells one by one."""
        if self.folder is None:
            return
        for cell in cells:
            _drop_checkpoints(self.folder, cell)
        try:
            with complete(self.folder / FINISHED / pack.parent.name / pack.name) as temporary:
                _link(pack, temporary)
        except OSError as error:  # a full disk, or the pack was just removed
            log.warning("%s is not kept for jobs that run again: %s", pack, error)
            return
        for cell in cells:
            _single(self.folder, cell).unlink(missing_ok=True)

    def _of(self, cell: Cell, rows: pd.DataFrame) -> pd.DataFrame | None:
        """Choose the rows of a cell; None if there are none of its recipe and of the same kind of device."""
        chosen = rows[(rows["seed"] == cell.seed) & (rows["fold"] == cell.fold)]
        expected = {"recipe": self.spec.recipes[cell.seed], "device": self.device}
        ours = not chosen.empty and all((chosen[name] == value).all() for name, value in expected.items())
        return chosen.reset_index(drop=True) if ours else None

    def _singles(self, folder: Path, cells: Sequence[Cell]) -> Iterator[tuple[Path, Sequence[Cell]]]:
        """Name the files of single cells that are there."""
        for cell in cells:
            path = _single(folder, cell)
            if path.is_file():
                yield path, [cell]

    def _packs(self, folder: Path, cells: Sequence[Cell]) -> Iterator[tuple[Path, Sequence[Cell]]]:
        """Name the packs that are there and hold some of the cells, of whatever size they were."""
        for path in sorted((folder / FINISHED).glob("*/*")):
            name = path.relative_to(folder / FINISHED).as_posix()
            if not PACK.fullmatch(name):
                continue
            seeds, first, last = read_pack_name(name)
            held = [cell for cell in cells if cell.seed in seeds and first <= cell.fold <= last]
            if held:
                yield path, held


def _single(folder: Path, cell: Cell) -> Path:
    return folder / UNFINISHED / f"s{cell.seed}-{cell.fold:03d}.parquet"


def _link(pack: Path, path: Path) -> None:
    """Give a file a second name, which takes no room; or copy it, as not every file system can."""
    try:
        os.link(pack, path)
    except OSError:
        shutil.copyfile(pack, path)


def _drop_checkpoints(folder: Path, cell: Cell) -> None:
    """Remove the checkpoints of a cell, of the members of an ensemble, and of a stack whose first fold it is.

    What a process that was killed had not written to its end has a dot before.
    """
    single = _single(folder, cell)
    for stem in (single.stem, f"stack-{single.stem}"):
        for pattern in (f"{stem}.pt", f"{stem}-*.pt", f".{stem}.*.pt", f".{stem}-*.pt"):
            for checkpoint in single.parent.glob(pattern):
                checkpoint.unlink(missing_ok=True)
