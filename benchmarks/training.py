"""How fast folds are trained: against a plain PyTorch loop, and in packs against one job per fold.

The plain loop learns from random numbers of the shape and the classes of the MEGC 2019 composite, the packs
from demo flow images: time does not depend on what they show.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.record import record
from mer.core.types import Execution, LabelledSamples
from mer.jobs import folds, prepare
from mer.methods import METHODS
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec

CLASSES = ("negative", "positive", "surprise")
COUNTS = (250, 109, 83)
RUNS = 3


class PlainSTSTNet(nn.Module):
    """STSTNet as it is usually written: three streams of stock layers."""

    def __init__(self) -> None:
        super().__init__()
        self.streams = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(3, n, 3, padding=2),
                nn.ReLU(),
                nn.BatchNorm2d(n),
                nn.MaxPool2d(3, 3, padding=1),
                nn.Dropout(0.5),
            )
            for n in (3, 5, 8)
        )
        self.pool = nn.AvgPool2d(2)
        self.classifier = nn.Linear(400, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Score images (N, 3, 28, 28)."""
        return self.classifier(self.pool(torch.cat([s(x) for s in self.streams], 1)).flatten(1))


def plain_loop(images: np.ndarray, labels: np.ndarray, epochs: int) -> None:
    """Train as a script usually does: a DataLoader without shuffling, Adam, cross-entropy."""
    data = TensorDataset(torch.tensor(images, dtype=torch.float32), torch.tensor(labels))
    loader = DataLoader(data, batch_size=256)
    network, loss = PlainSTSTNet().train(), nn.CrossEntropyLoss()
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-5)
    for _ in range(epochs):
        for x, y in loader:
            optimiser.zero_grad()
            loss(network(x), y).backward()
            optimiser.step()


def samples(n: int = 434) -> LabelledSamples:
    """Make training samples of one fold, in order of class."""
    labels = np.sort(np.random.default_rng(0).permutation(np.repeat([0, 1, 2], COUNTS))[:n])
    images = np.random.default_rng(1).integers(0, 256, (n, 3, 28, 28)).astype(np.uint8)
    names = tuple(f"clip{number:03d}" for number in range(n))
    return LabelledSamples(names, images, tuple(f"s{i % 67}" for i in range(n)), labels, CLASSES)


def against_a_plain_loop(epochs: int) -> list[str]:
    """Compare the engine with a plain loop on one fold, in seconds and core-seconds."""
    train, spec = samples(), METHODS["ststnet"]
    method = spec.build(spec.params(epochs=epochs), Execution(device="cpu"))
    threads = torch.get_num_threads()

    taken: dict[str, list[tuple[float, float]]] = {}
    for _ in range(RUNS):
        # In processes of their own: the engine keeps memory for the rest of its process, which helps both.
        for n in dict.fromkeys((1, threads)):
            taken.setdefault(f"plain loop, threads: {n}", []).append(_in_a_process(n, epochs))
        started = time.perf_counter(), time.process_time()
        method.fit(train, np.random.default_rng(0))
        both = (time.perf_counter() - started[0], time.process_time() - started[1])
        taken.setdefault("mer, one thread", []).append(both)
    best = {name: min(pairs, key=lambda pair: pair[1]) for name, pairs in taken.items()}
    ours = best["mer, one thread"][1]
    lines = [
        f"STSTNet, one fold of 434 samples, {epochs} epochs, batches of 256; the fewest core-seconds of "
        f"{RUNS} runs in turn, the plain loop in processes of its own.",
        "",
        "| | seconds | core-seconds | core-seconds / those of mer |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {wall:.1f} | {cores:.1f} | {cores / ours:.2f} |" for name, (wall, cores) in best.items()
    ]
    return lines


def _in_a_process(n_threads: int, epochs: int) -> tuple[float, float]:
    """Run the plain loop in a fresh process; returns seconds and core-seconds without imports."""
    program = (
        "import time, torch; from benchmarks.training import plain_loop, samples\n"
        f"torch.set_num_threads({n_threads}); train = samples()\n"
        "a, b = time.perf_counter(), time.process_time()\n"
        f"plain_loop(train.data, train.labels, {epochs})\n"
        "print(time.perf_counter() - a, time.process_time() - b)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    wall, cores = result.stdout.split()
    return float(wall), float(cores)


def prepared(root: Path, epochs: int) -> tuple[Jobs, Path]:
    """Prepare a sweep of STSTNet; returns its jobs, and the file that says what they read."""
    raw = {
        "name": "speed",
        "datasets": {"flow_demo": {}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["flow_demo"], "task": "megc2019"}},
        "variants": {"ststnet": {"epochs": epochs}},
        "device": "cpu",
    }
    jobs = Jobs(Sweep(parse(raw, "benchmark", root)))
    execution = Execution(device="cpu")
    folds_file = root / "folds.json"
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), execution, folds_file)
    key, folder = jobs.sweep.recipe("ststnet").key, jobs.artefact_folder("flow_demo")
    (parts,) = (root / path for path in jobs.lists("p", "ststnet"))
    for part in jobs.parts(folder, key):
        spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, part))
        prepare.run(spec, execution, [], parts.parent / f"{part}.safetensors")
    prepare.run_list(PartsSpec.model_validate_json(jobs.parts_spec(folder, key)), parts)
    inputs = root / "inputs.json"
    spec = InputsSpec(folds=str(folds_file), lists=(str(parts),), macro=None)
    inputs.write_text(spec.as_json(), encoding="utf-8")
    return jobs, inputs


def train_job(jobs: Jobs, inputs: Path, first: int, last: int, threads: int, output: Path) -> None:
    """Run a training job as Snakemake does: a command in a process of its own."""
    execution = json.dumps({"device": "cpu", "threads": threads})
    command = [sys.executable, "-m", "mer.cli", "train", "--execution", execution]
    command += ["--spec", jobs.train_spec("p", "ststnet", [0], first, last)]
    command += ["--inputs", str(inputs), "--output", str(output)]
    subprocess.run(command, capture_output=True, check=True)


def packs(epochs: int, n_folds: int, cores: int) -> tuple[float, float]:
    """Time ``n_folds`` folds in one pack, and as one job per fold with as many jobs at a time as cores."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        jobs, inputs = prepared(root, epochs)
        started = time.perf_counter()
        # Runs of their own: folds of one are taken over by packs of the same.
        train_job(jobs, inputs, 0, n_folds - 1, cores, root / "packed/s0/pack.parquet")
        pack = time.perf_counter() - started
        started = time.perf_counter()
        with ThreadPoolExecutor(cores) as pool:
            waiting = [
                pool.submit(train_job, jobs, inputs, n, n, 1, root / f"single/s0/{n}.parquet")
                for n in range(n_folds)
            ]
            for one in waiting:
                one.result()
        return pack, time.perf_counter() - started


def main() -> None:
    """Run both comparisons and write the figures down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--folds", type=int, default=68, help="folds of the comparison at 800 epochs")
    arguments = parser.parse_args()
    lines = against_a_plain_loop(epochs=100)
    lines += [
        "",
        f"STSTNet, folds in one pack against one job per fold, {arguments.cores} cores, a process per job, "
        "without what a workflow manager adds to each job.",
        "",
        "| epochs | folds | one pack, s | one job per fold, s | ratio |",
        "|---|---|---|---|---|",
    ]
    for epochs, n_folds in ((10, 68), (800, arguments.folds)):
        pack, single = packs(epochs, n_folds, arguments.cores)
        lines.append(f"| {epochs} | {n_folds} | {pack:.1f} | {single:.1f} | {single / pack:.2f} |")
    command = " ".join(["python -m benchmarks.training", *sys.argv[1:]])
    record("Training on a CPU", command, lines)


if __name__ == "__main__":
    main()
