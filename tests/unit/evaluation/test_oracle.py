import numpy as np
import pytest

from mer.evaluation.oracle import oracle_epoch


def scores_of(predicted):
    """Scores (E, N, 3) that are highest for the classes told, epoch by epoch."""
    return np.eye(3)[np.array(predicted)] * 0.4 + 0.2


@pytest.mark.parametrize(
    ("predicted", "expected"),
    [
        # Right are 1, 3 and 2 of the three samples of classes 0, 1, 2.
        ([[0, 0, 0], [0, 1, 2], [0, 1, 1]], 1),
        ([[0, 0, 0], [1, 1, 2], [0, 1, 2]], 2),
        # 2, 1 and 2: the first of both.
        ([[0, 1, 1], [0, 0, 0], [0, 0, 2]], 0),
        # 1, 2, 2 and 2.
        ([[0, 2, 1], [0, 1, 0], [2, 1, 2], [0, 1, 1]], 1),
        ([[1, 2, 0], [2, 0, 1]], 0),
    ],
)
def test_the_first_epoch_with_most_right_samples_is_chosen(predicted, expected):
    assert oracle_epoch(scores_of(predicted), np.array([0, 1, 2])) == expected


def test_samples_count_and_not_classes():
    # Three samples of class 0 and one of class 1: 3 right of one class beat 2 right of both.
    assert oracle_epoch(scores_of([[0, 2, 2, 1], [0, 0, 0, 2]]), np.array([0, 0, 0, 1])) == 1


def test_how_sure_the_scores_are_plays_no_role():
    barely, surely = [0.4, 0.3, 0.3], [1.0, 0.0, 0.0]
    scores = np.array([[surely, [0.0, 0.0, 1.0]], [barely, [0.3, 0.4, 0.3]]])
    assert oracle_epoch(scores, np.array([0, 1])) == 1


def test_the_epoch_is_a_plain_number():
    assert type(oracle_epoch(scores_of([[0]]), np.array([0]))) is int
