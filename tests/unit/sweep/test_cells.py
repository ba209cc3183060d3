"""What makes a job stale, and what does not."""

import json
import re
from pathlib import Path

import pytest

from mer.artefacts.folds import read_folds
from mer.core.errors import ConfigError
from mer.core.types import Execution
from mer.jobs import folds
from mer.sweep.campaign import Campaign
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


@pytest.mark.parametrize("kind", ["score", "table", "figure", "comparison"])
def test_what_is_made_of_predictions_follows_their_recipe(kind):
    """Otherwise a failed training job would leave the old table in place, with nothing to do."""

    def spec(made):
        arguments = ("p", "ststnet") if kind in ("score", "figure") else ("p",)
        return getattr(made, f"{kind}_spec")(*arguments)

    before = spec(jobs(variants={"ststnet": {}}))
    assert spec(jobs(variants={"ststnet": {}})) == before
    assert spec(jobs(variants={"ststnet": {"epochs": 3}})) != before
    assert spec(jobs(variants={"ststnet": {}}, datasets={"demo": {**TINY, "seed": 1}})) != before


def test_the_configured_baseline_reaches_the_comparison_and_nothing_else():
    made, other = jobs(), jobs(baseline="ststnet")
    assert json.loads(made.comparison_spec("p"))["baseline"] == "majority"
    assert json.loads(other.comparison_spec("p"))["baseline"] == "ststnet"
    assert made.score_spec("p", "ststnet") == other.score_spec("p", "ststnet")
    assert made.table_spec("p") == other.table_spec("p")
    elsewhere = jobs(baseline="ststnet", variants={"majority": {}, "ststnet": {"skip": "no time"}})
    spec = json.loads(elsewhere.comparison_spec("p"))
    assert (spec["baseline"], spec["variants"]) == ("majority", ["majority"])
    assert spec["notes"] == ["The baseline 'ststnet' does not run here; 'majority' stands in for it"]


def test_tables_show_the_metrics_of_the_protocol_of_which_scores_hold_more():
    made = jobs()
    assert json.loads(made.table_spec("p"))["metrics"] == ["uf1", "uar", "war"]
    assert "metrics" not in json.loads(made.score_spec("p", "ststnet"))


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
    monkeypatch.setattr("mer.sweep.training.split_digest", None)
    assert made.train_spec("p", "ststnet", [1], 1, 1)


def test_tables_and_figures_of_a_sweep_lie_in_its_folder_and_predictions_outside():
    made = jobs(seeds=[0, 3], folds_per_job=2)
    predictions = made.packs("p", "ststnet")
    assert [re.sub("-[0-9a-f]{8}/", "-*/", path) for path in predictions] == [
        f"results/runs/p-*/ststnet-*/s{seed}/{pack}.parquet"
        for seed in (0, 3)
        for pack in ("000-001", "002-002")
    ]
    contents = made.tables() + made.figures() + made.comparisons()
    assert all(path.startswith("results/mine/") for path in contents)
    assert not any(":" in path for path in contents + predictions + made.lists("p", "ststnet"))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"},
        {"device": "cpu"},
        {"variants": {"ststnet": {"epochs": 800}}},
        {"variants": {"majority": {}, "ststnet": {}}},
    ],
    ids=["name", "device", "default written out", "neighbours"],
)
def test_sweeps_share_what_is_the_same(changes):
    made, other = jobs(), jobs(**changes)
    assert made.packs("p", "ststnet") == other.packs("p", "ststnet")
    assert made.folds("p") == other.folds("p")
    assert made.audits() == other.audits()
    for kind, arguments in (("folds", ("p",)), ("audit", ("p",)), ("train", ("p", "ststnet", [0], 0, 2))):
        assert getattr(made, f"{kind}_spec")(*arguments) == getattr(other, f"{kind}_spec")(*arguments)


def test_two_names_of_one_method_with_the_same_settings_are_one_run():
    made = jobs(variants={"a": {"method": "ststnet"}, "b": {"method": "ststnet", "epochs": 800}})
    assert made.packs("p", "a") == made.packs("p", "b")
    assert made.train_spec("p", "a", [0], 0, 2) == made.train_spec("p", "b", [0], 0, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"variants": {"ststnet": {"epochs": 3}}},
        {"variants": {"ststnet": {"selection": "inner_val"}}},
        {"variants": {"ststnet": {"flow_image": {"flow": "farneback"}}}},
        {"datasets": {"demo": {**TINY, "seed": 1}}},
        {"protocols": {"p": {"protocol": "lovo", "datasets": ["demo"]}}},
    ],
    ids=["setting", "selection", "input", "data", "protocol"],
)
def test_what_differs_has_another_name(changes):
    """Else two sweeps would take turns in overwriting each other's predictions."""
    assert jobs(**changes).packs("p", "ststnet") != jobs().packs("p", "ststnet")


def test_a_campaign_knows_whose_folds_and_runs_are_meant():
    made, other = jobs(), jobs(name="other", variants={"again": {"method": "ststnet", "epochs": 3}})
    campaign = Campaign([made, other])
    split, run = made.split_name("p"), other.run_name("p", "again")
    assert campaign.of_split(split) == (made, "p")
    assert campaign.of_run(split, run) == (other, "p", "again")
    with pytest.raises(ConfigError, match="No sweep trains x-1"):
        campaign.of_run(split, "x-1")
    with pytest.raises(ConfigError, match="No sweep has the folds p-1"):
        campaign.of_split("p-1")


def test_variants_that_read_the_same_wait_for_one_list_of_it():
    images = {"flow_image": {"flow": "farneback"}}
    variants = {"a": {"method": "ststnet"}, "b": {"method": "ststnet", "epochs": 3}, "majority": {}}
    made = jobs(variants={**variants, "c": {"method": "ststnet", **images}})
    assert made.inputs("p", "a") == made.inputs("p", "b")
    assert len({made.inputs("p", name) for name in ("a", "majority", "c")}) == 3
    other = jobs(name="other", variants={"alone": {"method": "ststnet", **images}})
    campaign, split = Campaign([jobs(), other]), made.split_name("p")
    assert campaign.of_inputs(split, made.inputs("p", "c")) == (other, "p", "alone")
    with pytest.raises(ConfigError, match="No sweep reads the files of x on p-"):
        campaign.of_inputs(split, "x")
    spec = {"folds": made.folds("p"), "lists": made.lists("p", "a"), "macro": None}
    assert json.loads(made.inputs_spec("p", "a")) == spec
    assert json.loads(made.inputs_spec("p", "majority")) == {**spec, "lists": []}


def test_packs_of_several_seeds_and_what_an_oracle_chooses_from_have_their_own_names():
    made = jobs(seeds=[0, 3, 5], seeds_per_job=2)
    folder = made.run_folder("p", "majority")
    assert made.packs("p", "majority") == [f"{folder}/{n}/000-002.parquet" for n in ("s0-3", "s5")]
    oracle = jobs(variants={"best": {"method": "ststnet", "selection": "oracle_test"}})
    (path,) = oracle.packs("p", "best")
    assert path.startswith("results/oracles/p-")
    assert json.loads(oracle.score_spec("p", "best"))["selection"] == "oracle_test"


def test_tables_say_what_the_configuration_notes_of_a_variant_and_nothing_is_trained_again():
    noted = jobs(variants={"ststnet": {"note": "with five seeds of the paper's own"}})
    (row,) = json.loads(noted.table_spec("p"))["rows"]
    assert row["remark"] == "with five seeds of the paper's own"
    assert recipe(noted) == recipe(jobs())
