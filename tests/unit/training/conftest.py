"""A small network, samples that it can learn, and short ways to train on one fold or several."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d, Dropout
from mer.training.batches import Draws
from mer.training.course import Course
from mer.training.design import NetworkDesign, softmax_scores
from mer.training.loop import train_network
from mer.training.scoring import score_network
from mer.training.settings import TrainingParams
from mer.training.stacked import train_stacked

torch.set_num_threads(1)
CPU = torch.device("cpu")


class Small(nn.Module):
    """What real networks consist of, over images of shape (N, 2, 6, 6)."""

    def __init__(self, n_classes):
        super().__init__()
        self.convolution = nn.Conv2d(2, 4, 3)
        self.normalisation = BatchNorm2d(4)
        self.dropout = Dropout(0.3)
        self.classifier = nn.Linear(16, n_classes)

    def forward(self, images):
        x = self.normalisation(functional.relu(self.convolution(images)))
        return self.classifier(self.dropout(functional.avg_pool2d(x, 2)).flatten(1))


class Zero(nn.Module):
    """A linear layer without bias that starts at zero: every first score is 1/K."""

    def __init__(self, n_inputs, n_classes):
        super().__init__()
        self.layer = nn.Linear(n_inputs, n_classes, bias=False)
        nn.init.zeros_(self.layer.weight)

    def forward(self, x):
        return self.layer(x)


SMALL = NetworkDesign(Small)


def draws_of(n, **columns):
    """Draws for N samples that change nothing, but for some columns."""
    neutral = {
        "flipped": np.zeros(n),
        "angle": np.zeros(n),
        "scale": np.ones(n),
        "shift_x": np.zeros(n),
        "shift_y": np.zeros(n),
        "brightness": np.ones(n),
        "contrast": np.ones(n),
        "partner": np.arange(n),
        "share": np.ones(n),
    }
    return Draws(**neutral | {name: np.asarray(column) for name, column in columns.items()})


class StoppedError(Exception):
    """An interruption of training."""


def settings_of(**settings):
    return TrainingParams(**{"epochs": 4, "batch_size": 8, "lr": 0.01, **settings})


def train(samples, seed=0, course=None, design=SMALL, **settings):
    """Train on one fold."""
    rng = np.random.default_rng(seed)
    return train_network(design, settings_of(**settings), samples, rng, course or Course(), CPU)


def train_all(folds, courses=None, design=SMALL, seeds=None, **settings):
    """Train on several folds at once; fold n draws from stream n unless other seeds are told."""
    rngs = [np.random.default_rng(seed) for seed in seeds or range(len(folds))]
    courses = courses or [Course() for _ in folds]
    return train_stacked(design, settings_of(**settings), folds, rngs, courses, CPU)


def scores(network, samples):
    return score_network(network, samples.data, softmax_scores)


def same_weights(first, second):
    """Whether two networks hold the same weights and statistics bit by bit."""
    one, other = first.state_dict(), second.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def toy(make_samples):
    """Make N samples of four subjects; ``noise`` 1 is easy to learn, 4 invites learning by heart."""

    def make(n=24, seed=0, noise=1.0, labels=None):
        rng = np.random.default_rng(seed)
        labels = np.arange(n) % 3 if labels is None else np.asarray(labels)
        n = len(labels)
        pattern = np.random.default_rng(99).normal(size=(3, 2, 6, 6))
        data = rng.normal(size=(n, 2, 6, 6)) * noise + pattern[labels]
        return make_samples(data.astype(np.float32), labels)

    return make
