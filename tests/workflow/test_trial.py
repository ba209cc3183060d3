"""Trying a sweep out beside the sweep itself."""

from tests.workflow.conftest import TINY_SWEEP


def test_a_trial_trains_once_through_and_leaves_the_sweep_alone(project):
    before = {path: path.read_bytes() for path in (project.root / "results/tiny").rglob("*.md")}
    project.snakemake(
        *("--cores", "2", "--quiet", "rules", "--configfile", "tiny.yaml", "--config", "trial=true"),
        *("--", "results/tiny_trial/tables/p.md"),
    )
    table = (project.root / "results/tiny_trial/tables/p.md").read_text()
    assert "trial, no result: trained for one epoch" in table
    assert {path: path.read_bytes() for path in before} == before
    # What needs no epochs was there already, and so were all arrays.
    printed = project.mer("plan", "--trial", "tiny.yaml")
    assert "tiny_trial: 9 cells (folds x seeds) in 3 training jobs; 3 of these are done." in printed
    assert "tiny_trial" in project.mer("status", "--trial", "tiny.yaml")
    assert project.planned(TINY_SWEEP) == set()
