from pathlib import Path

import pytest

from mer.core.errors import ConfigError
from mer.sweep.campaign import Campaign
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep


def jobs(name, variant, seed=0):
    raw = {
        "name": name,
        "datasets": {"demo": {"n_subjects": 2, "clips_per_class": 1, "height": 48, "seed": seed}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {variant: {}},
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
