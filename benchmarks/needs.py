"""What training and preparing take, beside what `mer/sweep/needs.py` declares of it.

Each method learns from the same few clips of the demo, repeated, for one epoch; each representation is
computed of them. One process each, one thread: milliseconds of a core, peak memory of the process.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.record import record
from mer.core.location import Location
from mer.core.seeds import stream
from mer.core.types import Execution, LabelledSamples
from mer.datasets import DATASETS
from mer.features import FEATURES
from mer.features.base import Recipe
from mer.methods import METHODS
from mer.sweep.needs import TRAINING

CPU = Execution(device="cpu")
CLASSES = ("negative", "positive", "surprise")
N_SAMPLES = 96
N_FIRST = 12


def clips(recipe: Recipe) -> tuple[np.ndarray, float]:
    """Prepare the demo's clips; returns their arrays, and the milliseconds that one took."""
    spec = DATASETS["demo"]
    reader = spec.build(spec.params(), Location("demo", None))
    feature = FEATURES[recipe.feature]
    compute, colour = feature.build(recipe.params, CPU), feature.colour(recipe.params)
    read = [reader.read_clip(sample, colour=colour) for sample in reader.index().samples[:9]]
    compute.compute(read[0])
    started = time.perf_counter()
    arrays = [compute.compute(clip) for clip in read]
    return np.stack(arrays), (time.perf_counter() - started) / len(read) * 1000


def measure(method: str) -> dict[str, object]:
    """Train a method for one epoch."""
    spec = METHODS[method]
    params = spec.params(epochs=1) if spec.trains_network else spec.params()
    recipe = spec.inputs(params)
    data, clip_ms = (np.empty((9, 0)), 0.0) if recipe is None else clips(recipe)
    data = np.concatenate([data] * (N_SAMPLES // len(data) + 1))[:N_SAMPLES]
    labels = np.arange(N_SAMPLES) % 3
    names = tuple(f"clip{number:03d}" for number in range(N_SAMPLES))
    train = LabelledSamples(names, data, tuple(f"s{i % 12}" for i in range(N_SAMPLES)), labels, CLASSES)
    before = peak_mb()
    # Libraries are loaded first: a job does that once, not for every fold.
    spec.build(params, CPU).fit(train.take(range(N_FIRST)), stream("needs"))
    started = time.perf_counter()
    spec.build(params, CPU).fit(train, stream("needs"))
    return {
        "ms": (time.perf_counter() - started) / N_SAMPLES * 1000,
        "feature": recipe.feature if recipe else "",
        "clip_ms": clip_ms,
        "clip_kb": data[0].nbytes / 1024,
        "before_mb": before,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure every method in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=sorted(METHODS))
    parser.add_argument("--only", nargs="*", choices=sorted(METHODS), default=sorted(METHODS))
    arguments = parser.parse_args()
    if arguments.method:
        print(json.dumps(measure(arguments.method)))
        return
    lines = [
        "| method | ms per sample | declared | peak MB | declared | input | ms per clip | KB per clip |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for method in arguments.only:
        command = [sys.executable, "-m", "benchmarks.needs", "--method", method]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        needs = TRAINING[method]
        lines.append(
            f"| {method} | {found['ms']:.2f} | {needs.core_ms} | {found['peak_mb']:.0f} | {needs.memory_mb} "
            f"| {found['feature']} | {found['clip_ms']:.1f} | {found['clip_kb']:.0f} |"
        )
        print(lines[-1], flush=True)
    record("What training takes", "python -m benchmarks.needs", lines)


if __name__ == "__main__":
    main()
