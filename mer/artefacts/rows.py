"""From scores of a fold's test samples to rows of files."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from mer.artefacts.folds import Split
from mer.artefacts.predictions import score_columns
from mer.core.types import FloatArray


def prediction_rows(
    split: Split, sample_ids: Sequence[str], scores: FloatArray, about: Mapping[str, Any]
) -> pd.DataFrame:
    """Make rows of predictions.

    Parameters
    ----------
    split
        Samples and classes of the protocol.
    sample_ids
        N test samples.
    scores
        Shape (N, K).
    about
        What is the same for all rows: method, variant, selection, seed, fold, recipe, device, seconds.

    Returns
    -------
    DataFrame
        One row per sample, in the columns of prediction files.
    """
    tested = [split.samples[sample_id] for sample_id in sample_ids]
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
    return rows.assign(protocol=split.protocol, task=split.task, source=split.source, **about)


def trajectory_rows(
    split: Split, sample_ids: Sequence[str], scores: Sequence[FloatArray], about: Mapping[str, Any]
) -> pd.DataFrame:
    """Make rows of scores after every epoch, each of shape (N, K); ``about`` is the same for all rows."""
    epochs = [
        pd.DataFrame(
            {
                "epoch": epoch,
                "sample_id": list(sample_ids),
                **dict(zip(score_columns(split.classes), one.astype(float).T, strict=True)),
            }
        )
        for epoch, one in enumerate(scores, start=1)
    ]
    return pd.concat(epochs, ignore_index=True).assign(**about)
