import numpy as np
import pytest
import torch
from torch import nn

from mer.core.errors import TrainingError
from mer.training.loop import LoopSettings, _batches, score_network, train_network

CPU = torch.device("cpu")


def build():
    return nn.Sequential(nn.Flatten(), nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 3))


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 3
    return rng.normal(size=(24, 4)) + 3 * np.eye(3, 4)[labels], labels


def train(data, seed=0, **settings):
    settings = {"epochs": 5, "batch_size": 10, "learning_rate": 0.02, **settings}
    return train_network(build, *data, LoopSettings(**settings), np.random.default_rng(seed), CPU)


def scores(network, data):
    return score_network(network, data[0])


def test_it_learns(data):
    fitted = scores(train(data, epochs=100), data)
    assert fitted.shape == (24, 3)
    assert np.allclose(fitted.sum(axis=1), 1)
    assert (fitted.argmax(axis=1) == data[1]).mean() > 0.95


@pytest.mark.parametrize("order", ["shuffled", "class_order"])
def test_the_stream_alone_decides(data, order):
    torch.manual_seed(1)
    first = scores(train(data, order=order), data)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    second = scores(train(data, order=order), data)
    assert np.array_equal(first, second)
    assert torch.equal(torch.get_rng_state(), before)
    assert not np.array_equal(first, scores(train(data, seed=1, order=order), data))


def test_threads_play_no_role_and_are_given_back(data):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        first = scores(train(data), data)
        torch.set_num_threads(2)
        assert np.array_equal(first, scores(train(data), data))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert not torch.are_deterministic_algorithms_enabled()


def test_class_order_cuts_the_same_batches_every_epoch():
    labels = np.array([2, 0, 1, 0, 2])
    settings = LoopSettings(1, 2, 0.1, order="class_order")
    rng = np.random.default_rng(0)
    for _ in range(2):
        assert [b.tolist() for b in _batches(labels, settings, rng)] == [[1, 3], [2, 0], [4]]


def test_shuffled_batches_hold_every_sample_once_in_new_orders():
    settings = LoopSettings(1, 4, 0.1, order="shuffled")
    rng = np.random.default_rng(0)
    epochs = [list(_batches(np.zeros(10, int), settings, rng)) for _ in range(2)]
    for batches in epochs:
        assert [len(b) for b in batches] == [4, 4, 2]
        assert sorted(np.concatenate(batches)) == list(range(10))
    assert epochs[0][0].tolist() != epochs[1][0].tolist()


def test_a_sample_is_scored_on_its_own(data):
    network = train(data)
    assert np.array_equal(scores(network, data)[3:4], score_network(network, data[0][3:4]))


def test_scoring_leaves_the_threads_as_they_were(data):
    network, threads = train(data), torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        scores(network, data)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_weights_that_are_no_numbers_are_an_error(data):
    with pytest.raises(TrainingError, match="(weights that are no numbers|The loss is)"):
        train(data, epochs=1, batch_size=24, learning_rate=float("inf"))


def test_a_loss_that_is_no_number_is_an_error(data):
    images = data[0].copy()
    images[0, 0] = np.inf
    with pytest.raises(TrainingError, match="The loss is nan after epoch 1. Lower the learning rate"):
        train((images, data[1]))


def test_weight_decay_shrinks_weights(data):
    def size(network):
        return sum(float((parameter.detach() ** 2).sum()) for parameter in network.parameters())

    assert size(train(data, epochs=30, weight_decay=1.0)) < 0.8 * size(train(data, epochs=30))
