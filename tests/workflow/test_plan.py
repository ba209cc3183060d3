"""What `mer plan` says is what Snakemake plans."""

import re

from tests.workflow.conftest import TINY_SWEEP


def counts(printed):
    """Read a table of jobs: rule, number planned, perhaps number done."""
    lines = re.findall(r"^([a-z_]+) +(\d+)(?: +(\d+))? *$", printed, flags=re.MULTILINE)
    return {rule: (int(planned), int(done or 0)) for rule, planned, done in lines}


def test_jobs_are_those_that_snakemake_plans_and_all_are_done(finished):
    printed = finished.snakemake("-n", "--configfile", "tiny.yaml", "--forceall", "--quiet", "rules")
    planned = counts(printed)
    for name in ("all", "total"):
        planned.pop(name)
    found = counts(finished.mer("plan", "tiny.yaml"))
    assert found == {rule: (number, number) for rule, (number, _) in planned.items()}


def test_what_is_left_is_told_before_anything_is_submitted(project):
    printed = project.mer("plan", project.write(TINY_SWEEP))
    assert "tiny: 9 cells (folds x seeds) in 3 training jobs; 3 of these are done." in printed
    assert "Training that is left: 0 s of cores." in printed
    assert re.search(r"^net +cores +3 +1 +1 +3 +0 s +measured *$", printed, flags=re.MULTILINE)
    printed = project.mer("plan", project.write({**TINY_SWEEP, "seeds": [0, 1], "device": "auto"}))
    assert "tiny: 18 cells (folds x seeds) in 6 training jobs; 3 of these are done." in printed
    # Finished packs were trained on a core, which says nothing about a GPU.
    assert re.search(r"^net +GPU +6 +2 +1 +3 +0 s +declared *$", printed, flags=re.MULTILINE)
    assert counts(printed)["train"] == (6, 3)
