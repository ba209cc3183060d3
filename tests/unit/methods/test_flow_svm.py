import numpy as np
import pytest

from mer.core.types import LabelledSamples, Samples
from mer.methods.flow_svm import FlowSvm, FlowSvmParams, block_means


def test_blocks_are_means_of_what_is_left_without_mean_and_scale():
    image = np.zeros((1, 1, 4, 4), np.uint8)
    image[0, 0, :2, :2] = 100  # mean 25, standard deviation 25 * sqrt(3)
    expected = np.array([75, -25, -25, -25]) / (25 * np.sqrt(3))
    assert np.allclose(block_means(image, 2), expected)


def test_neither_brightness_nor_amplitude_of_a_channel_matters():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 2, 28, 28))
    scale, shift = rng.uniform(1, 9, (3, 2, 1, 1)), rng.normal(size=(3, 2, 1, 1))
    assert np.allclose(block_means(images, 7), block_means(scale * images + shift, 7))


@pytest.mark.parametrize(("size", "blocks", "features"), [(28, 7, 49), (10, 4, 16), (3, 7, 9)])
def test_the_grid_covers_every_pixel_once(size, blocks, features):
    rng = np.random.default_rng(0)
    image = rng.normal(size=(1, 1, size, size))
    means = block_means(image, blocks)
    assert means.shape == (1, features)
    rows = np.arange(size) * min(blocks, size) // size
    normal = (image[0, 0] - image.mean()) / image.std()
    by_hand = [normal[np.ix_(rows == i, rows == j)].mean() for i in np.unique(rows) for j in np.unique(rows)]
    assert np.allclose(means[0], by_hand)


def test_a_flat_channel_says_nothing():
    assert not block_means(np.full((1, 2, 8, 8), 7, np.uint8), 2).any()


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_movement_to_one_side_is_learned(kernel):
    rng = np.random.default_rng(0)
    images = rng.normal(size=(40, 2, 28, 28))
    labels = np.arange(40) % 2
    images[labels == 1, 0, :14] += 2
    names = tuple(map(str, range(40)))
    train = LabelledSamples(names[:30], images[:30], names[:30], labels[:30], ("a", "b"))
    fitted = FlowSvm(FlowSvmParams(kernel=kernel)).fit(train, rng)
    scores = fitted.predict_proba(Samples(names[30:], images[30:]))
    assert (scores.argmax(axis=1) == labels[30:]).all()
