"""Train and test one method on a pack of folds."""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from mer.artefacts.arrays import Arrays, read_arrays
from mer.artefacts.folds import Split, read_folds
from mer.artefacts.macro_clips import MacroClips, read_macro_clips
from mer.artefacts.predictions import N_PARAMETERS, write_predictions
from mer.artefacts.trajectories import write_trajectories
from mer.core.device import choose_device, device_name
from mer.core.durations import duration
from mer.core.errors import DataError, MerError, TrainingError, listed
from mer.core.types import Execution
from mer.core.versions import versions
from mer.jobs.finished import Finished
from mer.jobs.fold import Cell, Work, run_cells
from mer.methods import METHODS
from mer.sweep.specs.packs import UNFINISHED
from mer.sweep.specs.train import TrainSpec

log = logging.getLogger(__name__)

Results = dict[Cell, pd.DataFrame]


def run(
    spec: TrainSpec,
    execution: Execution,
    folds: Path,
    lists: Sequence[Path],
    output: Path,
    folder: Path | None = None,
    macro: Path | None = None,
) -> None:
    """Train on every fold of the pack, score its test samples, and write the predictions.

    What is done already, by the same recipe on the same kind of device, is not trained again: it is kept in
    ``folder``, with checkpoints of what a job was killed over. ``macro`` is a list of macro-expressions that
    are learned from as well; predictions know nothing of them.

    Raises
    ------
    MerError
        If folds fail, naming them; the other folds are done and kept.
    """
    split = read_folds(folds)
    if spec.last >= len(split.folds):
        raise DataError(f"{folds} holds {len(split.folds)} folds, fold {spec.last} was asked for.")
    joining = None if macro is None else _macro_clips(split, macro)
    data = _data(split, lists, joining)
    if data.left_out:
        log.info("%d clips are left out: %s", len(data.left_out), "; ".join(set(data.left_out.values())))
    cells = [Cell(seed, number) for seed in spec.recipes for number in range(spec.first, spec.last + 1)]
    made_with = {**versions(), "arrays": data.digest()}
    about = _about(spec, len(split.classes), made_with)
    kept = folder and folder / UNFINISHED
    work = Work(spec, _settled(spec, execution), split, data, kept, joining, made_with)
    finished = Finished(folder, spec, device_name(work.execution.device), made_with)
    results = _complete(work, cells, finished)
    rows = pd.concat([results[cell] for cell in cells], ignore_index=True)
    write = write_trajectories if spec.selection == "oracle_test" else write_predictions
    left_out = {name: reason for name, reason in data.left_out.items() if name in split.samples}
    write(output, rows, split.classes, about, left_out)
    finished.close(output, cells)


def _complete(work: Work, cells: Sequence[Cell], finished: Finished) -> Results:
    """Train what is not done yet; returns the rows of all cells.

    Raises
    ------
    MerError
        Naming the cells that failed.
    """
    results = finished.read(cells)
    if results:
        log.info("%d of %d folds are done already, by the same recipe", len(results), len(cells))
    missing = [cell for cell in cells if cell not in results]
    problems: dict[Cell, MerError] = {}
    started = time.monotonic()
    for done, (cell, outcome) in enumerate(_outcomes(work, missing), start=1):
        if isinstance(outcome, MerError):
            problems[cell] = outcome
            log.error("%s", outcome)
            continue
        results[cell] = outcome
        finished.keep(cell, outcome)
        left = (time.monotonic() - started) / done * (len(missing) - done)
        log.info("%s done, %d of %d; %s left", work.name(cell), done, len(missing), duration(left))
    if len(problems) == 1 and len(cells) == 1:
        raise problems[cells[0]]
    if problems:
        kept = "The others are kept and will not be trained again." if finished.folder and results else ""
        raise TrainingError(
            listed(
                f"{len(problems)} of {len(cells)} folds failed. {kept}".strip(),
                [str(problems[cell]) for cell in sorted(problems)],
            )
        )
    return results


def _outcomes(work: Work, cells: Sequence[Cell]) -> Iterator[tuple[Cell, pd.DataFrame | MerError]]:
    """Train cells: stacked where a GPU makes that faster, else one after the other on each core."""
    entry = METHODS[work.spec.method.key]
    if work.execution.device == "cuda" and entry.stackable and len(cells) > 1:
        try:
            results = run_cells(work, cells)
        except Exception:  # of a library, or ours: which fold it comes from shows when each is alone
            log.exception("The folds cannot be trained together; each is trained on its own")
        else:
            yield from zip(cells, results, strict=True)
            return
    # A GPU is shared by nobody: its folds follow one another. On a CPU each core takes a fold.
    workers = work.execution.threads if work.execution.device == "cpu" else 1
    parallel = Parallel(n_jobs=max(1, min(workers, len(cells))), return_as="generator_unordered")
    try:
        yield from parallel(delayed(_outcome)(work, cell, os.getpid()) for cell in cells)
    except TerminatedWorkerError as error:
        raise TrainingError(
            "A process that trained a fold was killed; most likely memory ran out. Folds that are done are "
            f"kept. Give the job more memory, or fewer than its {workers} cores, and run again."
        ) from error


def _outcome(work: Work, cell: Cell, job: int) -> tuple[Cell, pd.DataFrame | MerError]:
    if os.getpid() != job:
        _end_with(job)
    try:
        (result,) = run_cells(work, [cell])
    except Exception as error:  # of a library, or ours: the other folds go on
        log.exception("%s failed", work.name(cell))
        result = TrainingError(f"{work.name(cell)}: {type(error).__name__}: {error}")
    return cell, result


@cache
def _end_with(job: int) -> None:
    """End this process soon after the job that started it was killed: it would compute for nobody."""

    def watch() -> None:
        while os.getppid() == job:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _macro_clips(split: Split, path: Path) -> MacroClips:
    """Read macro-expressions and compare them with the folds that they are to join."""
    clips = read_macro_clips(path)
    if (clips.classes, clips.source) != (split.classes, split.source):
        raise DataError(
            f"{path} holds {clips.source} clips of the classes {', '.join(clips.classes)}, the folds "
            f"{split.source} ones of {', '.join(split.classes)}. Delete it and run the workflow again."
        )
    return clips


def _data(split: Split, lists: Sequence[Path], macro: MacroClips | None = None) -> Arrays:
    """Read the arrays of all samples, (N, ...); (N, 0) for a method that looks at none."""
    if lists:
        return read_arrays(lists, [*split.samples, *([] if macro is None else macro.samples)])
    rows = {sample_id: row for row, sample_id in enumerate(split.samples)}
    return Arrays(np.empty((len(rows), 0)), rows, {})


def _settled(spec: TrainSpec, execution: Execution) -> Execution:
    """Decide once which device the pack computes on."""
    wanted = execution.device if METHODS[spec.method.key].uses_gpu else "cpu"
    device = choose_device(wanted).type
    return replace(execution, device="cuda" if device == "cuda" else "cpu")


def _about(spec: TrainSpec, n_classes: int, made_with: Mapping[str, str]) -> dict[str, str]:
    """Describe how the predictions came to be, for the file's metadata."""
    about = {"spec": spec.model_dump_json(), **made_with}
    entry = METHODS[spec.method.key]
    if entry.trains_network:
        method = entry.build(entry.params.from_plain(spec.method.settings), Execution(device="cpu"))
        about[N_PARAMETERS] = str(method.n_parameters(n_classes))
    return about
