"""What makes a job stale, and what does not."""

import json
from pathlib import Path

import pytest

from mer.artefacts.folds import read_folds
from mer.core.types import Execution
from mer.jobs import folds
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec

TINY = {"n_subjects": 3, "clips_per_class": 1, "height": 48}


def jobs(**changes):
    raw = {
        "name": "mine",
        "datasets": {"demo": TINY},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"majority": {}, "ststnet": {}, "lbp_top_svm": {}},
        **changes,
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))


def recipe(made, variant="ststnet", seed=0, first=0, last=2):
    return json.loads(made.train_spec("p", variant, [seed], first, last))["recipes"][str(seed)]


def test_a_specification_is_canonical():
    assert jobs().train_spec("p", "ststnet", [0], 0, 2) == jobs().train_spec("p", "ststnet", [0], 0, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"variants": {"ststnet": {"epochs": 3}}},
        {"variants": {"ststnet": {"flow_image": {"flow": "tvl1_opencv", "scaling": "pixels"}}}},
        {"datasets": {"demo": {**TINY, "seed": 1}}},
        {"datasets": {"demo": {**TINY, "clips_per_class": 2}}},
        {
            "protocols": {
                "p": {
                    "protocol": "loso",
                    "datasets": ["demo"],
                    "task": "two",
                    "drop": ["surprise"],
                    "classes": {"n": ["negative"], "p": ["positive"]},
                }
            }
        },
    ],
    ids=["setting", "input", "data", "samples", "task"],
)
def test_what_changes_the_numbers_changes_the_recipe(changes):
    assert recipe(jobs(**changes)) != recipe(jobs())
    assert recipe(jobs(), seed=1) != recipe(jobs())


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"device": "cpu"},
        {"folds_per_job": 1},
        {"seeds": [0, 1]},
        {"variants": {"ststnet": {}, "another": {"method": "ststnet", "epochs": 1}}},
        {"variants": {"ststnet": {"epochs": 800}}},
    ],
    ids=["name", "device", "packs", "seeds", "neighbours", "default written out"],
)
def test_what_does_not_change_the_numbers_does_not_change_the_recipe(changes):
    assert recipe(jobs(**changes)) == recipe(jobs())


def test_the_pack_is_no_part_of_the_recipe():
    assert recipe(jobs(), first=1, last=1) == recipe(jobs())


def test_a_method_that_looks_at_nothing_reads_nothing():
    made = jobs()
    assert made.lists("p", "majority") == []
    assert len(made.lists("p", "ststnet")) == 1


def test_two_variants_with_the_same_input_share_it_and_sweeps_share_artefacts():
    made = jobs(variants={"a": {"method": "ststnet"}, "b": {"method": "ststnet", "epochs": 1}})
    assert made.lists("p", "a") == made.lists("p", "b") == jobs(name="other").lists("p", "ststnet")
    assert made.lists("p", "a")[0].startswith("results/artefacts/demo-")


@pytest.mark.parametrize("kind", ["score", "table", "figure"])
def test_what_is_made_of_predictions_follows_their_recipe(kind):
    """Otherwise a failed training job would leave the old table in place, with nothing to do."""

    def spec(made):
        arguments = {"score": ("p", "ststnet"), "table": ("p",), "figure": ("p", "ststnet")}[kind]
        return getattr(made, f"{kind}_spec")(*arguments)

    before = spec(jobs(variants={"ststnet": {}}))
    assert spec(jobs(variants={"ststnet": {}})) == before
    assert spec(jobs(variants={"ststnet": {"epochs": 3}})) != before
    assert spec(jobs(variants={"ststnet": {}}, datasets={"demo": {**TINY, "seed": 1}})) != before


def test_a_users_order_of_classes_reaches_the_folds_job(tmp_path):
    protocol = {
        "protocol": "loso", "datasets": ["demo"], "task": "t",
        "classes": {"z": ["negative"], "a": ["positive", "surprise"]},
    }  # fmt: skip
    made = jobs(protocols={"p": protocol})
    folds.run(FoldsSpec.model_validate_json(made.folds_spec("p")), Execution(), tmp_path / "p.json")
    assert read_folds(tmp_path / "p.json").classes == ("z", "a")


def test_planning_a_cell_does_not_digest_its_folds_again(monkeypatch):
    made = jobs()
    made.train_spec("p", "ststnet", [0], 0, 0)
    monkeypatch.setattr("mer.sweep.cells.split_digest", None)
    assert made.train_spec("p", "ststnet", [1], 1, 1)


def test_every_result_of_a_sweep_lies_in_its_folder():
    made = jobs(seeds=[0, 3], folds_per_job=2)
    assert made.predictions("p", "ststnet") == [
        f"results/mine/predictions/p/ststnet/s{seed}/{pack}.parquet"
        for seed in (0, 3)
        for pack in ("000-001", "002-002")
    ]
    contents = made.tables() + made.figures()
    assert all(path.startswith("results/mine/") for path in contents)
    assert not any(":" in path for path in contents + made.lists("p", "ststnet"))


def test_packs_of_several_seeds_and_what_an_oracle_chooses_from_have_their_own_names():
    made = jobs(seeds=[0, 3, 5], seeds_per_job=2)
    assert made.predictions("p", "majority") == [
        f"results/mine/predictions/p/majority/{name}/000-002.parquet" for name in ("s0-3", "s5")
    ]
    oracle = jobs(variants={"best": {"method": "ststnet", "selection": "oracle_test"}})
    assert oracle.predictions("p", "best") == ["results/mine/oracle/p/best/s0/000-002.parquet"]
    assert json.loads(oracle.score_spec("p", "best"))["selection"] == "oracle_test"


def test_gpus_and_cores_follow_the_method_and_the_device():
    made = jobs()
    assert (made.n_gpus("ststnet"), made.n_gpus("majority")) == (1, 0)
    assert jobs(device="cpu").n_gpus("ststnet") == 0
    assert (
        made.n_cores("ststnet", [0], 0, 2),
        made.n_cores("ststnet", [0], 0, 67),
        made.n_cores("majority", [0], 0, 67),
    ) == (3, 8, 1)
