"""Holding out training subjects, to choose an epoch or a classifier by."""

import warnings

import numpy as np

from mer.core.errors import TrainingError
from mer.core.types import IntArray, LabelledSamples

N_PARTS = 5


def hold_out(train: LabelledSamples, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Divide training samples by subject, a fifth of them held out, classes spread as evenly as can be.

    Only subjects with micro-expressions are held out, and only by these; see ``divisions``. Whoever alone
    shows a class is not among them: it could not be learned, though the held-out loss would count it.

    Returns
    -------
    tuple of ndarray
        Positions to learn from and positions that are held out.

    Raises
    ------
    TrainingError
        If there is only one subject with micro-expressions, or some class is lost whoever is held out.
    """
    n_subjects = len(set(np.array(train.subjects)[_micro(train)]))
    if n_subjects < 2:
        raise TrainingError(
            f"'selection: inner_val' holds out training subjects, and there is only {n_subjects}. "
            "Take 'selection: last'."
        )
    classes = set(train.labels)
    for learned, held_out in divisions(train, rng):
        if set(train.labels[learned]) == classes:
            return learned, held_out
    raise TrainingError(
        "'selection: inner_val' holds out training subjects, and whoever is held out, nobody else shows some "
        f"class. Clips (subjects): {_spread(train)}. Take 'selection: last'."
    )


def divisions(train: LabelledSamples, rng: np.random.Generator) -> list[tuple[IntArray, IntArray]]:
    """Divide training samples by subject in five ways, each of which holds another fifth out.

    Only subjects with micro-expressions are divided, and only their micro-expressions are held out. Their
    macro-expressions are in neither part then; those of all other subjects are learned from.

    Returns
    -------
    list
        Positions to learn from and positions that are held out; fewer pairs where there are fewer
        subjects, none where there is one.
    """
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    micro = _micro(train)
    groups, labels = np.array(train.subjects)[micro], train.labels[micro]
    n_parts = int(min(N_PARTS, len(set(groups))))
    if n_parts < 2:
        return []
    seed = int(rng.integers(2**32))
    if np.unique(labels, return_counts=True)[1].max() < n_parts:
        # No class has a clip for every part, so that there is nothing to spread.
        splitter = GroupKFold(n_parts, shuffle=True, random_state=seed)
    else:
        splitter = StratifiedGroupKFold(n_parts, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        # Of a class with fewer clips than parts: some part is without it.
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        parts = [held_out for _, held_out in splitter.split(labels, labels, groups)]
    return [(np.flatnonzero(~np.isin(train.subjects, groups[part])), micro[part]) for part in parts]


def _spread(train: LabelledSamples) -> str:
    """Count the clips and the subjects of every class that occurs."""
    subjects = np.array(train.subjects)
    rows = {train.classes[label]: train.labels == label for label in np.unique(train.labels)}
    return ", ".join(f"{name} {chosen.sum()} ({len(set(subjects[chosen]))})" for name, chosen in rows.items())


def _micro(train: LabelledSamples) -> IntArray:
    """Return the positions of micro-expressions."""
    return np.arange(len(train)) if train.is_macro is None else np.flatnonzero(~train.is_macro)
