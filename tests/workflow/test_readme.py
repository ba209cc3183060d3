"""What the README tells people to write works as written."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from mer.artefacts.folds import read_folds
from mer.preprocessing.steps import Preprocessing
from mer.sweep.config import parse
from tests.conftest import REPOSITORY
from tests.workflow.conftest import TINY_SWEEP, runs_of


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
    project.edit("mer/methods/__init__.py", "    off_apexnet,\n", "    nearest_mean,\n    off_apexnet,\n")
    project.edit(
        "mer/methods/__init__.py",
        "    majority,\n    flow_svm,\n",
        "    majority,\n    nearest_mean,\n    flow_svm,\n",
    )
    check_style(project.root, "mer/methods/nearest_mean.py")
    sweep = {**TINY_SWEEP, "variants": {**TINY_SWEEP["variants"], "nearest_mean": {}}}
    plan = project.planned(sweep)
    assert runs_of(plan) == {"nearest_mean/s0/000-002.parquet"}
    predictions = "results/tiny/predictions/p/nearest_mean.parquet"
    project.run(sweep, predictions)
    assert len(pd.read_parquet(project.root / predictions)) == 9


def check_style(root, path):
    """Hold a new module to what `make test` asks of every module."""
    shutil.copy(REPOSITORY / "pyproject.toml", root)
    for command in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        result = subprocess.run(
            [sys.executable, "-m", *command, path], cwd=root, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr


def test_the_sweep_of_ones_own_can_be_planned(project, blocks):
    raw, variants = (yaml.safe_load(block) for block in blocks["yaml"])
    raw["variants"] |= variants["variants"]
    clips = project.root / "clips"
    rows = ["clip,subject,label,onset,apex,offset,fps"]
    for subject in ("anna", "ben"):
        for label in ("disgust", "happiness", "others"):
            (clips / subject / label).mkdir(parents=True)
            rows.append(f"{subject}/{label},{subject},{label},46,59,86,200")
    (clips / "clips.csv").write_text("\n".join(rows))
    (project.root / "paths.yaml").write_text("my_clips: clips\n")
    plan = project.planned(raw)
    assert "results/mine/tables/my_loso.md" in plan
    assert len([path for path in plan if "/runs/" in path and path.endswith(".parquet")]) == 4
    # The folds are written by a job, from what it reads itself.
    (folds,) = (path for path in plan if path.endswith("/folds.json"))
    project.snakemake(folds, "--cores", "1", "--configfile", project.write(raw))
    assert read_folds(project.root / folds).classes == ("positive", "negative")


def test_the_first_sweep_on_ones_own_copy_is_valid(repository):
    text = (repository / "README.md").read_text()
    (block,) = re.findall(r"^```\n(name: first\n.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    config = parse({**yaml.safe_load(block), "paths": {"casme2": "/data/CASME2"}}, "first.yaml", Path())
    assert list(config.variants) == ["majority", "flow_svm", "lbp_top_svm", "ststnet"]
    assert config.datasets["casme2"].params.stand_in is None


def test_commands_and_files_that_are_named_exist(repository):
    text = (repository / "README.md").read_text()
    for path in re.findall(r"(?:workflow|profiles)/[\w/.]+", text):
        assert (repository / path.rstrip("./")).exists(), path


def anchors(page: Path) -> set[str]:
    """What a link may name behind ``#`` in a page: its headings, in the way of GitHub."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_pages_lead_somewhere(repository):
    pages = [repository / "README.md", repository / "CHANGELOG.md", *(repository / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if link.startswith(("http://", "https://")):
                continue
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.relative_to(repository)}: {link}")
    assert not broken


def test_the_papers_preprocessing_is_valid(repository):
    """Every row of the documentation's table of papers can be written as it stands there."""
    text = (repository / "docs/preprocessing.md").read_text()
    table = text.split("## What the papers do")[1].split("##")[0]
    written = re.findall(r"^\| [^|]+ \| `([^`]+)`", table, flags=re.MULTILINE)
    assert len(written) == 4
    for settings in written:
        Preprocessing.from_plain(yaml.safe_load(f"{{{settings}}}"))
