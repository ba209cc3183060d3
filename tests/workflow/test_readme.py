"""What the README tells people to write works as written."""

import re

import pandas as pd
import pytest
import yaml

from mer.sweep.config import parse
from tests.workflow.conftest import TINY_SWEEP


@pytest.fixture(scope="module")
def blocks(repository):
    """Code blocks of the README by language."""
    text = (repository / "README.md").read_text()
    return {
        language: re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
        for language in ("python", "yaml")
    }


def test_the_method_can_be_added_with_a_module_and_its_name(project, blocks):
    (project.root / "mer/methods/nearest_mean.py").write_text(blocks["python"][0])
    project.edit("mer/methods/__init__.py", ", ststnet\n", ", nearest_mean, ststnet\n")
    project.edit("mer/methods/__init__.py", ", ststnet)", ", nearest_mean, ststnet)")
    sweep = {**TINY_SWEEP, "variants": {**TINY_SWEEP["variants"], "nearest_mean": {}}}
    plan = project.planned(sweep)
    predictions = {path for path in plan if "/predictions/" in path}
    assert predictions == {"results/tiny/predictions/p/nearest_mean/s0/000-002.parquet"}
    project.run(sweep)
    assert len(pd.read_parquet(project.root / predictions.pop())) == 9


def test_the_sweep_of_ones_own_is_valid(blocks, tmp_path):
    (raw,) = (yaml.safe_load(block) for block in blocks["yaml"])
    config = parse(raw, "README.md", tmp_path)
    assert list(config.variants) == ["majority", "lbp_top_svm", "ststnet_400"]


def test_commands_and_files_that_are_named_exist(repository):
    text = (repository / "README.md").read_text()
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (repository / link).exists(), link
    for path in re.findall(r"(?:workflow|profiles)/[\w/.]+", text):
        assert (repository / path.rstrip("./")).exists(), path
