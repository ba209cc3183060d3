import numpy as np
import pytest
import torch

from mer.training.design import softmax_scores
from mer.training.scoring import score_network
from tests.unit.training.conftest import Small, scores


@pytest.fixture
def network():
    torch.manual_seed(0)
    return Small(3).eval()


def test_scores_sum_to_one_in_double_precision(network, toy):
    found = scores(network, toy(5))
    assert found.shape == (5, 3)
    assert found.dtype == np.float64
    assert np.allclose(found.sum(axis=1), 1, atol=1e-12)
    assert len(np.unique(found)) == 15


def test_a_sample_is_scored_on_its_own(network, toy):
    samples = toy(9)
    assert np.array_equal(scores(network, samples)[3:4], scores(network, samples.take([3])))


def test_scoring_leaves_the_threads_as_they_were(network, toy):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        scores(network, toy(2))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_scores_come_from_the_function_that_is_told(network, toy):
    found = score_network(network, toy(4).data, lambda outputs: softmax_scores(-outputs))
    assert np.array_equal(found.argmax(axis=1), scores(network, toy(4)).argmin(axis=1))


def test_images_in_double_precision_are_taken(network, toy):
    samples = toy(2)
    assert np.array_equal(
        scores(network, samples), scores(network, samples.with_data(samples.data.astype(float)))
    )


def test_no_samples_have_no_scores(network, toy):
    assert scores(network, toy(3).take([])).shape == (0, 3)
