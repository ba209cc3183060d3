"""Train and test one method on one fold, or on several at once."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from mer.artefacts.arrays import Arrays
from mer.artefacts.folds import Split
from mer.artefacts.macro_clips import MacroClips
from mer.artefacts.rows import prediction_rows, trajectory_rows
from mer.core.device import device_name
from mer.core.durations import duration
from mer.core.errors import DataError, MerError, TrainingError
from mer.core.log import start_log
from mer.core.seeds import stream
from mer.core.types import Execution, FloatArray, Fold, LabelledSamples, Samples
from mer.methods import METHODS
from mer.methods.base import FittedMethod
from mer.sweep.specs.train import TrainSpec
from mer.training.course import Course, Progress

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True, order=True)
class Cell:
    """A seed and the number of a fold."""

    seed: int
    fold: int


@dataclass(frozen=True)
class Work:
    """What all cells of a pack share.

    Attributes
    ----------
    spec
        Of the job.
    execution
        How the job runs; its device is settled.
    split
        Folds, samples and labels of the protocol.
    data
        Arrays of all samples.
    folder
        Where interrupted training is kept; None keeps nothing.
    macro
        Macro-expressions that are learned from as well, all of them in ``data``; None for none.
    made_with
        Versions and digest of the arrays: what interrupted training with others left is not gone on from.
    """

    spec: TrainSpec
    execution: Execution
    split: Split
    data: Arrays
    folder: Path | None = None
    macro: MacroClips | None = None
    made_with: Mapping[str, str] = field(default_factory=dict)

    def name(self, cell: Cell) -> str:
        """Name a cell for messages."""
        n, name = len(self.split.folds), self.split.folds[cell.fold].name
        title = self.execution.title or self.spec.run
        return f"{title}, seed {cell.seed}, fold {cell.fold} of {n} ('{name}')"

    def train(self, cell: Cell) -> LabelledSamples:
        """Return the training samples of a cell with their labels.

        Macro-expressions are among them, but for those of people who are tested in the cell's fold;
        samples are sorted by name then.

        Raises
        ------
        DataError
            If all micro-expressions among them are left out, or all macro-expressions.
        """
        fold, split = self.split.folds[cell.fold], self.split
        learned = self.data.kept(fold.train)
        if not learned:
            reasons = "; ".join(sorted(set(self.data.left_out.values())))
            raise DataError(
                f"Fold {cell.fold} ('{fold.name}'): all training samples are left out ({reasons})."
            )
        samples, labels, is_macro = split.samples, split.labels, None
        if self.macro is not None:
            learned = tuple(sorted((*learned, *self._joining(fold, self.macro))))
            samples, labels = {**samples, **self.macro.samples}, {**labels, **self.macro.labels}
            is_macro = np.array([i in self.macro.samples for i in learned])
        return LabelledSamples(
            sample_ids=learned,
            data=self.data.take(learned),
            subjects=tuple(samples[i].person for i in learned),
            labels=np.array([split.classes.index(labels[i]) for i in learned], dtype=int),
            classes=split.classes,
            is_macro=is_macro,
        )

    def _joining(self, fold: Fold, macro: MacroClips) -> tuple[str, ...]:
        """Name the macro-expressions that join the training samples of a fold."""
        tested = {self.split.samples[i].person for i in fold.test}
        joining = [i for i, sample in macro.samples.items() if sample.person not in tested]
        kept = self.data.kept(joining)
        if not kept:
            reasons = "; ".join(sorted(set(self.data.left_out.values()))) or "their people are tested"
            raise DataError(f"Fold '{fold.name}': no macro-expression is left to learn from ({reasons}).")
        return kept

    def test(self, cell: Cell) -> Samples:
        """Return the test samples of a cell; labels are not among what a method sees."""
        tested = self.data.kept(self.split.folds[cell.fold].test)
        return Samples(tested, self.data.take(tested))

    def rng(self, cell: Cell) -> np.random.Generator:
        """Return the random stream of a cell."""
        return stream(cell.seed, self.spec.method.key, self.split.folds[cell.fold].name)


def run_cells(work: Work, cells: Sequence[Cell]) -> list[pd.DataFrame | MerError]:
    """Train on folds and score their test samples; several folds are trained together.

    The method is given the training samples with their labels, and afterwards the test samples
    without any: nothing of the test side exists for it while it learns. Samples that the data leave
    out take part on neither side.

    Returns
    -------
    list
        For each cell one row per test sample, in the columns of prediction files, or, where an oracle
        is to choose the epoch, one row per epoch and test sample; or what went wrong.
    """
    start_log()  # a process of its own has none yet
    started = time.perf_counter()
    # One thread, so that sums do not depend on how many cores a job was given.
    with threadpool_limits(limits=1):
        results = _scores(work, cells)
    seconds = (time.perf_counter() - started) / len(cells)
    rows = [
        result if isinstance(result, MerError) else _rows(work, cell, result.scores, seconds + result.earlier)
        for cell, result in zip(cells, results, strict=True)
    ]
    return [
        type(one)(f"Fold {cell.fold} ('{work.split.folds[cell.fold].name}'), seed {cell.seed}: {one}")
        if isinstance(one, MerError)
        else one
        for cell, one in zip(cells, rows, strict=True)
    ]


@dataclass(frozen=True)
class Scored:
    """Scores of test samples, (N, K): those that count, or those after every epoch for an oracle.

    ``earlier`` are the seconds that training took before it was interrupted.
    """

    scores: list[FloatArray]
    earlier: float = 0.0


def _scores(work: Work, cells: Sequence[Cell]) -> list[Scored | MerError]:
    """Train on every cell and score its test samples."""
    results: dict[Cell, Scored | MerError] = {}
    trains: dict[Cell, LabelledSamples] = {}
    tests = {cell: work.test(cell) for cell in cells}
    for cell in cells:
        if not len(tests[cell]):
            results[cell] = Scored([np.empty((0, len(work.split.classes)))])
            continue
        try:
            trains[cell] = work.train(cell)
        except DataError as error:
            results[cell] = error
    pace = Pace()
    courses = {cell: _course(work, cell, tests[cell], pace) for cell in trains}
    for cell, fitted in zip(trains, _fitted(work, trains, courses), strict=True):
        if isinstance(fitted, MerError):
            results[cell] = fitted
        else:
            scores = courses[cell].watched or [fitted.predict_proba(tests[cell])]
            results[cell] = Scored(scores, sum(courses[cell].earlier))
    return [results[cell] for cell in cells]


def _fitted(
    work: Work, trains: Mapping[Cell, LabelledSamples], courses: Mapping[Cell, Course]
) -> "Sequence[FittedMethod | MerError]":
    """Fit the method on every cell, or say why it could not be."""
    entry = METHODS[work.spec.method.key]
    method = entry.build(entry.params.from_plain(work.spec.method.settings), work.execution)
    rngs = [work.rng(cell) for cell in trains]
    try:
        if entry.trains_network and trains:
            fitted: list[FittedMethod | MerError] = method.fit_many(
                list(trains.values()), rngs, list(courses.values())
            )
            return fitted
        return [method.fit(train, rng) for train, rng in zip(trains.values(), rngs, strict=True)]
    except MerError as error:
        return [error] * len(trains)


class Pace:
    """When a line was written last, by whichever of the folds that are trained together."""

    def __init__(self) -> None:
        self.told = time.monotonic()


def _course(work: Work, cell: Cell, test: Samples, pace: Pace) -> Course:
    """Say what accompanies the training of a cell."""
    watch = None
    if work.spec.selection == "oracle_test":

        def watch(fitted: FittedMethod) -> FloatArray:
            return fitted.predict_proba(test)

    device = device_name(work.execution.device)
    return Course(
        watch=watch,
        tell=Teller(work.name(cell), pace),
        checkpoint=work.folder and work.folder / f"s{cell.seed}-{cell.fold:03d}.pt",
        identity=f"{work.spec.recipes[cell.seed]} {cell.fold} {device} {dict(work.made_with)}",
    )


class Teller:
    """Writes now and then how far training on a fold is."""

    def __init__(self, name: str, pace: Pace | None = None) -> None:
        self.name, self.pace = name, pace or Pace()
        self.first: tuple[float, int] | None = None

    def __call__(self, progress: Progress) -> None:
        """Take note of an epoch; write a line if the last one is some time ago."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, progress.epoch)
        if now - self.pace.told < SECONDS_BETWEEN_LINES:
            return
        self.pace.told = now
        since, epoch = self.first
        left = (now - since) / max(progress.epoch - epoch, 1) * (progress.epochs - progress.epoch)
        held_out = progress.validation_loss
        log.info(
            "%s: epoch %d of %d, loss %.4f%s, %s left",
            self.name,
            progress.epoch,
            progress.epochs,
            progress.loss,
            "" if held_out is None else f", held-out loss {held_out:.4f}",
            duration(left),
        )


def _rows(work: Work, cell: Cell, scores: list[FloatArray], seconds: float) -> pd.DataFrame | MerError:
    test, spec = work.data.kept(work.split.folds[cell.fold].test), work.spec
    shape = (len(test), len(work.split.classes))
    for one in scores:
        if one.shape != shape:
            return DataError(
                f"{spec.method.key}: expected scores of shape (N, K) = {shape}, got {one.shape}."
            )
        if not np.isfinite(one).all():
            return TrainingError(
                f"Some scores of test samples are no numbers. Lower the learning rate, if {spec.method.key} "
                "has one, or check the input for values that are no numbers."
            )
    about = {
        "seed": cell.seed,
        "fold": cell.fold,
        "recipe": spec.recipes[cell.seed],
        "device": device_name(work.execution.device),
        "seconds": seconds,
    }
    if spec.selection == "oracle_test":
        return trajectory_rows(work.split, test, scores, about)
    about |= {"method": spec.method.key, "variant": spec.run, "selection": spec.selection}
    return prediction_rows(work.split, test, scores[-1], about)
