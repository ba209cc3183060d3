from pathlib import Path

import pytest

from mer.core.errors import ConfigError, DataError
from mer.sweep import plan
from mer.sweep.campaign import Campaign
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep


def jobs(name, variant, seed=0, **more):
    raw = {
        "name": name,
        "datasets": {"demo": {"n_subjects": 2, "clips_per_class": 1, "height": 48, "seed": seed}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {variant: {}},
        **more,
    }
    return Jobs(Sweep(parse(raw, name, Path.cwd())))


def test_sweeps_are_planned_together_and_share_arrays():
    one, two = jobs("one", "ststnet"), jobs("two", "ststnet")
    campaign = Campaign([one, two, jobs("three", "lbp_top_svm", seed=1)])
    assert campaign.targets() == [f"results/{name}/sweep.json" for name in ("one", "two", "three")]
    folder, key = one.artefact_folder("demo"), one.sweep.recipe("ststnet").key
    owner = campaign.owner(folder, key)
    assert owner.prepare_spec(folder, key, "demo.s01") == two.prepare_spec(folder, key, "demo.s01")


def test_arrays_that_nobody_asks_for_have_no_owner():
    one = jobs("one", "ststnet")
    other = jobs("two", "lbp_top_svm", seed=1)
    with pytest.raises(ConfigError, match="No sweep asks for lbp_top"):
        Campaign([one, other]).owner(one.artefact_folder("demo"), other.sweep.recipe("lbp_top_svm").key)


def test_two_sweeps_of_one_name_are_refused():
    with pytest.raises(ConfigError, match="Two sweeps are called one"):
        Campaign([jobs("one", "ststnet"), jobs("one", "majority")])


PAPER = {"paper_tables": [{"paper": "fr", "table": "Table 6"}]}


def test_tables_of_papers_are_those_of_all_sweeps_on_the_shelf():
    shelf = [jobs("two", "ststnet", **PAPER), jobs("three", "majority")]
    campaign = Campaign([jobs("one", "majority")], lambda: shelf)
    suffixes = ("csv", "md", "tex", "html")
    assert campaign.paper_tables() == [f"results/two/paper_tables/fr_table_6.{one}" for one in suffixes]
    assert campaign.targets() == ["results/one/sweep.json"]


def test_jobs_of_a_sweep_on_the_shelf_are_found_and_the_shelf_is_read_only_for_them():
    read = []

    def shelf():
        read.append(1)
        return [jobs("two", "ststnet", seed=1, **PAPER)]

    one = jobs("one", "majority")
    campaign = Campaign([one], shelf)
    assert campaign.of_split(one.split_name("p")) == (one, "p")
    assert campaign.sweep("one") is one
    assert not read
    other = shelf()[0]
    owner, protocol, variant = campaign.of_run(other.split_name("p"), other.run_name("p", "ststnet"))
    assert (owner.root, protocol, variant) == ("results/two", "p", "ststnet")
    with pytest.raises(ConfigError, match="No sweep is called four"):
        campaign.sweep("four")


def test_data_that_are_missing_for_tables_of_papers_are_listed_by_sweep():
    lacking = jobs(
        "two",
        "majority",
        datasets={"casme2": {}},
        protocols={"q": {"protocol": "loso", "datasets": ["casme2"], "task": "casme2_5"}},
        **PAPER,
    )
    with pytest.raises(DataError, match="two: casme2: no folder is configured"):
        Campaign([], lambda: [lacking]).paper_tables()


def test_two_sweeps_of_one_name_on_the_shelf_are_refused():
    shelf = [jobs("two", "ststnet", **PAPER), jobs("two", "majority", **PAPER)]
    with pytest.raises(ConfigError, match="Two sweeps are called two"):
        Campaign([], lambda: shelf).paper_tables()


def test_a_training_job_divides_the_clips_of_its_own_protocol_only(monkeypatch):
    # Whether the variant runs depends on the clips of a protocol.
    changes = {
        "protocols": {name: {"protocol": "loso", "datasets": ["demo"]} for name in ("p", "q", "r")},
        "variants": {"ststnet": {"preprocessing": {"apex": {"spotting": "refuse"}}}},
    }
    planned = jobs("one", "ststnet", **changes)
    names = planned.split_name("q"), planned.run_name("q", "ststnet")
    made, make = [], plan.make_split
    monkeypatch.setattr(plan, "make_split", lambda name, *rest: made.append(name) or make(name, *rest))
    # A job on a cluster plans anew.
    owner, protocol, variant = Campaign([jobs("one", "ststnet", **changes)]).of_run(*names)
    owner.train_spec(protocol, variant, [0], 0, 1)
    assert (protocol, variant, made) == ("q", "ststnet", ["q"])
