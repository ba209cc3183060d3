"""Which samples a training step sees, and what chance decides about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from mer.core.types import FloatArray, IntArray
from mer.training.settings import Augmentation, TrainingParams


@dataclass(frozen=True)
class Draws:
    """What chance decides for the samples of a step; every array has one entry per sample.

    Attributes
    ----------
    flipped
        Whether to mirror, 0 or 1.
    angle
        Rotation in degrees.
    scale
        Factor of the size.
    shift_x, shift_y
        Shift to the right and down, as part of the side.
    brightness, contrast
        Factors.
    partner, share
        Position in the batch of the sample that is mixed in, and the part of the sample itself.
    """

    flipped: FloatArray
    angle: FloatArray
    scale: FloatArray
    shift_x: FloatArray
    shift_y: FloatArray
    brightness: FloatArray
    contrast: FloatArray
    partner: IntArray
    share: FloatArray

    def repeated(self, n: int) -> "Draws":
        """Fill up to ``n`` entries with the last one."""
        missing = n - len(self.angle)
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return Draws(**{name: np.pad(column, (0, missing), mode="edge") for name, column in columns.items()})


@dataclass(frozen=True)
class Step:
    """One training step of one fold.

    Attributes
    ----------
    rows
        Positions of the samples.
    key
        Of all dropout in this step, a 32-bit number.
    draws
        Of augmentation; None where nothing is augmented.
    """

    rows: IntArray
    key: int
    draws: Draws | None


def steps_of_epoch(labels: IntArray, settings: TrainingParams, rng: np.random.Generator) -> Iterator[Step]:
    """Cut one epoch into steps; samples must be sorted by name.

    Parameters
    ----------
    labels
        Classes of the N training samples.
    settings
        Batch size, order, balance, augmentation.
    rng
        The fold's own stream.
    """
    rows = _order(labels, settings, rng)
    for start in range(0, len(rows), settings.batch_size):
        batch = rows[start : start + settings.batch_size]
        key = int(rng.integers(2**32))
        yield Step(batch, key, _draw(len(batch), settings.augmentation, rng))


def n_steps(labels: IntArray, settings: TrainingParams) -> int:
    """Count the steps of an epoch."""
    n = len(labels)
    if settings.balance == "resample":
        counts = np.unique(labels, return_counts=True)[1]
        n = int(counts.max()) * len(counts)
    return -(-n // settings.batch_size)


def class_weights(labels: IntArray, n_classes: int) -> FloatArray:
    """Weigh classes so that all count the same and the mean weight of a sample is one, shape (K,).

    A class without samples weighs nothing.
    """
    counts = np.bincount(labels, minlength=n_classes)
    present = counts > 0
    weights = np.zeros(n_classes)
    weights[present] = len(labels) / (present.sum() * counts[present])
    return weights


def _order(labels: IntArray, settings: TrainingParams, rng: np.random.Generator) -> IntArray:
    """Choose the samples of an epoch and their order."""
    rows: IntArray = np.arange(len(labels))
    if settings.balance == "resample":
        rows = _resampled(labels, rng)
    if settings.order == "class_order":
        return rows[np.argsort(labels[rows], kind="stable")]
    return rng.permutation(rows)


def _resampled(labels: IntArray, rng: np.random.Generator) -> IntArray:
    """Repeat the samples of small classes until all classes are as large as the largest.

    Each sample of a class occurs equally often, or once more.
    """
    classes, counts = np.unique(labels, return_counts=True)
    chosen = []
    for label in classes:
        members = np.flatnonzero(labels == label)
        repeats, rest = divmod(int(counts.max()), len(members))
        chosen += [*np.repeat(members, repeats), *rng.choice(members, rest, replace=False)]
    return np.array(chosen)


def _draw(n: int, augmentation: Augmentation, rng: np.random.Generator) -> Draws | None:
    """Draw what the settings ask for; what they do not ask for takes nothing from the stream."""
    if augmentation == Augmentation():
        return None
    a = augmentation

    def spread(width: float) -> FloatArray:
        return rng.uniform(-width, width, n) if width else np.zeros(n)

    share = rng.beta(a.mixup, a.mixup) if a.mixup else 1.0
    return Draws(
        flipped=rng.integers(0, 2, n).astype(float) if a.flip else np.zeros(n),
        angle=spread(a.rotation),
        scale=1 + spread(a.zoom),
        shift_x=spread(a.shift),
        shift_y=spread(a.shift),
        brightness=1 + spread(a.brightness),
        contrast=1 + spread(a.brightness),
        partner=rng.permutation(n) if a.mixup else np.arange(n),
        share=np.full(n, share),
    )


def joined_draws(draws: Sequence[Draws]) -> Draws:
    """Put the draws of several folds, whose batches are filled up to one size, behind each other."""
    n = len(draws[0].angle)
    columns = {
        field.name: np.concatenate([getattr(one, field.name) for one in draws]) for field in fields(Draws)
    }
    columns["partner"] = columns["partner"] + np.repeat(np.arange(len(draws)) * n, n)
    return Draws(**columns)
