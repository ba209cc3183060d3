"""What planning computes, however many jobs there are."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks.scale import jobs_of

N_PROTOCOLS, N_SEEDS, N_FOLDS, VARIANTS = 3, 3, 4, ("majority", "lbp_top_svm", "ststnet")
SWEEP = {
    "name": "medium",
    "datasets": {"demo": {"n_subjects": N_FOLDS, "clips_per_class": 1, "height": 48}},
    "protocols": {f"p{n}": {"protocol": "loso", "datasets": ["demo"]} for n in range(N_PROTOCOLS)},
    "variants": {name: {} for name in VARIANTS},
    "seeds": list(range(N_SEEDS)),
    "folds_per_job": 1,
}
# Counts calls of what takes long, then runs Snakemake on its arguments.
PROGRAM = """
import collections, importlib, json, sys

calls = collections.Counter()

def counted(module, name):
    made = getattr(importlib.import_module(module), name)
    def call(*args, **kwargs):
        calls[name] += 1
        return made(*args, **kwargs)
    setattr(importlib.import_module(module), name, call)

for place in json.loads(sys.argv[1]):
    counted(*place.split(":"))
from snakemake.cli import main
try:
    main(sys.argv[3:])
finally:
    open(sys.argv[2], "w").write(json.dumps(calls))
"""
COUNTED = {
    "mer.sweep.start:parse": 1,
    "mer.sweep.plan:make_split": N_PROTOCOLS,
    "mer.sweep.training:split_digest": N_PROTOCOLS,
    # Whatever protocols, seeds and folds: LBP-TOP and flow images of one data set.
    "mer.sweep.preparing:preparing_digest": 2,
    "mer.sweep.preparing:parts": 2,
    # Folds and packs of one seed share it.
    "mer.sweep.training:TrainSpec": N_PROTOCOLS * len(VARIANTS) * N_SEEDS,
    "mer.sweep.cells:ScoreSpec": N_PROTOCOLS * len(VARIANTS),
    "mer.sweep.figures:ProtocolFiguresSpec": N_PROTOCOLS,
    "mer.sweep.figures:setting_series": 1,
    # A recipe per protocol, variant and seed; a run, and what it reads, per protocol and variant; folds, audit
    # and name of each protocol.
    "mer.sweep.training:digest": N_PROTOCOLS * (len(VARIANTS) * (N_SEEDS + 2) + 3),
}


@pytest.fixture(scope="module")
def planned(copy_project, tmp_path_factory):
    """Plan the sweep; returns how often functions were called, and the jobs by rule."""
    project = copy_project(tmp_path_factory.mktemp("planning") / "project")
    report = project.root / "calls.json"
    arguments = [json.dumps(list(COUNTED)), str(report), "-n", "--quiet", "rules", "--cores", "1"]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments, "--configfile", project.write(SWEEP)],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(project.root)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(report.read_text()), jobs_of(done.stdout + done.stderr)


def test_planning_computes_nothing_twice(planned):
    calls, jobs = planned
    n_runs = N_PROTOCOLS * len(VARIANTS)
    assert (jobs["train"], jobs["score"]) == (n_runs * N_SEEDS * N_FOLDS, n_runs)
    assert calls == {place.split(":")[1]: n for place, n in COUNTED.items()}
