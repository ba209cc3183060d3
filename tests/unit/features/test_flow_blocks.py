import numpy as np
import pytest

from mer.features.flow_blocks import block_means, direction_maps, gradient_maps, mirrored, standardised


def test_blocks_are_means_of_what_is_left_without_mean_and_scale():
    image = np.zeros((1, 1, 4, 4), np.uint8)
    image[0, 0, :2, :2] = 100  # mean 25, standard deviation 25 * sqrt(3)
    expected = np.array([75, -25, -25, -25]) / (25 * np.sqrt(3))
    assert np.allclose(block_means(standardised(image), 2), expected)


def test_neither_brightness_nor_amplitude_of_a_channel_matters():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 2, 28, 28))
    scale, shift = rng.uniform(1, 9, (3, 2, 1, 1)), rng.normal(size=(3, 2, 1, 1))
    assert np.allclose(standardised(images), standardised(scale * images + shift))


@pytest.mark.parametrize(("size", "blocks", "features"), [(28, 7, 49), (10, 4, 16), (3, 7, 9)])
def test_the_grid_covers_every_pixel_once(size, blocks, features):
    rng = np.random.default_rng(0)
    image = rng.normal(size=(1, 1, size, size))
    means = block_means(standardised(image), blocks)
    assert means.shape == (1, features)
    rows = np.arange(size) * min(blocks, size) // size
    normal = (image[0, 0] - image.mean()) / image.std()
    by_hand = [normal[np.ix_(rows == i, rows == j)].mean() for i in np.unique(rows) for j in np.unique(rows)]
    assert np.allclose(means[0], by_hand)


def test_a_flat_channel_says_nothing():
    assert not standardised(np.full((1, 2, 8, 8), 7, np.uint8)).any()


def planes(u, v):
    """Make an image of flow from functions of x and y, -14 to 13 each."""
    y, x = np.mgrid[-14:14, -14:14].astype(float)
    return np.stack([u(x, y), v(x, y)])[None]


@pytest.mark.parametrize(
    ("u", "v", "which"),
    [
        (lambda x, y: x, lambda x, y: y, 0),  # everything moves away from the centre
        (lambda x, y: -y, lambda x, y: x, 1),  # everything turns around it
        (lambda x, y: x, lambda x, y: -y, 2),  # wider and lower
        (lambda x, y: y, lambda x, y: x, 3),
    ],
    ids=["divergence", "curl", "stretch", "shear"],
)
def test_each_map_sees_its_own_deformation(u, v, which):
    """u and v have one standard deviation, sqrt((28**2 - 1) / 12), so that each slope becomes 1 over it."""
    maps = gradient_maps(planes(u, v), sigma=0.5)[0, :, 6:22, 6:22]
    expected = np.zeros(4)
    expected[which] = 2 / np.sqrt((28**2 - 1) / 12)
    assert np.allclose(maps, expected[:, None, None], atol=1e-9)


def test_movement_of_the_whole_head_is_in_no_gradient():
    image = np.random.default_rng(0).normal(size=(1, 2, 28, 28))
    moved = image + np.array([3.0, -5.0])[:, None, None]
    assert np.allclose(gradient_maps(image, 1.0), gradient_maps(moved, 1.0))


def test_mirroring_turns_horizontal_flow_around():
    images = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    flipped = mirrored(images, 255.0)
    assert flipped[0, 0].tolist() == [[253, 254, 255], [250, 251, 252]]
    assert flipped[0, 1].tolist() == [[8, 7, 6], [11, 10, 9]]
    assert np.array_equal(mirrored(flipped, 255.0), images)
    assert np.array_equal(mirrored(images, None), images[..., ::-1])


def test_mirrored_gradients_are_gradients_of_the_mirror_image():
    """Divergence and stretch are the same left and right, curl and shear change their sign."""
    image = np.random.default_rng(0).normal(size=(1, 2, 28, 28))
    maps, others = gradient_maps(image, 1.0), gradient_maps(mirrored(image, 0.0), 1.0)
    signs = np.array([1, -1, 1, -1])[:, None, None]
    assert np.allclose(others[0], signs * maps[0][..., ::-1])


@pytest.mark.parametrize(
    ("u", "v", "sector"),
    [(1, 0, 0), (1, 1, 1), (0, 1, 2), (-1, 1, 3), (-1, 0, 4), (-1, -1, 5), (0, -1, 6), (1, -1, 7)],
)
def test_flow_counts_in_the_sector_it_points_to(u, v, sector):
    """A corner that moves, opposite to another one; the rest stands still."""
    image = np.zeros((1, 2, 28, 28))
    image[0, :, :7, :7] = np.array([u, v])[:, None, None]
    image[0, :, -7:, -7:] = -np.array([u, v])[:, None, None]
    maps = direction_maps(image, sigma=0.5, n_directions=8)
    # Of 784 pixels 98 move by one: standard deviation sqrt(1 / 8), and sqrt(2) times as long if both do.
    expected = np.zeros(8)
    expected[sector] = np.sqrt(8 * (u**2 + v**2))
    assert np.allclose(maps[0, :, 2, 2], expected)
    assert np.allclose(maps[0, :, 25, 25], np.roll(expected, 4))
    assert not maps[0, :, 14, 14].any()
