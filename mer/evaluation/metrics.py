"""Scores of pooled predictions. Metrics are fractions; only tables round."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import numpy as np
import pandas as pd

from mer.core.errors import DataError
from mer.core.types import FloatArray, IntArray


class Metric(Protocol):
    """A number from pooled counts."""

    def __call__(self, confusion: IntArray) -> float:
        """Compute the metric from counts of shape (K, K), true class by row."""
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


def confusion_of_rows(rows: pd.DataFrame, classes: Sequence[str]) -> IntArray:
    """Count predictions in the columns ``true`` and ``predicted``, (K, K), true class by row."""
    position = {name: number for number, name in enumerate(classes)}
    true, predicted = (rows[column].map(position).to_numpy(int) for column in ("true", "predicted"))
    return confusion_matrix(true, predicted, len(classes))


def recall_per_class(confusion: IntArray) -> FloatArray:
    """Compute each class's share of correct samples, shape (..., K); 0 for a class without samples."""
    return _ratio(_correct(confusion), confusion.sum(axis=-1))


def f1_per_class(confusion: IntArray) -> FloatArray:
    """Compute ``2 TP / (2 TP + FP + FN)`` per class, shape (..., K); 0 where that is 0 / 0."""
    return _ratio(2 * _correct(confusion), confusion.sum(axis=-2) + confusion.sum(axis=-1))


def uf1(confusion: IntArray) -> float:
    """Compute the unweighted F1 score of MEGC 2019.

    The F1 scores of the classes are averaged with equal weight. The counts must be pooled over all
    folds: the mean of per-fold scores is a different number.

    Parameters
    ----------
    confusion : ndarray of shape (K, K)
        Pooled counts, true class by row.

    Returns
    -------
    float
        In [0, 1]. A class with no true and no predicted sample scores zero.

    Examples
    --------
    >>> round(uf1(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]])), 4)
    0.7838
    """
    return float(f1_per_class(confusion).mean())


def uar(confusion: IntArray) -> float:
    """Compute the unweighted average recall of MEGC 2018 and 2019, from pooled counts.

    Examples
    --------
    >>> round(uar(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]])), 4)
    0.7832
    """
    return float(recall_per_class(confusion).mean())


def war(confusion: IntArray) -> float:
    """Compute the weighted average recall: the share of correct samples, also called accuracy.

    Examples
    --------
    >>> round(war(np.array([[209, 34, 7], [27, 77, 5], [10, 6, 67]])), 4)
    0.7986
    """
    return float(np.diag(confusion).sum() / confusion.sum())


METRICS: Mapping[str, Metric] = MappingProxyType({"uf1": uf1, "uar": uar, "war": war})


def _correct(confusion: IntArray) -> IntArray:
    return np.diagonal(confusion, axis1=-2, axis2=-1)


def _ratio(numerator: IntArray, denominator: IntArray) -> FloatArray:
    return np.divide(
        numerator, denominator, out=np.zeros(numerator.shape, dtype=float), where=denominator > 0
    )
