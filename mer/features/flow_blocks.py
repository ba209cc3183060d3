"""What flow images show, averaged over blocks: movement, and how it changes from place to place."""

import numpy as np
from scipy.ndimage import gaussian_filter

from mer.core.types import Array, FloatArray


def standardised(images: Array) -> FloatArray:
    """Give each channel of each image mean 0 and standard deviation 1.

    Images that are rescaled to span 0 to 255 have lost zero and amplitude. A channel of one value becomes
    zeros.

    Parameters
    ----------
    images
        Shape (N, C, H, W).
    """
    centred = images.astype(float) - images.mean(axis=(2, 3), keepdims=True)
    deviation = centred.std(axis=(2, 3), keepdims=True)
    return centred / np.where(deviation > 0, deviation, 1.0)


def gradient_maps(images: Array, sigma: float) -> FloatArray:
    """Compute how flow changes from place to place: what is left when the whole head moves is nothing.

    Parameters
    ----------
    images
        Horizontal and vertical flow in the first two of C channels, (N, C, H, W).
    sigma
        Standard deviation of the Gaussian that smooths flow before, in pixels; edges are mirrored.

    Returns
    -------
    ndarray of shape (N, 4, H, W)
        With u and v standardised, central differences and x to the right, y down: divergence u_x + v_y, curl
        v_x - u_y, stretch u_x - v_y and shear u_y + v_x.
    """
    flow = _smoothed(images, sigma)
    (u_y, v_y), (u_x, v_x) = (np.gradient(flow, axis=axis).swapaxes(0, 1) for axis in (2, 3))
    return np.stack([u_x + v_y, v_x - u_y, u_x - v_y, u_y + v_x], axis=1)


def direction_maps(images: Array, sigma: float, n_directions: int) -> FloatArray:
    """Spread the length of flow over directions: averaged over blocks, a histogram of oriented flow.

    Parameters
    ----------
    images
        Horizontal and vertical flow in the first two of C channels, (N, C, H, W).
    sigma
        As for :func:`gradient_maps`.
    n_directions
        Number B of sectors; the first is centred on the right, others follow clockwise, as y points down.

    Returns
    -------
    ndarray of shape (N, B, H, W)
        The length of flow, of which u and v are standardised, in the sector it points to; 0 in others.
    """
    u, v = _smoothed(images, sigma).swapaxes(0, 1)
    sector = np.rint(np.arctan2(v, u) * n_directions / (2 * np.pi)).astype(int) % n_directions
    return np.stack([np.where(sector == one, np.hypot(u, v), 0) for one in range(n_directions)], axis=1)


def block_means(maps: Array, blocks: int) -> FloatArray:
    """Average maps over a grid of blocks.

    Parameters
    ----------
    maps
        Shape (N, C, H, W).
    blocks
        Rows and columns of blocks; a pixel row i of H belongs to block ``i * blocks // H``.

    Returns
    -------
    ndarray of shape (N, C * blocks * blocks)
    """
    rows, columns = (_starts(size, blocks) for size in maps.shape[2:])
    sums = np.add.reduceat(np.add.reduceat(maps, rows, axis=2), columns, axis=3)
    heights, widths = (
        np.diff([*starts, size]) for starts, size in zip((rows, columns), maps.shape[2:], strict=True)
    )
    return (sums / np.outer(heights, widths)).reshape(len(maps), -1)


def mirrored(images: Array, mirror_sum: float | None) -> Array:
    """Mirror images of shape (N, ..., C, H, W) left to right.

    Parameters
    ----------
    images
        With horizontal flow in channel 0, or without flow.
    mirror_sum
        What horizontal flow and its mirror image add up to; None where images hold no flow.
    """
    flipped = np.ascontiguousarray(images[..., ::-1])
    if mirror_sum is not None:
        flipped[..., 0, :, :] = mirror_sum - flipped[..., 0, :, :]
    return flipped


def _smoothed(images: Array, sigma: float) -> FloatArray:
    """Standardise horizontal and vertical flow and smooth them, (N, 2, H, W)."""
    flow = gaussian_filter(standardised(images[:, :2]), sigma=(0, 0, sigma, sigma), mode="mirror")
    return np.asarray(flow)


def _starts(size: int, blocks: int) -> Array:
    """Return the first row of each block; there are no more blocks than rows."""
    return np.unique(-(-np.arange(min(blocks, size)) * size // min(blocks, size)))
