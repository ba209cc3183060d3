"""Smoothing, shrinking and warping of picture planes with cubic splines, in PyTorch.

All by shifted sums and gathers in a fixed order, so that a plane's result does not depend on the planes
beside it. Beyond its border a plane is mirrored, the border pixel included.
"""

import math
from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

# Pole of the cubic spline's inverse filter; its powers fall below float32's precision after 12 taps.
_POLE = math.sqrt(3) - 2
_TAPS = 12


def smooth(planes: Tensor, sd: float) -> Tensor:
    """Smooth by a Gaussian.

    Parameters
    ----------
    planes
        float32 of shape (..., H, W).
    sd
        Standard deviation in pixels; 0 changes nothing.
    """
    return planes if sd == 0 else _filtered(planes, _gaussian(sd))


def spline_coefficients(planes: Tensor) -> Tensor:
    """Turn pixels into coefficients of the cubic spline through them.

    Unser 1999, by the impulse response of the inverse filter.

    Parameters
    ----------
    planes
        float32 of shape (..., H, W).
    """
    return _filtered(planes, _inverse())


def warp(coefficients: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Read a spline where a flow points to.

    Parameters
    ----------
    coefficients
        float32 of shape (N, H, W) from ``spline_coefficients``.
    flow
        Displacement (u, v) in pixels, shape (N, 2, H, W).

    Returns
    -------
    tuple of tensors of shape (N, H, W) and (N, 2, H, W)
        Value, and slope along x and y per pixel. Beyond the border the slope is zero and the value that
        of the nearest border pixel.
    """
    N, H, W = coefficients.shape
    x, inside_x = _position(torch.arange(W, device=flow.device), flow[:, 0])
    y, inside_y = _position(torch.arange(H, device=flow.device)[:, None], flow[:, 1])
    left, top = x.floor(), y.floor()
    weights_x, slopes_x = _weights(x - left)
    weights_y, slopes_y = _weights(y - top)
    columns = [(left.long() + shift).clamp_(0, W - 1) for shift in (-1, 0, 1, 2)]
    flat = coefficients.reshape(N, H * W)
    value, slope_x, slope_y = (torch.zeros_like(coefficients) for _ in range(3))
    for row in range(4):
        start = (top.long() + (row - 1)).clamp_(0, H - 1).mul_(W)
        taps = [flat.gather(1, (start + column).reshape(N, H * W)).reshape(N, H, W) for column in columns]
        along = _sum_of_products(taps, weights_x)
        value += along * weights_y[row]
        slope_y += along * slopes_y[row]
        slope_x += _sum_of_products(taps, slopes_x) * weights_y[row]
    return value, torch.stack([slope_x, slope_y], dim=1) * (inside_x & inside_y)[:, None]


def resize(planes: Tensor, size: tuple[int, int]) -> Tensor:
    """Bring planes of shape (..., H, W) to another size by linear interpolation between pixel centres."""
    for axis, length in ((-2, size[0]), (-1, size[1])):
        old = planes.shape[axis]
        at = ((torch.arange(length, device=planes.device) + 0.5) * (old / length) - 0.5).clamp_(0, old - 1)
        low = at.floor().long()
        part = at - low
        if axis == -2:
            part = part[:, None]
        start = planes.index_select(axis, low)
        end = planes.index_select(axis, (low + 1).clamp_(max=old - 1))
        planes = start + (end - start) * part
    return planes


def _position(pixel: Tensor, displacement: Tensor) -> tuple[Tensor, Tensor]:
    """Move pixels; return where to, kept inside the frame, and whether that was inside."""
    last = int(pixel.max())
    moved = displacement + pixel
    return moved.clamp(0, last), (moved >= 0) & (moved <= last)


def _weights(t: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Weigh the four coefficients around a point by the cubic B-spline; and by its derivative."""
    s = 1 - t
    t2, s2 = t * t, s * s
    weights = [s2 * s / 6, (4 - 3 * t2 * (2 - t)) / 6, (4 - 3 * s2 * (2 - s)) / 6, t2 * t / 6]
    slopes = [s2 * -0.5, t * (1.5 * t - 2), s * (2 - 1.5 * s), t2 * 0.5]
    return weights, slopes


def _sum_of_products(taps: list[Tensor], weights: list[Tensor]) -> Tensor:
    total = taps[0] * weights[0]
    for tap, weight in zip(taps[1:], weights[1:], strict=True):
        total += tap * weight
    return total


def _filtered(planes: Tensor, half: Sequence[float]) -> Tensor:
    """Apply a symmetric filter along both axes; ``half`` starts at its centre."""
    reach = len(half) - 1
    for axis in (-2, -1):
        length = planes.shape[axis]
        around = torch.arange(-reach, length + reach, device=planes.device) % (2 * length)
        padded = planes.index_select(axis, torch.minimum(around, 2 * length - 1 - around))
        total = planes * half[0]
        for shift in range(1, reach + 1):
            pair = padded.narrow(axis, reach - shift, length) + padded.narrow(axis, reach + shift, length)
            total += pair * half[shift]
        planes = total
    return planes


@cache
def _gaussian(sd: float) -> tuple[float, ...]:
    """Return the centre and one side of a Gaussian, cut off at 4 standard deviations, summing to one."""
    side = [math.exp(-(i**2) / (2 * sd**2)) for i in range(math.ceil(4 * sd) + 1)]
    total = 2 * sum(side) - side[0]
    return tuple(value / total for value in side)


@cache
def _inverse() -> tuple[float, ...]:
    """Return the centre and one side of the inverse of the cubic spline's samples (1, 4, 1) / 6."""
    factor = -6 * _POLE / (1 - _POLE**2)
    return tuple(factor * _POLE**i for i in range(_TAPS + 1))
