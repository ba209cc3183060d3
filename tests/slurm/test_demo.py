"""A sweep from plan to tables on SLURM, and the same through other executors."""

import importlib.util
import re

import pandas as pd
import pytest

from tests.workflow import conftest

# Networks may have a GPU.
TINY_SWEEP = {**conftest.TINY_SWEEP, "device": "auto"}
# Queues are empty here, and jobs short.
QUICK = ("--slurm-init-seconds-before-status-checks", "3", "--latency-wait", "20", "--quiet", "rules")
NETWORK = "ststnet-"
# How a job was run, not what it found.
OF_THE_RUN = ["device", "seconds"]


@pytest.fixture(scope="module")
def new_project(copy_project, cluster, tmp_path_factory):
    def new(name):
        return copy_project(tmp_path_factory.mktemp("executors") / name, cluster.environment)

    return new


@pytest.fixture(scope="module")
def on_slurm(new_project):
    """The finished sweep, run as a user types it."""
    project = new_project("slurm")
    project.snakemake("--profile", "slurm", "--configfile", project.write(TINY_SWEEP), *QUICK)
    return project


@pytest.fixture(scope="module")
def on_this_machine(new_project):
    project = new_project("local")
    project.snakemake(
        "--profile", "profiles/local", "--configfile", project.write(TINY_SWEEP), "--quiet", "rules"
    )
    return project


@pytest.fixture(scope="module")
def jobs_of(cluster):
    """SLURM's records of a project's jobs, by rule."""

    def jobs_of(project):
        found = {}
        for number, record in cluster.started().items():
            if record["WorkDir"] == str(project.root):
                rule = re.match("rule_(.+?)_wildcards", record["Comment"]).group(1)
                found.setdefault(rule, []).append({**record, "seen": cluster.visible_devices()[number]})
        return found

    return jobs_of


def predictions(project):
    """Pooled predictions of a finished sweep, by variant."""
    paths = (project.root / "results/tiny/predictions/p").glob("*.parquet")
    return {path.stem: pd.read_parquet(path) for path in paths}


def test_the_sweep_ends_with_tables_and_nothing_to_be_done(on_slurm):
    table = (on_slurm.root / "results/tiny/tables/p.md").read_text()
    assert all(variant in table for variant in TINY_SWEEP["variants"])
    assert (on_slurm.root / "results/report.html").exists()
    assert on_slurm.planned(TINY_SWEEP, "--profile", "slurm") == set()


def test_jobs_that_train_networks_hold_one_gpu(on_slurm, jobs_of):
    networks = [job for job in jobs_of(on_slurm)["train"] if NETWORK in job["Comment"]]
    assert len(networks) == 1
    for job in networks:
        assert re.fullmatch("gpu:(large|small):1", job["JOB_GRES"])
        assert set(job["seen"]) <= {"0", "1"}
        assert job["Partition"] == "gpu"


def test_no_other_job_holds_a_gpu(on_slurm, jobs_of):
    jobs = jobs_of(on_slurm)
    others = [job for found in jobs.values() for job in found if NETWORK not in job["Comment"]]
    assert {"folds", "prepare", "score", "train", "comparison"} <= set(jobs)
    assert {
        job["Comment"] for job in others if "lbp_top_svm" in job["Comment"] or "majority" in job["Comment"]
    }
    for job in others:
        assert (job["JOB_GRES"], set(job["seen"]), job["Partition"]) == ("(null)", {None}, "cpu"), job[
            "Comment"
        ]


def test_rules_that_only_put_files_together_are_no_jobs(on_slurm, jobs_of):
    local = {"parts", "audit", "table", "summary", "published_audit", "paper_table", "report"}
    assert not local & set(jobs_of(on_slurm))


def test_jobs_get_the_memory_and_time_that_they_ask_for(on_slurm, jobs_of):
    for job in (job for found in jobs_of(on_slurm).values() for job in found):
        memory = re.search(r"mem=(\d+)([MG])", job["TRES"])
        assert int(memory.group(1)) * {"M": 1, "G": 1024}[memory.group(2)] >= 1500
        assert job["TimeLimit"] != "1-00:00:00", "the partition's own limit"


def test_predictions_are_those_of_one_machine(on_slurm, on_this_machine):
    assert_same_predictions(on_slurm, on_this_machine)


@pytest.mark.skipif(
    importlib.util.find_spec("snakemake_executor_plugin_cluster_generic") is None,
    reason="snakemake-executor-plugin-cluster-generic is not installed: pip install '.[dev]'",
)
def test_predictions_are_those_of_the_generic_executor(new_project, on_this_machine, cluster):
    project = new_project("generic")
    project.snakemake(
        "--profile",
        "profiles/cluster_generic",
        "--configfile",
        project.write(TINY_SWEEP),
        "--latency-wait",
        "20",
    )
    networks = [job for job in cluster.started().values() if job["WorkDir"] == str(project.root)]
    assert sum(job["JOB_GRES"] != "(null)" for job in networks) == 1
    assert_same_predictions(project, on_this_machine)


def assert_same_predictions(project, reference):
    """Class columns byte for byte, and scores to the last bit: nothing but time and device may differ."""
    found, expected = predictions(project), predictions(reference)
    assert found.keys() == expected.keys() == TINY_SWEEP["variants"].keys()
    for variant, rows in expected.items():
        for column in ("sample_id", "true", "predicted"):
            assert "\n".join(found[variant][column]).encode() == "\n".join(rows[column]).encode(), variant
        pd.testing.assert_frame_equal(
            found[variant].drop(columns=OF_THE_RUN), rows.drop(columns=OF_THE_RUN), check_exact=True
        )
