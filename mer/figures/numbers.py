"""What figures show, from the predictions of several methods; all of them are means over seeds."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mer.evaluation.averaging import Pooling, averaged
from mer.evaluation.counts import count_by
from mer.evaluation.metrics import METRICS, f1_per_class, recall_per_class
from mer.evaluation.oracle import oracle_epoch


def class_scores(predictions: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Compute recall and F1 of each class from pooled predictions.

    Parameters
    ----------
    predictions
        With the columns of prediction files, variants below each other in their order.
    classes
        K class names.

    Returns
    -------
    DataFrame
        Columns variant, selection, metric (``recall`` or ``f1``), class, value, n_clips (of the class).
    """
    rows = []
    for (variant, selection), part in predictions.groupby(["variant", "selection"], sort=False):
        _, counts = count_by(part, classes, ("seed",))
        n_clips = [part.loc[part["true"] == name, "sample_id"].nunique() for name in classes]
        for metric, values in (("recall", recall_per_class(counts)), ("f1", f1_per_class(counts))):
            about = {"variant": variant, "selection": selection, "metric": metric, "class": list(classes)}
            rows.append(pd.DataFrame({**about, "value": values.mean(axis=0), "n_clips": n_clips}))
    return pd.concat(rows, ignore_index=True)


def accuracies(predictions: pd.DataFrame, *places: str) -> pd.DataFrame:
    """Count the clips of each place, a subject or a fold, and the share that each variant classifies rightly.

    Parameters
    ----------
    predictions
        One row per clip and seed.
    places
        Columns that tell places apart.

    Returns
    -------
    DataFrame
        Columns variant, selection, those of ``places``, accuracy, n_clips.
    """
    right = predictions.assign(accuracy=predictions["true"] == predictions["predicted"])
    grouped = right.groupby(["variant", "selection", *places], sort=False)
    found = grouped["accuracy"].mean().reset_index()
    return found.assign(n_clips=grouped["sample_id"].nunique().to_numpy())


def epoch_scores(
    trajectories: pd.DataFrame, labels: "pd.Series[int]", n_classes: int, metric: str, pooling: Pooling
) -> pd.DataFrame:
    """Score the clips of all folds after every epoch, by the protocol's rule.

    Parameters
    ----------
    trajectories
        Scores after every epoch: columns seed, fold, epoch, sample_id and ``score_<class>``, in the order of
        classes.
    labels
        Position of the class of every sample, by sample id.
    n_classes
        Number K of classes.
    metric
        Name of the score.
    pooling
        Whether folds are pooled or their scores averaged.

    Returns
    -------
    DataFrame
        Columns seed, epoch, value.
    """
    columns = [name for name in trajectories.columns if name.startswith("score_")]
    predicted = trajectories[columns].to_numpy(float).argmax(axis=1)
    true = trajectories["sample_id"].map(labels).to_numpy(int)
    cells = true * n_classes + predicted
    numbered, keys = pd.factorize(pd.MultiIndex.from_frame(trajectories[["seed", "epoch"]]), sort=True)
    folds, names = pd.factorize(trajectories["fold"])
    shape = (len(keys), len(names), n_classes, n_classes)
    flat = (numbered * len(names) + folds) * n_classes**2 + cells
    counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    values = averaged(METRICS[metric], counts, pooling)
    return pd.DataFrame(list(keys), columns=["seed", "epoch"]).assign(value=values)


def oracle_choices(trajectories: pd.DataFrame, labels: "pd.Series[int]") -> pd.DataFrame:
    """Find the epoch, from 1, that an oracle chooses for each fold.

    Returns
    -------
    DataFrame
        Columns seed, fold, epoch.
    """
    columns = [name for name in trajectories.columns if name.startswith("score_")]
    found = []
    for (seed, fold), part in trajectories.groupby(["seed", "fold"]):
        ordered = part.sort_values(["epoch", "sample_id"])
        n_epochs = ordered["epoch"].nunique()
        scores = ordered[columns].to_numpy(float).reshape(n_epochs, -1, len(columns))
        true = ordered["sample_id"].map(labels).to_numpy(int)[: scores.shape[1]]
        found.append((seed, fold, oracle_epoch(scores, true) + 1))
    return pd.DataFrame(found, columns=["seed", "fold", "epoch"])
