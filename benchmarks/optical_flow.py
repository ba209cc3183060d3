"""How far every optical flow is from a known motion, and how long it takes.

Rendered faces move by action units. Both frames are read from the face by splines of order 5:
OpenCV's cubic interpolation, in ``mer.synthetic.clip``, makes motions below 0.2 pixels a quarter too
short, and OpenCV's flow, which warps by the same interpolation, would be found right by its own error.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import torch
from scipy.ndimage import map_coordinates

from benchmarks.record import record
from mer.core.types import FloatArray, UInt8Array
from mer.features.optical_flow import flow
from mer.features.tvl1_torch import TVL1Settings, tvl1_batch
from mer.synthetic.action_units import displacement
from mer.synthetic.identity import draw_identity, render_neutral
from mer.synthetic.movement import EXPRESSIONS, draw_movement

HEIGHT, WIDTH = 170, 140
SIZES = (0.1, 0.2, 0.5, 1.0, 2.0)
SEEDS = range(12)
# What 1.5 grey levels per colour channel, the noise of the demo's clips, leave in the grey frame.
NOISE = 1.0
RUNS = 5
BATCHES = (1, 8, 32)
GPU_BATCHES = (32, 256, 1024)

Flow = Callable[[UInt8Array, UInt8Array], FloatArray]
WAYS: dict[str, Flow] = {
    "OpenCV TV-L1": partial(flow, backend="tvl1_opencv"),
    "scikit-image TV-L1, 38.25": partial(flow, backend="tvl1_skimage"),
    "scikit-image TV-L1, 15": partial(flow, backend="tvl1_skimage", attachment=15),
    "PyTorch TV-L1": partial(flow, backend="tvl1_torch"),
    "Farneback": partial(flow, backend="farneback"),
    "DIS": partial(flow, backend="dis"),
}


@dataclass(frozen=True)
class KnownPair:
    """Two frames of shape (H, W) and the displacement from first to second, (2, H, W) in pixels."""

    first: UInt8Array
    second: UInt8Array
    truth: FloatArray


def known_pair(seed: int, size: float) -> KnownPair:
    """Render a person at rest and with muscles that move the skin by ``size`` pixels at most."""
    rng = np.random.default_rng(seed)
    face = render_neutral(draw_identity(rng), HEIGHT)
    emotion = sorted(EXPRESSIONS)[seed % len(EXPRESSIONS)]
    movement = draw_movement(emotion, rng, amplitude=(1, 2), noise=NOISE)
    field = size * displacement(face.landmarks, movement.activations, face.size, rng)
    grey = cv2.cvtColor(face.image, cv2.COLOR_RGB2GRAY).astype(float)
    y, x = np.mgrid[: face.size[0], : face.size[1]]
    frames = []
    for u, v in (np.zeros_like(field), field):
        # A point now seen at (x, y) came from there minus its displacement; the face has twice the size.
        image = map_coordinates(grey, [2 * (y - v) + 0.5, 2 * (x - u) + 0.5], order=5, mode="nearest")
        noisy = image + rng.normal(0, NOISE, image.shape)
        frames.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
    columns = slice((face.size[1] - WIDTH) // 2, (face.size[1] - WIDTH) // 2 + WIDTH)
    return KnownPair(frames[0][:, columns], frames[1][:, columns], forward(field)[..., columns])


def forward(field: FloatArray) -> FloatArray:
    """Solve w(x) = field(x + w(x)): the field says where a point came from, flow where it goes."""
    y, x = np.mgrid[: field.shape[1], : field.shape[2]]
    found = field
    for _ in range(40):
        at = [y + found[1], x + found[0]]
        found = np.stack([map_coordinates(plane, at, order=3, mode="nearest") for plane in field])
    return found


def score(found: FloatArray, truth: FloatArray) -> tuple[float, float, float]:
    """Return the endpoint error in moving skin and everywhere, and the share of the motion found.

    Moving is what moves by more than half of the largest displacement.
    """
    error = np.hypot(*(found - truth))
    moving = np.hypot(*truth) > 0.5 * np.hypot(*truth).max()
    share = (found * truth)[:, moving].sum() / (truth**2)[:, moving].sum()
    return float(error[moving].mean()), float(error.mean()), float(share)


def accuracy() -> list[str]:
    """Score every way on all pairs of every size; three tables."""
    ways = {"(no flow)": lambda first, second: np.zeros((2, *first.shape)), **WAYS}
    means: dict[str, list[FloatArray]] = {name: [] for name in ways}
    for size in SIZES:
        pairs = [known_pair(seed, size) for seed in SEEDS]
        for name, way in ways.items():
            scores = [score(way(pair.first, pair.second), pair.truth) for pair in pairs]
            means[name].append(np.mean(scores, axis=0))
    titles = (
        "Endpoint error in moving skin (more than half of the largest displacement), pixels",
        "Endpoint error in the whole frame, pixels",
        "Share of the displacement of moving skin that is found",
    )
    lines = [
        f"Pairs of {HEIGHT}x{WIDTH}, {len(SEEDS)} people and movements, sensor noise of {NOISE:g} grey level "
        "in both frames, largest displacement by column.",
    ]
    for number, title in enumerate(titles):
        digits = 2 if number == 2 else 3
        lines += ["", f"{title}:", "", "| | " + " | ".join(f"{size:g} px" for size in SIZES) + " |"]
        lines += ["|---|" + "---|" * len(SIZES)]
        lines += [
            f"| {name} | " + " | ".join(f"{row[number]:.{digits}f}" for row in rows) + " |"
            for name, rows in means.items()
        ]
    return lines


def batch_of(n: int, device: str) -> Callable[[], object]:
    """Make a computation of n pairs by PyTorch; on a graphics card it includes both transfers."""
    pair = known_pair(0, 1.0)
    first, second = (torch.from_numpy(f).expand(n, -1, -1).contiguous() for f in (pair.first, pair.second))
    at_once = 8 if device == "cpu" else n
    return lambda: tvl1_batch(first.to(device), second.to(device), TVL1Settings(), at_once=at_once).cpu()


def seconds_per_pair(runs: dict[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Time all in turn, so that a change of the machine's speed meets all alike; medians."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(RUNS + 1):
        for name, (run, n) in runs.items():
            started = time.perf_counter()
            run()
            if round_:  # the first round warms up
                seconds[name].append((time.perf_counter() - started) / n)
    return {name: statistics.median(values) for name, values in seconds.items()}


def speed(threads: int) -> dict[str, float]:
    """Time every way on so many threads; seconds per pair."""
    cv2.setNumThreads(threads)
    torch.set_num_threads(threads)
    pair = known_pair(0, 1.0)
    runs: dict[str, tuple[Callable[[], object], int]] = {
        name: (partial(way, pair.first, pair.second), 1)
        for name, way in WAYS.items()
        if "PyTorch" not in name
    }
    for n in BATCHES:
        runs[f"PyTorch TV-L1, batch of {n}"] = (batch_of(n, "cpu"), n)
    if threads == 1 and torch.cuda.is_available():
        for n in GPU_BATCHES:
            runs[f"PyTorch TV-L1, {torch.cuda.get_device_name()}, batch of {n}"] = (batch_of(n, "cuda"), n)
    return seconds_per_pair(runs)


def main() -> None:
    """Measure accuracy and speed."""
    torch.set_num_threads(1)
    lines = accuracy()
    one, two = speed(1), speed(2)
    lines += [
        "",
        f"Time of one pair of {HEIGHT}x{WIDTH}, median of {RUNS}; ratio: OpenCV TV-L1's time on as many "
        "threads / this time. Other programs ran beside; PyTorch gives every thread pairs of its own.",
        "",
        "| | ms, one thread | ratio | ms, two threads | ratio |",
        "|---|---|---|---|---|",
    ]
    for name, value in one.items():
        cells = [f"{1000 * value:.3g}", f"{one['OpenCV TV-L1'] / value:.1f}"]
        cells += (
            [f"{1000 * two[name]:.3g}", f"{two['OpenCV TV-L1'] / two[name]:.1f}"] if name in two else ["", ""]
        )
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    record("Optical flow on known motion", "python -m benchmarks.optical_flow", lines)


if __name__ == "__main__":
    main()
