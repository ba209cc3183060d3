"""Train and test one method on a pack of folds."""

import logging
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from mer import __version__
from mer.artefacts.arrays import Arrays, read_arrays
from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import score_columns, write_predictions
from mer.core.device import choose_device, device_name
from mer.core.errors import DataError, MerError
from mer.core.seeds import stream
from mer.core.types import Execution, FloatArray, LabelledSamples, Sample, Samples
from mer.methods import METHODS
from mer.methods.base import Method
from mer.sweep.specs.train import TrainSpec

log = logging.getLogger(__name__)


def run(spec: TrainSpec, execution: Execution, folds: Path, lists: Sequence[Path], output: Path) -> None:
    """Train on every fold of the pack, score its test samples, and write the predictions.

    Raises
    ------
    MerError
        If a fold fails, naming it.
    """
    split = read_folds(folds)
    numbers = range(spec.first, spec.last + 1)
    if spec.last >= len(split.folds):
        raise DataError(f"{folds} holds {len(split.folds)} folds, fold {spec.last} was asked for.")
    data = _data(split, lists)
    if data.left_out:
        log.info("%d clips are left out: %s", len(data.left_out), "; ".join(set(data.left_out.values())))
    execution = _settled(spec, execution)
    # A GPU is shared by nobody: its folds follow one another. On a CPU each core takes a fold.
    workers = execution.threads if execution.device == "cpu" else 1
    results = Parallel(n_jobs=min(workers, len(numbers)), return_as="generator")(
        delayed(run_fold)(spec, execution, split, data, number) for number in numbers
    )
    rows = pd.concat(list(_followed(results, len(numbers))), ignore_index=True)
    write_predictions(output, rows, split.classes, _about(spec), data.left_out)


def run_fold(spec: TrainSpec, execution: Execution, split: Split, data: Arrays, number: int) -> pd.DataFrame:
    """Train on one fold and score its test samples.

    The method is given the training samples with their labels, and afterwards the test samples
    without any: nothing of the test side exists for it while it learns. Samples that ``data`` leaves
    out take part on neither side.

    Returns
    -------
    DataFrame
        One row per test sample, in the columns of prediction files.
    """
    fold = split.folds[number]
    entry = METHODS[spec.method.key]
    method = entry.build(entry.params.from_plain(spec.method.settings), execution)
    learned, tested = data.kept(fold.train), data.kept(fold.test)
    train = LabelledSamples(
        sample_ids=learned,
        data=data.take(learned),
        subjects=tuple(split.samples[i].person for i in learned),
        labels=np.array([split.classes.index(split.labels[i]) for i in learned], dtype=int),
        classes=split.classes,
    )
    if not learned:
        reasons = "; ".join(sorted(set(data.left_out.values())))
        raise DataError(f"Fold {number} ('{fold.name}'): all training samples are left out ({reasons}).")
    started = time.perf_counter()
    try:
        # One thread, so that sums do not depend on how many cores a job was given.
        with threadpool_limits(limits=1):
            scores = _scores(method, train, Samples(tested, data.take(tested)), spec, fold.name)
    except MerError as error:
        raise type(error)(f"Fold {number} ('{fold.name}'): {error}") from error
    if scores.shape != (len(tested), len(split.classes)):
        raise DataError(
            f"{spec.method.key}: expected scores of shape (N, K) = ({len(tested)}, {len(split.classes)}), "
            f"got {scores.shape}."
        )
    seconds = time.perf_counter() - started
    samples = [split.samples[sample_id] for sample_id in tested]
    return _rows(spec, split, samples, scores).assign(
        fold=number, device=device_name(execution.device), seconds=seconds
    )


def _scores(method: Method, train: LabelledSamples, test: Samples, spec: TrainSpec, fold: str) -> FloatArray:
    """Fit a method and score the test samples; where all of these are left out there is nothing to do."""
    if not len(test):
        return np.empty((0, len(train.classes)))
    return method.fit(train, stream(spec.seed, spec.method.key, fold)).predict_proba(test)


def _rows(spec: TrainSpec, split: Split, tested: Sequence[Sample], scores: FloatArray) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "database": [sample.database for sample in tested],
            "subject": [sample.subject for sample in tested],
            "person": [sample.person for sample in tested],
            "clip": [sample.clip for sample in tested],
            "sample_id": [sample.sample_id for sample in tested],
            "true": [split.labels[sample.sample_id] for sample in tested],
            "predicted": [split.classes[label] for label in scores.argmax(axis=1)],
            **dict(zip(score_columns(split.classes), scores.astype(float).T, strict=True)),
        }
    )
    return rows.assign(
        protocol=split.protocol,
        task=split.task,
        method=spec.method.key,
        variant=spec.variant,
        selection=spec.selection,
        seed=spec.seed,
        source=split.source,
        recipe=spec.recipe,
    )


def _data(split: Split, lists: Sequence[Path]) -> Arrays:
    """Read the arrays of all samples, (N, ...); (N, 0) for a method that looks at none."""
    if lists:
        return read_arrays(lists, list(split.samples))
    rows = {sample_id: row for row, sample_id in enumerate(split.samples)}
    return Arrays(np.empty((len(rows), 0)), rows, {})


def _settled(spec: TrainSpec, execution: Execution) -> Execution:
    """Decide once which device the pack computes on."""
    wanted = execution.device if METHODS[spec.method.key].uses_gpu else "cpu"
    device = choose_device(wanted).type
    return replace(execution, device="cuda" if device == "cuda" else "cpu")


def _followed(results: Iterator[pd.DataFrame], n_folds: int) -> Iterator[pd.DataFrame]:
    """Pass results on and say how far the pack is."""
    for done, rows in enumerate(results, start=1):
        if rows.empty:
            log.info("a fold has no test sample left (%d of %d)", done, n_folds)
        else:
            first = rows.iloc[0]
            log.info("fold %d done (%d of %d): %.1f s", first["fold"], done, n_folds, first["seconds"])
        yield rows


def _about(spec: TrainSpec) -> dict[str, str]:
    """Describe how the predictions came to be, for the file's metadata."""
    versions = {f"version_{name}": version(name) for name in ("numpy", "scikit-learn", "torch")}
    versions |= {"version_mer": __version__, "version_python": platform.python_version()}
    return {"spec": spec.model_dump_json(), **versions}
