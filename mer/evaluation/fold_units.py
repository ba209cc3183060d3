"""Whether the folds of a protocol are a unit that methods can be compared on."""

from collections.abc import Sequence

import pandas as pd

from mer.core.types import Fold
from mer.evaluation.averaging import has_every_class
from mer.evaluation.counts import count_by

# With two folds neither is trained on what the other is, and a t-test has one degree of freedom.
_FEWEST = 3


def are_units(rows: pd.DataFrame, classes: Sequence[str]) -> bool:
    """Tell whether every fold has scores of its own and is more than a person.

    Three folds or more, each clip in one of them, every class in each. Leave-one-subject-out does not count:
    there the subject is the unit, and most folds lack a class and with it UF1 and UAR.

    Parameters
    ----------
    rows
        Predictions of one method under one seed, with the columns of prediction files.
    classes
        K class names.
    """
    (folds,), counts = count_by(rows, classes, ("fold",))
    if len(folds) < _FEWEST or rows["sample_id"].duplicated().any():
        return False
    people = rows.groupby("fold")["person"].nunique()
    return bool(has_every_class(counts).all() and (people > 1).any())


def share_of_folds(folds: Sequence[Fold]) -> float | None:
    """Return ``n_test / n_train`` of a cross-validation; None if the folds are none.

    They are one if what a fold tests, all others are trained on: not so where one database is trained on and
    another is tested.
    """
    for one in folds:
        tested = set(one.test)
        if any(other is not one and not tested <= set(other.train) for other in folds):
            return None
    return sum(len(fold.test) for fold in folds) / sum(len(fold.train) for fold in folds)


def share_of_rows(rows: pd.DataFrame) -> float:
    """Return ``n_test / n_train`` where only predictions are known: a fold is trained on all other clips.

    Parameters
    ----------
    rows
        Predictions of one method under one seed; each clip in one of several folds.
    """
    sizes = rows.groupby("fold").size()
    return float(sizes.sum() / (len(rows) - sizes).sum())
