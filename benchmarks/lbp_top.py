"""How long LBP-TOP takes for one clip, beside scikit-image's patterns of the same planes.

scikit-image has no LBP-TOP: its two-dimensional patterns are computed on every slice of each plane
and counted in the same blocks. Its codes are interpolated a little differently, so only the time is
compared.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from skimage.feature import local_binary_pattern
from threadpoolctl import threadpool_limits

from benchmarks.record import record
from mer.core.types import UInt8Array
from mer.features.lbp_top import lbp_top_counts

BLOCKS, RADIUS, NEIGHBOURS = (8, 8), 3, 8
RUNS = 15


def with_scikit_image(volume: UInt8Array) -> np.ndarray:
    """Count patterns of all slices of the three planes per block."""
    n_bins = NEIGHBOURS * (NEIGHBOURS - 1) + 3
    counts = np.zeros((3, BLOCKS[0] * BLOCKS[1], n_bins), dtype=np.int64)
    inner = volume[RADIUS:-RADIUS, RADIUS:-RADIUS, RADIUS:-RADIUS].shape
    row = np.arange(inner[1]) * BLOCKS[0] // inner[1]
    column = np.arange(inner[2]) * BLOCKS[1] // inner[2]
    block = np.broadcast_to(row[:, None] * BLOCKS[1] + column, inner)
    for number, axis in enumerate((0, 1, 2)):
        slices = np.moveaxis(volume, axis, 0)
        codes = np.stack([local_binary_pattern(s, NEIGHBOURS, RADIUS, "nri_uniform") for s in slices])
        codes = np.moveaxis(codes, 0, axis)[RADIUS:-RADIUS, RADIUS:-RADIUS, RADIUS:-RADIUS].astype(int)
        flat = block * n_bins + codes
        counts[number] = np.bincount(flat.ravel(), minlength=counts[number].size).reshape(-1, n_bins)
    return counts


def with_mer(sampling: str) -> Callable[[UInt8Array], np.ndarray]:
    """Count patterns as the method does."""
    return lambda volume: lbp_top_counts(volume, BLOCKS, (RADIUS,) * 3, NEIGHBOURS, sampling)


def main() -> None:
    """Time all in turn on one thread, so that a change of the machine's speed meets all alike."""
    volume = np.random.default_rng(0).integers(0, 256, (32, 170, 140), dtype=np.uint8)
    ways = {
        "mer, bilinear": with_mer("bilinear"),
        "mer, nearest": with_mer("nearest"),
        "scikit-image, slice by slice": with_scikit_image,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with threadpool_limits(limits=1):
        for _ in range(RUNS):
            for name, count in ways.items():
                started = time.perf_counter()
                count(volume)
                seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    reference = medians["scikit-image, slice by slice"]
    lines = [
        f"One clip of 32x170x140, 8x8 blocks, radius 3, 8 neighbours, one thread, median of {RUNS}.",
        "",
        "| | seconds | scikit-image's time / this time |",
        "|---|---|---|",
        *(f"| {name} | {value:.3f} | {reference / value:.1f} |" for name, value in medians.items()),
    ]
    record("LBP-TOP of one clip", "python -m benchmarks.lbp_top", lines)


if __name__ == "__main__":
    main()
