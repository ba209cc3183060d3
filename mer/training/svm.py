"""Support vector machines that score every class of a task."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from mer.core.types import FloatArray, IntArray

if TYPE_CHECKING:
    from sklearn.svm import SVC


@dataclass(frozen=True)
class FittedSvm:
    """A trained machine and the classes it has seen.

    Attributes
    ----------
    machine
        None if the training samples were all of one class.
    seen
        Labels of the training samples, ascending.
    n_classes
        Number K of classes of the task.
    """

    machine: "SVC | None"
    seen: IntArray
    n_classes: int

    def scores(self, features: FloatArray) -> FloatArray:
        """Score features of shape (N, D); returns (N, K), rows sum to one.

        The scores are the softmax of the one-versus-rest decision values, so their order is the
        machine's own; they are no calibrated probabilities. A class without a training sample
        scores zero.
        """
        scores = np.zeros((len(features), self.n_classes))
        if self.machine is None:
            scores[:, self.seen[0]] = 1.0
            return scores
        decision = self.machine.decision_function(features)
        if decision.ndim == 1:
            decision = np.stack([-decision, decision], axis=1)
        exponent = np.exp(decision - decision.max(axis=1, keepdims=True))
        scores[:, self.seen] = exponent / exponent.sum(axis=1, keepdims=True)
        return scores


def fit_svm(
    features: FloatArray,
    labels: IntArray,
    *,
    n_classes: int,
    penalty: float,
    kernel: Literal["linear", "rbf"] = "linear",
    balanced: bool = False,
) -> FittedSvm:
    """Train a support vector machine, one versus one.

    Parameters
    ----------
    features
        Array of shape (N, D).
    labels
        Integers of shape (N,), from 0 to K - 1.
    n_classes
        Number K of classes, also those without a training sample.
    penalty
        The constant C.
    kernel
        ``linear``, or ``rbf`` with gamma = 1 / (D * variance).
    balanced
        Whether each class weighs the same.
    """
    from sklearn.svm import SVC  # planning does without

    seen = np.unique(labels)
    if len(seen) == 1:
        return FittedSvm(None, seen, n_classes)
    machine = SVC(C=penalty, kernel=kernel, class_weight="balanced" if balanced else None)
    machine.fit(features, labels)
    return FittedSvm(machine, seen, n_classes)
