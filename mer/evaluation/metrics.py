"""Scores from counts of predictions. Metrics are fractions; only tables round.

Every metric takes counts of shape (..., K, K), true class by row, and gives one number for each of the
leading dimensions (a plain number for a single matrix), so that the draws of a bootstrap are scored at
once. K is the number of classes of the task: one without a clip in a database counts in its mean, as zero.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mer.core.errors import DataError
from mer.core.types import FloatArray, IntArray

# Counts; floating-point where they are sums over drawn subjects, which are whole numbers all the same.
Counts = NDArray[np.integer[Any] | np.floating[Any]]


class Metric(Protocol):
    """A number from counts."""

    def __call__(self, confusion: Counts) -> FloatArray:
        """Compute the metric from counts of shape (..., K, K), true class by row."""
        ...


def confusion_matrix(true: IntArray, predicted: IntArray, n_classes: int) -> IntArray:
    """Count predictions per true class.

    Parameters
    ----------
    true, predicted
        Class positions of shape (N,), from 0 to K - 1.
    n_classes
        Number K of classes.

    Returns
    -------
    ndarray of shape (K, K)
        True class by row.

    Raises
    ------
    DataError
        If the arrays differ in length or hold a position outside the classes.
    """
    if true.shape != predicted.shape or true.ndim != 1:
        raise DataError(f"Expected labels of one shape (N,), got {true.shape} and {predicted.shape}.")
    both = np.concatenate([true, predicted])
    if both.size and (both.min() < 0 or both.max() >= n_classes):
        raise DataError(f"Labels must lie between 0 and {n_classes - 1}, got {both.min()} to {both.max()}.")
    counts = np.bincount(true * n_classes + predicted, minlength=n_classes**2)
    return counts.reshape(n_classes, n_classes)


def recall_per_class(confusion: Counts) -> FloatArray:
    """Compute each class's share of correct samples, shape (..., K); 0 for a class without samples."""
    return _ratio(_correct(confusion), confusion.sum(axis=-1))


def precision_per_class(confusion: Counts) -> FloatArray:
    """Compute the share of each class's predictions that are right, shape (..., K); 0 if never predicted."""
    return _ratio(_correct(confusion), confusion.sum(axis=-2))


def f1_per_class(confusion: Counts) -> FloatArray:
    """Compute ``2 TP / (2 TP + FP + FN)`` per class, shape (..., K); 0 where that is 0 / 0."""
    return _ratio(2 * _correct(confusion), confusion.sum(axis=-2) + confusion.sum(axis=-1))


def uf1(confusion: Counts) -> FloatArray:
    """Compute the unweighted F1 score of MEGC 2019 (See et al. 2019): the mean of the classes' F1 scores.

    It is what others call macro F1. The counts must be pooled over all folds: the mean of per-fold scores is
    a different number. Equation 10 of the FR paper is meant so, and omits the sum.

    Parameters
    ----------
    confusion : ndarray of shape (..., K, K)
        Pooled counts, true class by row.

    Returns
    -------
    ndarray of shape (...)
        In [0, 1]. A class with no true and no predicted sample scores zero.

    Examples
    --------
    >>> round(float(uf1(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]]))), 4)
    0.7838
    """
    return f1_per_class(confusion).mean(axis=-1)


def uar(confusion: Counts) -> FloatArray:
    """Compute the unweighted average recall of MEGC 2018 and 2019: the mean of the classes' recalls.

    Examples
    --------
    >>> round(float(uar(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]]))), 4)
    0.7832
    """
    return recall_per_class(confusion).mean(axis=-1)


def war(confusion: Counts) -> FloatArray:
    """Compute the weighted average recall, the share of correct samples; also called accuracy.

    Examples
    --------
    >>> round(float(war(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]]))), 4)
    0.7986
    """
    return _ratio(_correct(confusion).sum(axis=-1), confusion.sum(axis=(-2, -1)))


def macro_f1(confusion: Counts) -> FloatArray:
    """Compute macro F1, the mean of the classes' F1 scores: UF1 by another name (ResNet10 paper)."""
    return uf1(confusion)


def micro_f1(confusion: Counts) -> FloatArray:
    """Compute micro F1, ``2 TP / (2 TP + FP + FN)`` of counts that are summed over classes first.

    Where each clip has one class and one prediction, each wrong prediction is one FP and one FN, so that it
    equals WAR. The ELRCN paper calls its F1 micro-averaged; its numbers are not (see `f1_of_means`).
    """
    correct, n_samples = _correct(confusion).sum(axis=-1), confusion.sum(axis=(-2, -1))
    wrong = n_samples - correct
    return _ratio(2 * correct, 2 * correct + wrong + wrong)


def macro_precision(confusion: Counts) -> FloatArray:
    """Compute the mean of the classes' precisions.

    The UAR column of the STSTNet paper holds it, and not recall.
    """
    return precision_per_class(confusion).mean(axis=-1)


def f1_of_means(confusion: Counts) -> FloatArray:
    """Compute ``2 P R / (P + R)`` of macro precision P and macro recall R; 0 where both are 0.

    The public code of the ELRCN paper prints it as F1. It is neither the mean of the classes' F1 scores
    (UF1) nor micro F1, and must not stand beside either.

    Examples
    --------
    Both classes have recall 1/2; precisions are 1/4 and 3/4.

    >>> confusion = np.array([[1, 1], [3, 3]])
    >>> round(float(f1_of_means(confusion)), 4), round(float(uf1(confusion)), 4)
    (0.5, 0.4667)
    """
    precision, recall = macro_precision(confusion), uar(confusion)
    return _ratio(2 * precision * recall, precision + recall)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        "uf1": uf1,
        "uar": uar,
        "war": war,
        "macro_f1": macro_f1,
        "micro_f1": micro_f1,
        "macro_precision": macro_precision,
        "f1_of_means": f1_of_means,
    }
)
_PER_CLASS: Mapping[str, Metric] = MappingProxyType({"recall": recall_per_class, "f1": f1_per_class})


def every_metric(classes: Sequence[str]) -> dict[str, Metric]:
    """List all metrics of a task: those over classes, then ``recall_<class>`` and ``f1_<class>``."""

    def of_class(metric: Metric, position: int) -> Metric:
        return lambda confusion: metric(confusion)[..., position]

    single = {
        f"{name}_{one}": of_class(metric, position)
        for name, metric in _PER_CLASS.items()
        for position, one in enumerate(classes)
    }
    return {**METRICS, **single}


def _correct(confusion: Counts) -> Counts:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _ratio(numerator: Counts, denominator: Counts) -> FloatArray:
    out = np.zeros(np.shape(numerator), dtype=float)
    # A single matrix gives a number, and no array without dimensions.
    return np.divide(numerator, denominator, out=out, where=denominator > 0)[()]
