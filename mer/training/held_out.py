"""Holding out training subjects, to choose an epoch or a classifier by."""

import warnings

import numpy as np

from mer.core.errors import TrainingError
from mer.core.types import IntArray, LabelledSamples

N_PARTS = 5


def hold_out(train: LabelledSamples, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Divide training samples by subject, a fifth of them held out, classes spread as evenly as can be.

    Returns
    -------
    tuple of ndarray
        Positions to learn from and positions that are held out.

    Raises
    ------
    TrainingError
        If there is only one subject.
    """
    if len(set(train.subjects)) < 2:
        raise TrainingError(
            f"'selection: inner_val' holds out training subjects, and there is only "
            f"{len(set(train.subjects))}. Take 'selection: last'."
        )
    return divisions(train, rng)[0]


def divisions(train: LabelledSamples, rng: np.random.Generator) -> list[tuple[IntArray, IntArray]]:
    """Divide training samples by subject in five ways, each of which holds another fifth out.

    Returns
    -------
    list
        Positions to learn from and positions that are held out; fewer pairs where there are fewer
        subjects, none where there is one.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    n_parts = int(min(N_PARTS, len(set(train.subjects))))
    if n_parts < 2:
        return []
    groups, seed = np.array(train.subjects), int(rng.integers(2**32))
    if np.unique(train.labels, return_counts=True)[1].max() < n_parts:
        # No class has a clip for every part, so that there is nothing to spread.
        splitter = GroupKFold(n_parts, shuffle=True, random_state=seed)
    else:
        splitter = StratifiedGroupKFold(n_parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # Of a class with fewer clips than parts: some part is without it.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return list(splitter.split(train.labels, train.labels, groups))
