"""Train and test one method on a pack of folds."""

import logging
import platform
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from mer import __version__
from mer.artefacts.arrays import read_arrays
from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import score_columns, write_predictions
from mer.core.errors import DataError, MerError
from mer.core.seeds import stream
from mer.core.types import Array, Execution, FloatArray, IntArray, LabelledSamples, Samples
from mer.methods import METHODS
from mer.sweep.specs.train import TrainSpec
from mer.training.device import choose_device, device_name

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
    execution = _settled(spec, execution)
    # A GPU is shared by nobody: its folds follow one another. On a CPU each core takes a fold.
    workers = execution.threads if execution.device == "cpu" else 1
    results = Parallel(n_jobs=min(workers, len(numbers)), return_as="generator")(
        delayed(run_fold)(spec, execution, split, data, number) for number in numbers
    )
    rows = pd.concat(list(_followed(results, len(numbers))), ignore_index=True)
    write_predictions(output, rows, split.classes, _about(spec))


def run_fold(spec: TrainSpec, execution: Execution, split: Split, data: Array, number: int) -> pd.DataFrame:
    """Train on one fold and score its test samples.

    The method is given the training samples with their labels, and afterwards the test samples
    without any: nothing of the test side exists for it while it learns. ``data`` holds the arrays
    of all samples of ``split``, in its order.

    Returns
    -------
    DataFrame
        One row per test sample, in the columns of prediction files.
    """
    fold = split.folds[number]
    entry = METHODS[spec.method.key]
    method = entry.build(entry.params.from_plain(spec.method.settings), execution)
    train = LabelledSamples(
        sample_ids=fold.train,
        data=data[_rows_of(split, fold.train)],
        subjects=tuple(split.samples[i].person for i in fold.train),
        labels=np.array([split.classes.index(split.labels[i]) for i in fold.train]),
        classes=split.classes,
    )
    started = time.perf_counter()
    try:
        # One thread, so that sums do not depend on how many cores a job was given.
        with threadpool_limits(limits=1):
            fitted = method.fit(train, stream(spec.seed, spec.method.key, fold.name))
            scores = fitted.predict_proba(Samples(fold.test, data[_rows_of(split, fold.test)]))
    except MerError as error:
        raise type(error)(f"Fold {number} ('{fold.name}'): {error}") from error
    if scores.shape != (len(fold.test), len(split.classes)):
        raise DataError(
            f"{spec.method.key}: expected scores of shape (N, K) = ({len(fold.test)}, {len(split.classes)}), "
            f"got {scores.shape}."
        )
    seconds = time.perf_counter() - started
    return _rows(spec, split, number, scores, device_name(execution.device), seconds)


def _rows(
    spec: TrainSpec, split: Split, number: int, scores: FloatArray, device: str, seconds: float
) -> pd.DataFrame:
    tested = [split.samples[sample_id] for sample_id in split.folds[number].test]
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
        fold=number,
        source=split.source,
        recipe=spec.recipe,
        device=device,
        seconds=seconds,
    )


def _data(split: Split, lists: Sequence[Path]) -> Array:
    """Read the arrays of all samples, (N, ...); (N, 0) for a method that looks at none."""
    if not lists:
        return np.empty((len(split.samples), 0))
    return read_arrays(lists, list(split.samples))


def _rows_of(split: Split, sample_ids: Sequence[str]) -> IntArray:
    position = {sample_id: row for row, sample_id in enumerate(split.samples)}
    return np.array([position[sample_id] for sample_id in sample_ids])


def _settled(spec: TrainSpec, execution: Execution) -> Execution:
    """Decide once which device the pack computes on."""
    wanted = execution.device if METHODS[spec.method.key].uses_gpu else "cpu"
    device = choose_device(wanted).type
    return Execution("cuda" if device == "cuda" else "cpu", execution.threads, execution.roots)


def _followed(results: Iterator[pd.DataFrame], n_folds: int) -> Iterator[pd.DataFrame]:
    """Pass results on and say how far the pack is."""
    for done, rows in enumerate(results, start=1):
        first = rows.iloc[0]
        log.info("fold %d done (%d of %d): %.1f s", first["fold"], done, n_folds, first["seconds"])
        yield rows


def _about(spec: TrainSpec) -> dict[str, str]:
    """Describe how the predictions came to be, for the file's metadata."""
    versions = {f"version_{name}": version(name) for name in ("numpy", "scikit-learn", "torch")}
    versions |= {"version_mer": __version__, "version_python": platform.python_version()}
    return {"spec": spec.model_dump_json(), **versions}
