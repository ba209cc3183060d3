"""LBP-TOP: local binary patterns on three orthogonal planes of a clip."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution, FloatArray, IntArray, UInt8Array
from mer.features.base import FeatureSpec

PLANES = ("xy", "xt", "yt")


class LbpTopParams(Params):
    """Settings of LBP-TOP."""

    block_rows: int = Field(default=5, ge=1, le=32, description="Rows of blocks.")
    block_columns: int = Field(default=5, ge=1, le=32, description="Columns of blocks.")
    radius_x: int = Field(default=1, ge=1, le=8, description="Radius along columns, in pixels.")
    radius_y: int = Field(default=1, ge=1, le=8, description="Radius along rows, in pixels.")
    radius_t: int = Field(default=4, ge=1, le=8, description="Radius along time, in frames.")
    neighbours: Literal[4, 8] = Field(default=8, description="Neighbours compared with each centre.")
    sampling: Literal["bilinear", "nearest"] = Field(
        default="bilinear", description="How a neighbour between pixels is read."
    )


@dataclass(frozen=True)
class LbpTop:
    """Uniform pattern histograms of the frames from onset to offset (Zhao and Pietikainen 2007).

    Codes are computed on the whole frame and then counted per block; a neighbour counts when it is
    at least as bright as its centre. Each histogram is scaled to sum one per block and plane.
    """

    params: LbpTopParams

    def compute(self, clip: Clip) -> Array:
        """Compute the descriptor of one clip: float32 of shape (blocks * 3 * bins,), XY, XT, YT per block."""
        p = self.params
        volume = clip.frames[clip.onset : clip.offset + 1]
        if volume.dtype != np.uint8:
            raise DataError("LBP-TOP compares whole grey levels: leave out 'exact' in the preprocessing")
        radii = (p.radius_t, p.radius_y, p.radius_x)
        if any(size <= 2 * radius for size, radius in zip(volume.shape, radii, strict=True)):
            raise DataError(
                f"LBP-TOP with radii {radii} (t, y, x) needs more than twice as many frames, rows and "
                f"columns, the clip has {volume.shape}"
            )
        counts = lbp_top_counts(volume, (p.block_rows, p.block_columns), radii, p.neighbours, p.sampling)
        totals = counts.sum(axis=2, keepdims=True)
        return (counts / np.maximum(totals, 1)).astype(np.float32).ravel()


def lbp_top_counts(
    volume: UInt8Array,
    blocks: tuple[int, int],
    radii: tuple[int, int, int],
    neighbours: int,
    sampling: str,
) -> IntArray:
    """Count uniform patterns per block and plane.

    Parameters
    ----------
    volume
        Grey frames of shape (T, H, W).
    blocks
        Rows and columns of blocks over the pixels that are centres.
    radii
        Radii along t, y and x.
    neighbours
        4 or 8.
    sampling
        ``bilinear`` or ``nearest``.

    Returns
    -------
    ndarray of shape (blocks, 3, bins)
        Planes in the order XY, XT, YT; uniform codes ascending, then one bin for all others.
    """
    table = uniform_bins(neighbours)
    n_bins = int(table.max()) + 1
    n_blocks = blocks[0] * blocks[1]
    counts = np.empty((n_blocks, len(PLANES), n_bins), dtype=np.int64)
    for number, plane in enumerate(PLANES):
        codes = plane_codes(volume, _offsets(plane, radii, neighbours), radii, sampling)
        rows, columns = codes.shape[1:]
        block_row = np.arange(rows) * blocks[0] // rows
        block_column = np.arange(columns) * blocks[1] // columns
        block = (block_row[:, None] * blocks[1] + block_column) * n_bins
        bins = table[codes] + block.astype(np.int32)
        counts[:, number] = np.bincount(bins.ravel(), minlength=n_blocks * n_bins).reshape(n_blocks, n_bins)
    return counts


@lru_cache(maxsize=4)
def uniform_bins(neighbours: int) -> IntArray:
    """Map every code to its bin.

    Codes with at most two changes between circular neighbours keep a bin of their own, in ascending
    order; all others share the last. There are P(P-1) + 3 bins.
    """
    codes = np.arange(2**neighbours)
    rotated = (codes >> 1) | ((codes & 1) << (neighbours - 1))
    changes = np.array([int(code).bit_count() for code in codes ^ rotated])
    uniform = np.flatnonzero(changes <= 2)
    table = np.full(2**neighbours, len(uniform), dtype=np.int32)
    table[uniform] = np.arange(len(uniform))
    return table


def plane_codes(
    volume: UInt8Array, offsets: FloatArray, radii: tuple[int, int, int], sampling: str
) -> UInt8Array:
    """Compute the code of every pixel that has all its neighbours.

    Parameters
    ----------
    volume
        Grey frames of shape (T, H, W).
    offsets
        Neighbours of a centre, shape (P, 3): t, y and x.
    radii
        Margins along t, y and x that hold no centre.
    sampling
        ``bilinear`` or ``nearest``.
    """
    inner = tuple(slice(r, size - r) for r, size in zip(radii, volume.shape, strict=True))
    centre = volume[inner]
    codes = np.zeros(centre.shape, dtype=np.uint8)
    for bit, offset in enumerate(offsets):
        corners = _corners(offset, sampling)
        if len(corners) == 1:
            at_least = _shifted(volume, radii, corners[0][0]) >= centre
        else:
            # The card's floor(value + 1e-6) >= centre, without the floor: the centre is whole.
            value = sum(weight * _shifted(volume, radii, place) for place, weight in corners)
            at_least = value >= centre - 1e-6
        codes |= at_least.astype(np.uint8) << np.uint8(bit)
    return codes


def _offsets(plane: str, radii: tuple[int, int, int], neighbours: int) -> FloatArray:
    """Place the neighbours on the ellipse of a plane, as the Oulu program does; (P, 3) for t, y, x."""
    radius_t, radius_y, radius_x = radii
    angle = 2 * np.pi * np.arange(neighbours) / neighbours
    cos, sin = np.round(np.cos(angle), 12), np.round(np.sin(angle), 12)
    zero = np.zeros(neighbours)
    by_plane: dict[str, tuple[FloatArray, FloatArray, FloatArray]] = {
        "xy": (zero, -radius_y * sin, radius_x * cos),
        "xt": (radius_t * sin, zero, radius_x * cos),
        "yt": (radius_t * cos, -radius_y * sin, zero),
    }
    return np.stack(by_plane[plane], axis=1)


def _corners(offset: FloatArray, sampling: str) -> list[tuple[IntArray, np.float64]]:
    """List the whole-number places that a neighbour is read from, with their weights."""
    if sampling == "nearest":
        return [(np.floor(offset + 0.5).astype(int), np.float64(1))]
    base = np.floor(offset).astype(int)
    fraction = offset - base
    corners = []
    for step in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(step, fraction, 1 - fraction))
        if weight > 0:
            corners.append((base + step, weight))
    return corners


def _shifted(volume: UInt8Array, radii: tuple[int, int, int], offset: IntArray) -> UInt8Array:
    window = (
        slice(radius + step, size - radius + step)
        for radius, step, size in zip(radii, offset, volume.shape, strict=True)
    )
    return volume[tuple(window)]


def build(params: LbpTopParams, execution: Execution) -> LbpTop:
    """Make the representation."""
    return LbpTop(params)


SPEC = FeatureSpec(
    name="lbp_top", title="LBP-TOP", params=LbpTopParams, build=build, takes_floats=lambda params: False
)
