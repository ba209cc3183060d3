"""Configuration errors, profiles, and the workflow's own lint."""

import re

import pytest
import yaml

from tests.workflow.conftest import TINY_SWEEP


@pytest.fixture(scope="module")
def bare(copy_project, tmp_path_factory):
    """A project in which nothing has run."""
    return copy_project(tmp_path_factory.mktemp("bare"))


def test_the_workflow_has_no_lint(bare):
    assert "good condition" in bare.snakemake("--lint")


def test_an_invalid_configuration_is_listed_without_traceback(bare):
    sweep = {**TINY_SWEEP, "variants": {"net": {"method": "ststnt"}}, "sedes": [1]}
    printed = bare.snakemake("-n", "--configfile", bare.write(sweep), ok=False)
    assert "tiny.yaml is not valid:" in printed
    assert "sedes: Unknown key 'sedes'. Did you mean 'seeds'?" in printed
    assert "variants.net.method: Unknown method 'ststnt'. Did you mean 'ststnet'?" in printed
    assert "Traceback" not in printed


def test_data_that_are_not_there_name_the_remedy(bare):
    printed = bare.snakemake("-n", "--configfile", "workflow/sweeps/megc2019_flow.yaml", ok=False)
    assert (
        "megc2019_flow: no folder is configured. Write 'megc2019_flow: /your/folder' into paths.yaml"
        in printed
    )
    assert "Traceback" not in printed


def test_data_paths_can_be_given_on_the_command_line(bare, flow_table):
    sweep = {
        **TINY_SWEEP,
        "datasets": {"flow": {"dataset": "flow_images"}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["flow"]}},
    }
    name = bare.write(sweep)
    printed = bare.snakemake("-n", "--configfile", name, "--config", f"paths={{flow: {flow_table()}}}")
    assert "artefacts/flow-" in printed
    assert "lbp_top_svm" not in printed.split("Job stats")[0]


def test_a_single_setting_can_be_given_over_the_demo(bare):
    printed = bare.snakemake("-n", "--config", "seeds=[3]", "folds_per_job=7")
    assert re.search("results/runs/megc2019_cde-[0-9a-f]{8}/ststnet-[0-9a-f]{8}/s3/007-013.parquet", printed)


@pytest.mark.parametrize("profile", ["local", "slurm"])
def test_profiles_plan_the_demo(bare, profile):
    printed = bare.snakemake("-n", "--profile", f"profiles/{profile}")
    assert "results/demo/tables/megc2019_cde.md" in printed


def test_the_default_profile_holds_nothing_that_another_overrides(bare):
    """Snakemake lets the default profile win over the one that is asked for, key by key."""
    folder = bare.root / "profiles"
    default = yaml.safe_load((folder / "default" / "profile.yaml").read_text())
    for name in ("local", "slurm"):
        other = yaml.safe_load((folder / name / "profile.yaml").read_text())
        assert not set(default) & set(other)


def test_only_networks_ask_for_a_gpu(bare):
    printed = bare.snakemake("-n", "--configfile", bare.write({**TINY_SWEEP, "device": "auto"}))
    blocks = printed.split("\n[")
    for block in blocks:
        if "rule train:" in block:
            assert ("gpu=1" in block) == ("run=ststnet-" in block)
        elif "rule " in block:
            assert "gpu=1" not in block
