"""K folds by clip or by person, drawn from a seed."""

from collections.abc import Sequence

import numpy as np

from mer.core.errors import DataError
from mer.core.seeds import stream
from mer.core.types import Fold
from mer.protocols.base import folds_of_groups
from mer.tasks.base import LabelledSample


def k_groups(
    samples: Sequence[LabelledSample], k: int, *, by_person: bool, stratified: bool, seed: int
) -> list[list[str]]:
    """Divide samples into k groups of sample ids.

    Parameters
    ----------
    samples
        In any order; the result does not depend on it.
    k
        Number of groups.
    by_person
        Whether all clips of a person stay together.
    stratified
        Whether every group should hold about the same share of each class.
    seed
        Another seed gives another division.

    Raises
    ------
    DataError
        If there are fewer clips, people, or clips of a class than groups.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    ordered = sorted(samples, key=lambda one: one.sample.sample_id)
    people = [one.sample.person for one in ordered]
    labels = [one.label for one in ordered]
    units = len(set(people)) if by_person else len(ordered)
    if units < k:
        raise DataError(f"{k} folds need at least {k} {'people' if by_person else 'clips'}, found {units}.")
    least = min(labels.count(name) for name in set(labels))
    if stratified and least < k:
        raise DataError(f"{k} stratified folds need {k} clips of every class, the rarest has {least}.")
    classes = {
        (False, False): KFold,
        (False, True): StratifiedKFold,
        (True, False): GroupKFold,
        (True, True): StratifiedGroupKFold,
    }
    state = int(stream("k folds", seed, "split").integers(2**31))
    splitter = classes[by_person, stratified](k, shuffle=True, random_state=state)
    parts = splitter.split(np.zeros(len(ordered)), labels, people if by_person else None)
    return [[ordered[row].sample.sample_id for row in test] for _, test in parts]


def k_folds(
    samples: Sequence[LabelledSample], k: int, *, by_person: bool, stratified: bool, seed: int
) -> tuple[Fold, ...]:
    """Make k folds: each group is tested once, the others train."""
    groups = k_groups(samples, k, by_person=by_person, stratified=stratified, seed=seed)
    return folds_of_groups({f"fold{number}": group for number, group in enumerate(groups, start=1)})
