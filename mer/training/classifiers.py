"""Classifiers of scikit-learn that weigh classes the same and score every class of a task."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mer.core.types import FloatArray, IntArray
from mer.training.svm import FittedSvm, fit_svm

Kind = Literal["svm", "trees", "lda"]


@dataclass(frozen=True)
class FittedEstimator:
    """A trained estimator with ``predict_proba`` and the number K of classes of the task."""

    estimator: Any
    n_classes: int

    def scores(self, features: FloatArray) -> FloatArray:
        """Score features of shape (N, D); (N, K), zero for a class without a training sample."""
        scores = np.zeros((len(features), self.n_classes))
        scores[:, self.estimator.classes_] = self.estimator.predict_proba(features)
        return scores


FittedClassifier = FittedSvm | FittedEstimator


def fit_classifier(
    kind: Kind,
    features: FloatArray,
    labels: IntArray,
    *,
    n_classes: int,
    penalty: float = 1.0,
    n_trees: int = 200,
    min_leaf: int = 3,
    seed: int = 0,
) -> FittedClassifier:
    """Train a classifier in which classes weigh the same.

    Parameters
    ----------
    kind
        ``svm``: support vector machine with RBF kernel. ``trees``: extremely randomised trees. ``lda``:
        linear discriminant analysis with the covariance shrunk as Ledoit and Wolf do.
    features, labels
        Arrays of shape (N, D) and (N,), labels from 0 to K - 1.
    n_classes
        Number K of classes, also those without a training sample.
    penalty
        The machine's constant C.
    n_trees, min_leaf
        Number of trees, and the fewest samples in a leaf.
    seed
        Of the trees.
    """
    seen = np.unique(labels)
    if kind == "svm" or len(seen) == 1:
        return fit_svm(features, labels, n_classes=n_classes, penalty=penalty, kernel="rbf", balanced=True)
    estimator: Any
    if kind == "trees":
        from sklearn.ensemble import ExtraTreesClassifier

        estimator = ExtraTreesClassifier(
            n_trees, min_samples_leaf=min_leaf, class_weight="balanced", random_state=seed
        )
    else:
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

        estimator = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage="auto", priors=np.full(len(seen), 1 / len(seen))
        )
    return FittedEstimator(estimator.fit(features, labels), n_classes)
