"""A protocol's rule for scores: from all predictions together, or the mean over folds."""

from typing import Literal

import numpy as np

from mer.core.types import BoolArray, FloatArray
from mer.evaluation.metrics import Counts, Metric, uar, uf1, war

Pooling = Literal["pooled", "fold_mean"]


def averaged(metric: Metric, counts: Counts, pooling: Pooling) -> FloatArray:
    """Compute a metric as the protocol says.

    Parameters
    ----------
    metric
        From counts (..., K, K) to (...).
    counts
        Shape (..., F, K, K), apart for F folds.
    pooling
        Whether folds are summed before, or their scores averaged; folds without a clip have none.

    Returns
    -------
    ndarray of shape (...)
        The scores.
    """
    if pooling == "pooled":
        return metric(counts.sum(axis=-3))
    has_clips = counts.any(axis=(-2, -1))
    return np.asarray((metric(counts) * has_clips).sum(axis=-1) / has_clips.sum(axis=-1))


def fold_scores(counts: Counts, pooling: Pooling) -> dict[str, float]:
    """Compute means and standard deviations (N - 1) over folds, for papers that report these.

    Parameters
    ----------
    counts
        Of one seed, shape (F, K, K).
    pooling
        The protocol's rule.

    Returns
    -------
    dict
        ``war_fold_mean`` and ``war_fold_sd``; those of UF1 and UAR as well where scores are means of folds by
        the protocol's rule, or every fold tests every class. Nothing where fewer than two folds have clips.
    """
    tested = counts[counts.any(axis=(-2, -1))]
    if len(tested) < 2:
        return {}
    metrics: dict[str, Metric] = {"war": war}
    if pooling == "fold_mean" or has_every_class(tested).all():
        metrics = {"uf1": uf1, "uar": uar, "war": war}
    values = {name: metric(tested) for name, metric in metrics.items()}
    return {
        f"{name}_fold_{what}": float(number)
        for name, found in values.items()
        for what, number in (("mean", found.mean()), ("sd", found.std(ddof=1)))
    }


def has_every_class(counts: Counts) -> BoolArray:
    """Tell of each fold with clips whether it tests every class that some fold tests.

    Without a class a fold has no UF1 and no UAR, as most folds of leave-one-subject-out; it has a WAR.

    Parameters
    ----------
    counts
        Shape (F, K, K).

    Returns
    -------
    ndarray of bool
        One value per fold that has clips.
    """
    clips = counts.sum(axis=-1)
    tested = clips[clips.any(axis=-1)]
    return np.asarray(tested[:, clips.any(axis=0)].all(axis=-1))
