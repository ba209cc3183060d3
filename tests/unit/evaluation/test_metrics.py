"""Values from the published confusion matrices, see the captions of the papers' figures and tables."""

import numpy as np
import pytest

from mer.core.errors import DataError
from mer.evaluation.metrics import confusion_matrix, f1_per_class, recall_per_class, uar, uf1, war

PUBLISHED = {
    "FR Fig. 3b": ([[209, 34, 7], [27, 77, 5], [10, 6, 67]], 0.7838, 0.7832, 0.7986),
    "FR Fig. 3a": ([[201, 37, 12], [31, 70, 8], [12, 7, 64]], 0.7360, 0.7391, 0.7579),
    "STSTNet log, composite": ([[219, 22, 9], [40, 62, 7], [21, 3, 59]], 0.7353, 0.7186, None),
    "STSTNet log, SMIC": ([[54, 10, 6], [17, 30, 4], [14, 1, 28]], 0.6801, 0.6703, None),
    "STSTNet log, CASME II": ([[83, 5, 0], [12, 19, 1], [2, 0, 23]], 0.8382, 0.8190, None),
    "STSTNet log, SAMM": ([[82, 7, 3], [11, 13, 2], [5, 2, 8]], 0.6588, 0.6415, None),
    "STSTNet release": ([[195, 39, 16], [36, 68, 5], [12, 7, 64]], 0.7209, 0.7250, None),
    "CapsuleNet log": ([[192, 30, 24], [33, 65, 11], [25, 9, 46]], 0.6520, 0.6506, None),
}


@pytest.mark.parametrize("source", PUBLISHED)
def test_published_matrices_give_the_published_scores(source):
    matrix, expected_uf1, expected_uar, expected_war = PUBLISHED[source]
    confusion = np.array(matrix)
    assert round(uf1(confusion), 4) == expected_uf1
    assert round(uar(confusion), 4) == expected_uar
    if expected_war is not None:
        assert round(war(confusion), 4) == expected_war


def test_always_negative_on_the_composite():
    confusion = np.array([[250, 0, 0], [109, 0, 0], [83, 0, 0]])
    assert round(war(confusion), 4) == 0.5656
    assert uar(confusion) == pytest.approx(1 / 3)
    assert uf1(confusion) == pytest.approx(2 * 250 / (442 + 250) / 3)


def test_a_class_without_samples_scores_zero():
    confusion = np.array([[2, 0, 0], [0, 3, 0], [0, 0, 0]])
    assert recall_per_class(confusion).tolist() == [1, 1, 0]
    assert f1_per_class(confusion).tolist() == [1, 1, 0]


def test_counts_by_hand():
    true, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    assert confusion_matrix(true, predicted, 3).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 1]]


def test_refuses_positions_outside_the_classes():
    with pytest.raises(DataError, match="between 0 and 2, got 0 to 3"):
        confusion_matrix(np.array([0, 3]), np.array([0, 0]), 3)
    with pytest.raises(DataError, match="one shape"):
        confusion_matrix(np.array([0]), np.array([0, 0]), 3)
