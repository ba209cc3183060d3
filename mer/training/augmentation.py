"""Random changes of training images, as drawn for each sample."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mer.core.types import FloatArray
from mer.training.batches import Draws


def augment(
    images: Tensor, targets: Tensor, draws: Draws, mirror_sum: float | None = None
) -> tuple[Tensor, Tensor]:
    """Change images as drawn: mirror, turn and shift, brighten, mix.

    Parameters
    ----------
    images
        Shape (N, C, H, W), or (N, T, C, H, W), whose T frames are changed alike.
    targets
        Shape (N, K).
    draws
        N entries each.
    mirror_sum
        What horizontal flow, in channel 0, and its mirror image add up to; None where images hold no flow.

    Returns
    -------
    tuple of Tensor
        Images and targets of the same shapes. What a turned or shifted image does not cover repeats its
        edge. Flow is moved with the image, its vectors are not turned.
    """
    shape = images.shape
    planes = _mirrored(images, draws, mirror_sum).flatten(1, -3)
    planes = _moved(planes, draws)
    planes = _brightened(planes, draws)
    return mixup(planes.view(shape), draws), mixup(targets, draws)


def mixup(values: Tensor, draws: Draws) -> Tensor:
    """Mix what is known of each sample (N, ...) with that of its partner, as mixup has drawn it."""
    if not (draws.share < 1).any():
        return values
    partner = torch.as_tensor(draws.partner, device=values.device)
    share = _column(draws.share, values).view(-1, *[1] * (values.ndim - 1))
    return share * values + (1 - share) * values[partner]


def _mirrored(images: Tensor, draws: Draws, mirror_sum: float | None) -> Tensor:
    if not draws.flipped.any():
        return images
    mirrored = images.flip(-1)
    if mirror_sum is not None:
        mirrored[..., 0, :, :] = mirror_sum - mirrored[..., 0, :, :]
    flipped = torch.as_tensor(draws.flipped > 0, device=images.device)
    return torch.where(flipped.view(-1, *[1] * (images.ndim - 1)), mirrored, images)


def _moved(planes: Tensor, draws: Draws) -> Tensor:
    """Turn, scale and shift around the centre."""
    if not (draws.angle.any() or (draws.scale != 1).any() or draws.shift_x.any() or draws.shift_y.any()):
        return planes
    angle = np.deg2rad(draws.angle)
    cosine, sine = np.cos(angle) / draws.scale, np.sin(angle) / draws.scale
    # From where in the old image a point of the new one comes; the side spans -1 to 1.
    back_x = -2 * (cosine * draws.shift_x + sine * draws.shift_y)
    back_y = -2 * (cosine * draws.shift_y - sine * draws.shift_x)
    theta = np.stack([np.stack([cosine, sine, back_x], 1), np.stack([-sine, cosine, back_y], 1)], 1)
    grid = functional.affine_grid(
        torch.as_tensor(theta, dtype=planes.dtype, device=planes.device), list(planes.shape), False
    )
    return functional.grid_sample(planes, grid, padding_mode="border", align_corners=False)


def _brightened(planes: Tensor, draws: Draws) -> Tensor:
    if (draws.brightness == 1).all() and (draws.contrast == 1).all():
        return planes
    bright = planes * _column(draws.brightness, planes)
    mean = bright.mean(dim=(1, 2, 3), keepdim=True)
    return (bright - mean) * _column(draws.contrast, planes) + mean


def _column(values: FloatArray, like: Tensor) -> Tensor:
    return torch.as_tensor(values, dtype=like.dtype, device=like.device).view(-1, 1, 1, 1)
