"""A sweep on stand-ins: written by the workflow, planned before they are there."""

from copy import deepcopy

import pandas as pd
import pytest

SWEEP = {
    "name": "small",
    "datasets": {
        "smic_hs": {"stand_in": {"scale": 0.05, "size": 32}},
        "casme2": {"stand_in": {"scale": 0.05, "size": 32}},
        "samm": {"stand_in": {"scale": 0.05, "size": 32}},
    },
    "protocols": {
        "megc2019_cde": {"datasets": ["smic_hs", "casme2", "samm"]},
        "hde": {"protocol": "megc2018_hde", "datasets": ["casme2", "samm"]},
        "h2c": {"protocol": "cdmer", "experiment": 8, "datasets": ["smic_hs", "casme2"]},
        "videos": {"protocol": "lovo", "datasets": ["smic_hs"]},
    },
    "variants": {"majority": {}, "net": {"method": "ststnet", "epochs": 1}},
    "device": "cpu",
}
# What is looked at here; figures are drawn of other sweeps.
TABLES = [f"results/small/tables/{name}.md" for name in SWEEP["protocols"]]


@pytest.fixture(scope="module")
def done(copy_project, tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("standins"))
    project.run(SWEEP, *TABLES)
    return project


def test_every_protocol_has_its_table_with_what_must_be_said(done):
    tables = done.root / "results/small/tables"
    texts = {name: (tables / f"{name}.md").read_text() for name in SWEEP["protocols"]}
    assert all("Stand-in data: the clips are synthetic" in text for text in texts.values())
    assert "Not the 442 clips of the organisers' list but" in texts["megc2019_cde"]
    assert "Scores are means of the folds' scores" in texts["hde"]
    assert "NOT subject-disjoint" in texts["videos"]
    assert "NOT subject-disjoint" not in texts["megc2019_cde"]


def test_stand_ins_are_written_once_and_marked(done):
    folders = sorted(path.name.rsplit("-", 1)[0] for path in (done.root / "results/standins").iterdir())
    assert folders == ["casme2", "samm", "smic_hs"]
    for folder in (done.root / "results/standins").iterdir():
        assert (folder / "STAND-IN.txt").is_file()
    assert done.planned(SWEEP, "--", *TABLES) == set()


def test_a_target_is_tested_and_its_source_is_not(done):
    (path,) = (done.root / "results/runs").glob("h2c-*/ststnet-*/s0/*.parquet")
    assert set(pd.read_parquet(path)["database"]) == {"casme2"}
    (audit,) = (done.root / "results/runs").glob("h2c-*/audit.md")
    audit = audit.read_text()
    assert "clips are tested never, as the protocol declares" in audit


def test_holdout_scores_are_the_mean_of_both_folds(done):
    scores = pd.read_csv(done.root / "results/small/scores/hde/majority.csv")
    war = scores[scores["metric"] == "war"].set_index("scope")["value"]
    assert war["composite"] == pytest.approx((war["casme2"] + war["samm"]) / 2)


def test_another_scale_is_another_stand_in(done):
    changed = deepcopy(SWEEP)
    changed["datasets"]["samm"]["stand_in"]["scale"] = 0.1
    plan = done.planned(changed, "--", *TABLES)
    assert len({path for path in plan if path.endswith("/STAND-IN.json")}) == 1
    assert not any("/artefacts/casme2-" in path for path in plan)
    assert any("/artefacts/samm-" in path for path in plan)


def test_the_code_that_draws_faces_makes_stand_ins_stale(done, tmp_path):
    import shutil

    from tests.workflow.conftest import Project

    shutil.copytree(done.root, tmp_path / "project", symlinks=True)
    project = Project(tmp_path / "project")
    project.edit("mer/synthetic/motion.py", "drift / 300", "drift by 300")
    assert project.planned(SWEEP, "--", *TABLES) == set()
    project.edit("mer/synthetic/motion.py", "1 / 300", "1 / 250")
    plan = project.planned(SWEEP, "--", *TABLES)
    assert len({path for path in plan if path.endswith("/STAND-IN.json")}) == 3
