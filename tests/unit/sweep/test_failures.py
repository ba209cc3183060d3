import os
from types import SimpleNamespace

import pytest

from mer.sweep.failures import Failures, at_the_end, described, grouped, reason_of
from mer.sweep.progress import Job, State

PACK = "results/runs/p-0123abcd/net-0123abcd/s0-1/000-002.parquet"
PART = "results/artefacts/demo-0123abcd/flow-0123abcd/demo.s01.safetensors"


def failed(root, text, output=PACK, log="results/logs/one.log"):
    path = root / log
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return Job(output, log, State.FAILED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("12:00:00 begins\nDataError: a.csv: no rows.\n", "DataError: a.csv: no rows."),
        (
            "TrainingError: 2 of 3 folds failed.\n  Fold 0: The loss is nan.\n  Fold 1: The loss is nan.\n",
            "TrainingError: 2 of 3 folds failed. Fold 0: The loss is nan.",
        ),
        (
            'Traceback (most recent call last):\n  File "a.py", line 3\n    raise ValueError\n'
            "torch.OutOfMemoryError: CUDA out of memory.\n",
            "torch.OutOfMemoryError: CUDA out of memory.",
        ),
        ("ValueError: first\nMemoryError\n12:00:05 and so on\n", "MemoryError"),
        ("usage: mer\nmer train: error: invalid value\n", "mer train: error: invalid value"),
    ],
)
def test_the_last_error_of_a_log_is_the_reason(tmp_path, text, reason):
    assert reason_of(failed(tmp_path, text), tmp_path) == reason


def test_a_log_without_an_error_is_of_a_job_that_was_killed(tmp_path):
    job = failed(tmp_path, "12:00:00 net, seed 0, fold 0 of 3 done, 1 of 3; an Error in passing\n")
    assert reason_of(job, tmp_path).startswith("killed (no error in the log): out of memory, time limit")
    assert "see" not in reason_of(job, tmp_path)
    (tmp_path / ".snakemake/log").mkdir(parents=True)
    assert reason_of(job, tmp_path).endswith("; see .snakemake/log/")


@pytest.mark.parametrize(
    ("output", "folder"),
    [
        (PACK, "rule_train/runs_p-0123abcd_net-0123abcd_0-1_000_002"),
        (PART, "rule_prepare/demo-0123abcd_flow-0123abcd_demo.s01"),
    ],
)
def test_slurm_says_why_it_killed_a_job(tmp_path, output, folder):
    logs = tmp_path / ".snakemake/slurm_logs" / folder
    logs.mkdir(parents=True)
    for number, reason in enumerate(["OOM Killed", "CANCELLED AT 2026-11-30 DUE TO TIME LIMIT"]):
        path = logs / f"{number}.log"
        path.write_text(f"a\nslurmstepd: error: *** JOB {number} ON node1 {reason} ***\n")
        os.utime(path, (number, number))
    told = reason_of(failed(tmp_path, "", output), tmp_path)
    assert told == "killed by SLURM: JOB 1 ON node1 CANCELLED AT 2026-11-30 DUE TO TIME LIMIT"
    for path in logs.iterdir():
        path.write_text("nothing\n")
    told = reason_of(failed(tmp_path, "", output), tmp_path)
    assert told.endswith(f"; see .snakemake/slurm_logs/{folder}/")


def test_a_long_log_is_read_at_its_end_and_a_long_reason_cut(tmp_path):
    job = failed(tmp_path, "ValueError: early\n" + "x\n" * 100_000 + "DataError: " + "y" * 1000)
    told = reason_of(job, tmp_path)
    assert told.startswith("DataError: yyy")
    assert told.endswith("…")
    assert len(told) == 240


def test_jobs_that_failed_for_one_reason_are_one_group(tmp_path):
    jobs = [
        failed(tmp_path, f"TrainingError: Fold {n} ('demo:s0{n}'): The loss is nan.", log=f"{n}.log")
        for n in range(5)
    ]
    jobs.insert(0, failed(tmp_path, "DataError: gone", log="other.log"))
    first, second = grouped(jobs, tmp_path)
    assert first == Failures(
        "TrainingError: Fold 0 ('demo:s00'): The loss is nan.", [f"{n}.log" for n in range(5)]
    )
    assert described([first, second]) == [
        "6 jobs failed:",
        "  5 of them: TrainingError: Fold 0 ('demo:s00'): The loss is nan.",
        "      0.log",
        "      1.log",
        "      2.log",
        "      and 2 more",
        "  1 of them: DataError: gone",
        "      other.log",
    ]


def test_many_reasons_are_counted():
    reasons = [Failures(f"reason {n}", ["a", "b"]) for n in range(10)]
    lines = described(reasons, most=2, logs=1)
    assert lines[0] == "20 jobs failed:"
    assert lines[-1] == "  16 of them for 8 other reasons"
    assert len(lines) == 8
    assert described([]) == []


def test_a_run_ends_with_what_failed_in_it_whichever_sweep_it_is_of(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed(tmp_path, "DataError: gone", log="results/other/logs/table/p.log")
    failed(tmp_path, "DataError: long ago", log="results/other/logs/table/q.log")
    (tmp_path / ".snakemake/locks").mkdir(parents=True)
    lock = tmp_path / ".snakemake/locks/0.output.lock"
    lock.write_text("results/other/tables/p.csv\nresults/other/tables/p.md\n")
    said = at_the_end([], [tmp_path / "mine.yaml"], "snakemake.log").splitlines()
    assert said[1:4] == ["1 job failed:", "  DataError: gone", "      results/other/logs/table/p.log"]
    assert said[-1].endswith("mer status mine.yaml")
    trial = SimpleNamespace(sweep=SimpleNamespace(config=SimpleNamespace(trial=True)))
    said = at_the_end([trial], [tmp_path / "mine.yaml"], "snakemake.log").splitlines()
    assert said[-1].endswith("mer status --trial mine.yaml")
    lock.write_text("results/other/tables/new.csv\n")
    assert "No job's log tells what failed; see above, and snakemake.log" in at_the_end(
        [], [], "snakemake.log"
    )
