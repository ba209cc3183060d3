import math

import pytest
import torch

from mer.training.design import cross_entropy, logits_of, softmax_scores

# Scores of 3/4 and 1/4 in the first row, of 1/2 each in the second.
LOGITS = torch.tensor([[math.log(3.0), 0.0], [2.0, 2.0]])


def test_class_scores_come_first_in_a_tuple():
    assert logits_of(LOGITS) is LOGITS
    assert logits_of((LOGITS, "else")) is LOGITS


def test_scores_sum_to_one_in_double_precision():
    for outputs in (LOGITS, (LOGITS, None)):
        found = softmax_scores(outputs)
        assert found.dtype == torch.float64
        assert found.flatten().tolist() == pytest.approx([0.75, 0.25, 0.5, 0.5])


def test_cross_entropy_is_one_loss_per_sample():
    targets = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    expected = [math.log(4), math.log(2)]  # -log(1/4) and -log(1/2)
    assert cross_entropy(LOGITS, targets).tolist() == pytest.approx(expected)
    assert cross_entropy((LOGITS, None), targets).tolist() == pytest.approx(expected)


def test_cross_entropy_of_mixed_targets_is_mixed():
    mixed = torch.tensor([[0.25, 0.75], [0.5, 0.5]])
    # -(log(3/4) / 4 + 3 log(1/4) / 4)
    expected = [0.25 * math.log(4 / 3) + 0.75 * math.log(4), math.log(2)]
    assert cross_entropy(LOGITS, mixed).tolist() == pytest.approx(expected)
