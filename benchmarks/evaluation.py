"""How long scores and intervals of many methods take, how often intervals hold the truth and tests err.

``python -m benchmarks.evaluation --output FILE`` writes into a file instead of docs/measurements.md.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.coverage import clip_ends, coverage, rejections, simulate, subject_ends, truth
from benchmarks.record import MEASUREMENTS, record
from mer.artefacts.predictions import score_columns, write_predictions
from mer.core.types import COMPOSITE
from mer.evaluation.comparison import Predicted, compare_all
from mer.evaluation.design import Design
from mer.evaluation.metrics import uar, uf1
from mer.evaluation.score_intervals import score_intervals
from mer.tasks.megc2019_list import organisers_list

CLASSES = ("negative", "positive", "surprise")
METHODS, SEEDS, CLIPS, PEOPLE = 50, 10, 2_000, 200
DRAWS = 10_000
SIMULATIONS, SIMULATED_DRAWS, SWAPS = 1_000, 2_000, 999
SUBJECTS = (16, 20, 28, 68)
# Reads and scores files as the workflow does; prints rows, scores, seconds with imports, and GiB.
PROGRAM = """
import resource, sys, time
started = time.perf_counter()
from pathlib import Path
from mer.artefacts.predictions import read_predictions
from mer.evaluation.scoring import score_rows
classes = ("negative", "positive", "surprise")
n_rows = n_scores = 0
for path in sorted(Path(sys.argv[1]).glob("*.parquet")):
    rows = read_predictions([path], classes)
    n_rows += len(rows)
    n_scores += sum(len(found.values) for found in score_rows(rows, classes, "pooled"))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(n_rows, n_scores, time.perf_counter() - started, memory)
"""


def composite() -> pd.DataFrame:
    """List the 442 clips of the MEGC 2019 composite, one fold per subject."""
    names = [(*sample_id.split(":"), label) for sample_id, label in organisers_list().items()]
    clips = pd.DataFrame(names, columns=["database", "subject", "clip", "true"])
    return with_keys(clips)


def many_clips(rng: np.random.Generator) -> pd.DataFrame:
    """Invent clips of four databases, one fold per subject."""
    subject = np.sort(rng.integers(0, PEOPLE, CLIPS))
    clips = pd.DataFrame({"subject": subject.astype(str), "database": [f"d{one % 4}" for one in subject]})
    return with_keys(clips.assign(clip=np.arange(CLIPS).astype(str), true=rng.choice(CLASSES, CLIPS)))


def with_keys(clips: pd.DataFrame) -> pd.DataFrame:
    """Add everything that a file of predictions holds and that is the same for all methods."""
    person = clips["database"] + ":" + clips["subject"]
    same = {"protocol": "p", "task": "t", "method": "m", "selection": "last", "source": "real"}
    same |= {"recipe": "r", "device": "cpu", "seconds": 1.0}
    keys = {"subject": person, "person": person, "fold": pd.factorize(person)[0]}
    return clips.assign(**same, **keys, sample_id=person + ":" + clips["clip"])


def predictions(rng: np.random.Generator, clips: pd.DataFrame, n_seeds: int) -> pd.DataFrame:
    """Make predictions of one method that has about seven of ten clips right."""
    n, true = len(clips), clips["true"].map(CLASSES.index).to_numpy()
    parts = []
    for seed in range(n_seeds):
        predicted = np.where(rng.random(n) < 0.55, true, rng.integers(0, len(CLASSES), n))
        scores = np.where(np.arange(len(CLASSES)) == predicted[:, None], 0.6, 0.2)
        columns = dict(zip(score_columns(CLASSES), scores.T, strict=True))
        parts.append(clips.assign(seed=seed, predicted=np.take(CLASSES, predicted), **columns))
    return pd.concat(parts, ignore_index=True)


def aggregation() -> str:
    """Read and score a million predictions, in a process of its own."""
    rng = np.random.default_rng(0)
    clips = many_clips(rng)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(METHODS):
            rows = predictions(rng, clips, SEEDS).assign(variant=f"m{number}")
            write_predictions(Path(folder, f"m{number}.parquet"), rows, CLASSES, {})
        command = [sys.executable, "-c", PROGRAM, folder]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    n_rows, n_scores = map(int, printed[:2])
    seconds, memory = map(float, printed[2:])
    return (
        f"Scores: {n_rows:,} predictions ({METHODS} methods, {SEEDS} seeds, {CLIPS:,} clips of {PEOPLE} "
        f"subjects in 4 databases, one file per method) to {n_scores:,} scores in {seconds:.1f} s, "
        f"{memory:.2f} GiB, imports included."
    )


def intervals() -> str:
    """Give the scores of many methods on the composite intervals, and compare them with a baseline."""
    rng, clips = np.random.default_rng(0), composite()
    tested = [
        Predicted(f"m{number}", "last", predictions(rng, clips, 1).assign(variant=f"m{number}"), {})
        for number in range(METHODS)
    ]
    design = Design(classes=CLASSES, n_draws=DRAWS)
    started = time.perf_counter()
    for one in tested:
        made = list(score_intervals(one.rows, design, lambda name: np.random.default_rng(0)))
    alone = time.perf_counter() - started
    started = time.perf_counter()
    compare_all(tested[0], tested[1:], design, lambda name: np.random.default_rng(0))
    compared = time.perf_counter() - started
    (whole,) = [one for one in made if one.scope == COMPOSITE and one.metric == "uf1"]
    return (
        f"Intervals: {METHODS} methods on the MEGC 2019 composite ({len(clips)} clips, "
        f"{whole.interval.n_subjects} subjects, one seed), {DRAWS:,} draws; UF1, UAR and WAR of the "
        f"composite and of its three databases in {alone:.1f} s; {METHODS - 1} of them against one baseline "
        f"in UF1 and UAR, interval and {design.n_swaps:,} swaps each, in {compared:.1f} s."
    )


def simulations() -> Iterator[str]:
    """Simulate subjects whose clips share errors; tabulate how often intervals hold the truth."""
    true_uf1, true_uar = truth(uf1), truth(uar)
    yield (
        f"{SIMULATIONS:,} simulations, {SIMULATED_DRAWS:,} draws: 6.5 clips a subject on average, three "
        f"classes in the shares of the composite, subjects of different ability; true UF1 {true_uf1:.4f}, "
        f"UAR {true_uar:.4f}. How often the 95 % interval holds the truth, and how often two methods that "
        f"are equally good are told apart at 0.05 in UF1 ({SWAPS} swaps) and by McNemar's mid-p:"
    )
    yield ""
    yield (
        "| subjects | UF1, over subjects | UAR, over subjects | UF1, over clips | UAR, over clips "
        "| swap test errs | McNemar errs |"
    )
    yield "|---|---|---|---|---|---|---|"
    for n_subjects in SUBJECTS:
        rng = np.random.default_rng(n_subjects)
        simulated = simulate(rng, SIMULATIONS, n_subjects)
        counts = simulated.counts[:, :, 0]
        shares = [
            coverage([ends(one, metric, rng, SIMULATED_DRAWS) for one in counts], value)
            for ends in (subject_ends, clip_ends)
            for metric, value in ((uf1, true_uf1), (uar, true_uar))
        ]
        shares += rejections(simulated, uf1, rng, SWAPS)
        yield f"| {n_subjects} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |"


def main() -> None:
    """Measure speed, then simulate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=MEASUREMENTS)
    output = parser.parse_args().output
    started = time.perf_counter()
    lines = [aggregation(), "", intervals(), "", *simulations(), ""]
    lines.append(f"All of it took {time.perf_counter() - started:.0f} s.")
    record("Scores, intervals and tests", "python -m benchmarks.evaluation", lines, output)


if __name__ == "__main__":
    main()
