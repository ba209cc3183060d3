"""Profiles plan the same jobs; `slurm` is found as typed in any clone."""

import subprocess

import yaml

from tests.workflow.conftest import TINY_SWEEP


def test_profiles_plan_the_same_jobs(copy_project, tmp_path):
    project = copy_project(tmp_path / "project")
    profiles = ("profiles/local", "profiles/ci", "slurm")
    local, ci, slurm = (project.planned(TINY_SWEEP, "--profile", profile) for profile in profiles)
    assert any("/majority-" in path for path in local)
    assert ci == slurm == local


def test_slurm_is_a_link_that_git_keeps(repository):
    assert (repository / "slurm").readlink().as_posix() == "profiles/slurm"
    if (repository / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "--stage", "slurm"],
            cwd=repository,
            capture_output=True,
            text=True,
            check=True,
        )
        assert listed.stdout.startswith("120000 ")


def test_the_partitions_that_the_profile_names_are_beside_it(repository):
    folder = repository / "profiles/slurm"
    profile = yaml.safe_load((folder / "profile.yaml").read_text())
    partitions = yaml.safe_load((folder / profile["slurm-partition-config"]).read_text())["partitions"]
    with_gpus = [name for name, limits in partitions.items() if limits.get("max_gpu")]
    assert with_gpus == ["gpu"]
    assert "slurm_partition" not in profile["default-resources"]
