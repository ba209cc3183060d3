"""Which figures a sweep has, and what their jobs are told."""

import json
from pathlib import Path

import pytest

import mer.sweep.figures as planned
from mer.core.errors import ConfigError
from mer.figures.critical_difference import FEWEST_METHODS, FEWEST_TASKS
from mer.figures.fold_bars import MOST_FOLDS
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.figures import ALWAYS
from mer.sweep.plan import Sweep

TINY = {"n_subjects": 3, "clips_per_class": 1, "height": 48}


def jobs(**changes):
    raw = {
        "name": "mine",
        "datasets": {"demo": TINY},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"majority": {}, "ststnet": {}},
        **changes,
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", Path.cwd())))


def net(**settings):
    return {"method": "ststnet", "epochs": 2, **settings}


def test_a_figure_is_made_where_there_is_something_to_see():
    assert jobs().figure_names("p") == (*ALWAYS, "pairwise", "fold_bars")
    assert jobs(variants={"majority": {}}).figure_names("p") == (*ALWAYS, "fold_bars")
    oracle = {"a": net(), "best": net(selection="oracle_test")}
    assert jobs(variants=oracle).figure_names("p") == (
        *ALWAYS,
        "selection_gap",
        "training_curves",
        "fold_bars",
    )
    lone = {"a": net(epochs=3), "best": net(selection="oracle_test")}
    assert "selection_gap" not in jobs(variants=lone).figure_names("p")
    many = jobs(datasets={"demo": {**TINY, "n_subjects": 13}})
    assert many.figure_names("p") == (*ALWAYS, "pairwise")
    series = jobs(variants={f"n{n}": net(epochs=n) for n in (1, 2, 3)})
    assert "parameter_sweep" in series.figure_names("p")


def test_all_figures_of_a_protocol_are_named():
    paths = jobs().figures()
    folder = "results/mine/figures/p"
    assert {
        f"{folder}/{name}.{suffix}"
        for name in ("confusion_majority", "scores", "fold_bars")
        for suffix in ("png", "pdf")
    } < set(paths)
    assert paths.count(f"{folder}/figures.json") == 1
    assert not any("features" in path or "critical" in path for path in paths)


def test_planning_and_drawing_agree_on_what_can_be_drawn():
    """Planning must not import what draws, so that both have these numbers."""
    assert planned._MOST_FOLDS == MOST_FOLDS
    assert (planned._FEWEST_RANKED, planned._FEWEST_TASKS) == (FEWEST_METHODS, FEWEST_TASKS)


def test_a_variant_that_does_not_run_is_in_no_figure():
    variants = {"majority": {}, "a": net(skip="later"), "best": net(selection="oracle_test", protocols=["q"])}
    protocols = {name: {"protocol": "loso", "datasets": ["demo"]} for name in ("p", "q")}
    made = jobs(variants=variants, protocols=protocols)
    assert json.loads(made.figures_spec("p"))["variants"] == ["majority"]
    assert made.figure_names("p") == (*ALWAYS, "fold_bars")
    assert "training_curves" in made.figure_names("q")
    assert made.oracle_packs("p") == []
    assert made.oracle_packs("q") == made.packs("q", "best")


def test_the_specification_follows_predictions_and_names_the_baseline():
    before = jobs().figures_spec("p")
    assert jobs().figures_spec("p") == before
    assert jobs(variants={"majority": {}, "ststnet": {"epochs": 3}}).figures_spec("p") != before
    assert json.loads(before)["baseline"] == "majority"
    assert json.loads(jobs(baseline="ststnet").figures_spec("p"))["baseline"] == "ststnet"


def test_the_shown_score_is_one_that_the_protocol_reports():
    assert json.loads(jobs().figures_spec("p"))["metric"] == "uf1"
    made = jobs()
    object.__setattr__(made.sweep.config.protocols["p"].spec, "metrics", ("war", "uar"))
    try:
        assert json.loads(made.figures_spec("p"))["metric"] == "uar"
    finally:
        object.__setattr__(made.sweep.config.protocols["p"].spec, "metrics", ("uf1", "uar", "war"))


CLASSES = ("negative", "positive", "surprise")
NAMES = ("casme2", "samm", "mmew", "casme", "smic_hs", "smic_vis")


@pytest.fixture
def of_databases(flow_table):
    """Plan a sweep on flow images of some databases, in one protocol."""

    def plan(names, **changes):
        rows = [(name, f"{name}{n}", f"c{k}", k) for name in names for n in range(2) for k in CLASSES]
        raw = {
            "datasets": {"flows": {"dataset": "flow_images"}},
            "paths": {"flows": str(flow_table(rows))},
            "protocols": {"p": {"protocol": "loso", "datasets": ["flows"]}},
            "variants": {"majority": {}, "ststnet": {}, "sssnet": {}},
        }
        return jobs(**{**raw, **changes})

    return plan


def test_methods_are_ranked_over_enough_databases(of_databases):
    made = of_databases(NAMES[:5])
    assert made.no_ranks == ""
    assert "results/mine/figures/critical_difference.pdf" in made.figures()
    assert "results/mine/figures/figures.json" in made.figures()
    spec = json.loads(made.ranks_spec())
    assert spec["variants"] == ["majority", "ststnet", "sssnet"]
    assert spec["tasks"] == {"p": sorted(NAMES[:5])}
    assert len(made.ranked_scores()) == 3
    assert json.loads(made.summary_spec())["not_drawn"] == {}


def test_the_reason_why_methods_are_not_ranked_is_said(of_databases):
    few = of_databases(NAMES[:4])
    reason = "ranks take at least 5 databases with people of their own, these are 4"
    assert few.no_ranks == reason
    assert json.loads(few.summary_spec())["not_drawn"] == {"critical_difference": reason}
    assert not any("critical" in path for path in few.figures())
    oracle = {"majority": {}, "ststnet": {}, "best": net(selection="oracle_test")}
    assert (
        "no oracles, that run under every protocol, these are 2"
        in of_databases(NAMES[:5], variants=oracle).no_ranks
    )


def test_a_database_counts_once_whatever_protocols_and_cameras_it_is_tested_under(of_databases):
    one = {"protocol": "loso", "datasets": ["flows"]}
    again = of_databases(NAMES[:4], protocols={"p": one, "q": {**one, "task": "three_class"}})
    assert again.no_ranks.endswith("these are 4")
    assert of_databases(("casme2", "samm", "mmew", "smic_hs", "smic_vis")).no_ranks.endswith("these are 4")


def test_features_are_those_of_the_fold_that_the_table_is_made_of():
    made = jobs(variants={"majority": {}, "mine": {"method": "fr", "epochs": 3, "seeds": [4, 5]}})
    spec = json.loads(made.features_spec("p", "mine"))
    assert spec["train"] == json.loads(made.train_spec("p", "mine", [4], 0, 0))
    assert (spec["before"], spec["after"]) == ("backbone", "classifier")


@pytest.mark.parametrize("variant", ["majority", "unknown"])
def test_features_of_what_refines_none_are_refused(variant):
    made = jobs(variants={"majority": {}, "mine": {"method": "fr"}})
    with pytest.raises(
        ConfigError, match=rf"Features of '{variant}' on 'p' cannot be drawn.*run there: mine\."
    ):
        made.features_spec("p", variant)
