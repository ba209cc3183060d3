"""How fast clips become flow images, how that grows with processes, how much memory a job takes.

Everything is done by the jobs of the workflow, on a stand-in of CASME II at scale 1: one job per subject, in
one process and in two, each with one thread.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.record import record
from mer.artefacts.arrays import read_part
from mer.core.types import Execution
from mer.features.base import Recipe
from mer.jobs.datasets import build_dataset
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.parts import landmarks_recipe
from mer.sweep.plan import Sweep
from mer.sweep.specs.prepare import PrepareSpec
from mer.synthetic.face import eye_distance

CROP = {"landmarks": "dlib", "crop": {}}
VARIANTS = {
    "tvl1_opencv": {"method": "ststnet", "preprocessing": CROP},
    "tvl1_torch": {"method": "ststnet", "preprocessing": CROP, "flow_image": {"flow": "tvl1_torch"}},
    "lbp_top": {"method": "lbp_top_svm", "preprocessing": CROP},
}
# One thread each, whatever a library would take.
_ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
SIZES = (128, 340)


def jobs_of(root: Path) -> Jobs:
    """Plan a sweep on a stand-in that lies on disk."""
    raw = {
        "name": "benchmark",
        "datasets": {"casme2": {}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["casme2"], "task": "megc2019"}},
        "variants": VARIANTS,
        "device": "cpu",
        "paths": {"casme2": str(root)},
    }
    return Jobs(Sweep(parse(raw, "benchmark", root)))


def prepare_all(jobs: Jobs, recipe: Recipe, out: Path, processes: int) -> float:
    """Run the jobs of all subjects, some at a time; returns the seconds that it took."""
    folder = jobs.artefact_folder("casme2")
    landmarks = landmarks_recipe(recipe)

    def one(part: str) -> None:
        command = [sys.executable, "-m", "mer.cli", "prepare"]
        command += ["--spec", jobs.prepare_spec(folder, recipe.key, part), "--execution", jobs.execution(1)]
        found = [] if landmarks is None else [str(out / landmarks.key / f"{part}.safetensors")]
        command += ["--inputs", *found, "--output", str(out / recipe.key / f"{part}.safetensors")]
        subprocess.run(command, check=True, env={**os.environ, **_ONE_THREAD})

    started = time.perf_counter()
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(one, jobs.parts(folder, recipe.key)))
    return time.perf_counter() - started


def landmark_error(jobs: Jobs, parts: Path) -> str:
    """Compare landmarks that were found with those that the stand-in gives, in eye distances."""
    folder = jobs.artefact_folder("casme2")
    spec = PrepareSpec.model_validate_json(
        jobs.prepare_spec(folder, parts.name, jobs.parts(folder, parts.name)[0])
    )
    reader = build_dataset(
        "casme2", spec.dataset, Execution(roots={"casme2": str(jobs.sweep.config.paths["casme2"])})
    )
    samples = {sample.sample_id: sample for sample in reader.index()}
    errors, missed = [], 0
    for path in sorted(parts.glob("*.safetensors")):
        part, data = read_part(path)
        missed += len(part.left_out)
        for name, found in zip(part.sample_ids, data, strict=True):
            given = reader.read_clip(samples[name]).landmarks
            errors.append(np.linalg.norm(found[:68] - given, axis=1).mean() / eye_distance(given))
    found_in = f"{len(errors)} clips, {missed} without a face"
    return f"mean {np.mean(errors):.3f}, worst {np.max(errors):.3f} eye distances in {found_in}"


def measure(size: int) -> list[str]:
    """Measure all recipes on frames of one height."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder, "casme2"), Path(folder, "artefacts")
        write(plan("casme2", StandInParams(size=size)), root)
        jobs = jobs_of(root)
        recipes = {name: jobs.sweep.recipe(name) for name in VARIANTS}
        found = landmarks_recipe(recipes["tvl1_opencv"])
        n_clips = len(jobs.sweep.index("casme2"))
        for name, recipe in {"landmarks by dlib": found, **recipes}.items():
            seconds = {processes: prepare_all(jobs, recipe, out, processes) for processes in (1, 2)}
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
            rows.append(
                f"| {size} | {name} | {n_clips / seconds[1]:.2f} | {n_clips / seconds[2]:.2f} | "
                f"{seconds[1] / seconds[2]:.2f} | {peak:.2f} |"
            )
        rows.append(f"| {size} | error of dlib's landmarks | {landmark_error(jobs, out / found.key)} | | | |")
    return rows


def main() -> None:
    """Measure on small frames and on frames as high as those of CASME II's own crops."""
    lines = [
        "Clips per second, with the start of each job; a job is one subject, 26 in all. Memory is that of",
        "the largest job so far, in GiB. Onset to apex, with crops by landmarks of dlib; LBP-TOP looks at",
        "all frames.",
        "",
        "| frame height | recipe | 1 process | 2 processes | ratio | peak memory |",
        "|---|---|---|---|---|---|",
        *(row for size in SIZES for row in measure(size)),
    ]
    record("Preprocessing", "python -m benchmarks.preprocessing", lines)


if __name__ == "__main__":
    main()
