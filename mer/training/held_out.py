"""Holding out training subjects, to choose an epoch by."""

import warnings

import numpy as np

from mer.core.errors import TrainingError
from mer.core.types import IntArray, LabelledSamples

N_PARTS = 5


def hold_out(train: LabelledSamples, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Divide training samples by subject, a fifth of them held out, classes spread as evenly as can be.

    Only subjects with micro-expressions are divided, and only their micro-expressions are held out. Their
    macro-expressions are in neither part; those of all other subjects are learned from.

    Returns
    -------
    tuple of ndarray
        Positions to learn from and positions that are held out.

    Raises
    ------
    TrainingError
        If there is only one subject with micro-expressions.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    micro = np.arange(len(train)) if train.is_macro is None else np.flatnonzero(~train.is_macro)
    groups, labels = np.array(train.subjects)[micro], train.labels[micro]
    n_subjects = len(set(groups))
    if n_subjects < 2:
        raise TrainingError(
            f"'selection: inner_val' holds out training subjects, and there is only {n_subjects}. "
            "Take 'selection: last'."
        )
    n_parts = int(min(N_PARTS, n_subjects))
    seed = int(rng.integers(2**32))
    if np.unique(labels, return_counts=True)[1].max() < n_parts:
        # No class has a clip for every part, so that there is nothing to spread.
        splitter = GroupKFold(n_parts, shuffle=True, random_state=seed)
    else:
        splitter = StratifiedGroupKFold(n_parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # Of a class with fewer clips than parts: some part is without it.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        _, chosen = next(splitter.split(labels, labels, groups))
    learned = np.flatnonzero(~np.isin(train.subjects, groups[chosen]))
    return learned, micro[chosen]
