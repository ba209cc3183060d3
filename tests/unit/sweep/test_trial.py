import pytest
import yaml

from mer.sweep.cells import Jobs
from mer.sweep.config_file import load
from mer.sweep.plan import Sweep
from mer.sweep.start import start, start_one
from tests.conftest import REPOSITORY
from tests.unit.sweep.test_config import parsed, problems

TEXT = """
name: mine
datasets:
  own: {dataset: demo, n_subjects: 3, clips_per_class: 2}
protocols:
  p: {protocol: loso, datasets: [own]}
variants:
  majority: {seeds: [5, 6]}
  flow_svm:
  ststnet:
  slow: {method: ststnet, lr: 0.01, epochs: 30, seeds: [8, 9]}
  later: {method: vgg16, skip: takes a GPU}
seeds: [3, 4]
seeds_per_job: 2
"""


@pytest.fixture
def trial():
    return parsed(TEXT, trial=True)


def test_a_trial_has_one_seed_and_one_epoch(trial):
    assert (trial.name, trial.seeds, trial.seeds_per_job) == ("mine_trial", (3,), 1)
    assert trial.variants["majority"].seeds == (5,)
    assert trial.variants["slow"].seeds == (8,)
    assert trial.variants["ststnet"].params.epochs == 1
    assert (trial.variants["slow"].params.epochs, trial.variants["slow"].params.lr) == (1, 0.01)


def test_snakemake_hands_the_word_over_as_a_text(trial):
    assert parsed(TEXT, trial="true") == trial
    assert parsed(TEXT, trial="false") == parsed(TEXT)


def test_all_else_stays_as_it_is(trial):
    sweep = parsed(TEXT)
    assert (sweep.name, sweep.seeds, sweep.variants["slow"].params.epochs) == ("mine", (3, 4), 30)
    assert trial.datasets == sweep.datasets
    assert trial.protocols == sweep.protocols
    assert trial.variants["flow_svm"] == sweep.variants["flow_svm"]
    assert trial.variants["later"].skip == "takes a GPU"


def test_tables_say_of_networks_that_it_is_a_trial(trial, tmp_path):
    jobs = Jobs(Sweep(trial))
    assert jobs.remark("p", "ststnet").startswith("trial, no result: trained for one epoch")
    assert "trial" not in jobs.remark("p", "flow_svm")
    assert jobs.remark("p", "later") == ""
    assert "trial" not in Jobs(Sweep(parsed(TEXT))).remark("p", "ststnet")


def test_arrays_of_a_trial_are_those_of_the_sweep(trial):
    sweep = Jobs(Sweep(parsed(TEXT)))
    assert Jobs(Sweep(trial)).recipes == sweep.recipes
    assert Jobs(Sweep(trial)).lists("p", "ststnet") == sweep.lists("p", "ststnet")


def test_mistakes_are_still_told():
    lines = problems(TEXT.replace("[8, 9]", "eight").replace("  flow_svm:", "  flow_swm:"), trial=True)
    assert any(line.startswith("variants.slow.seeds: ") for line in lines)
    assert any(line.startswith("variants.flow_swm.method: Unknown method 'flow_swm'") for line in lines)
    assert problems(TEXT, trial="perhaps")[0].startswith("trial: ")


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "workflow/sweeps").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_sweep_that_lies_ready_can_be_tried_out(path):
    raw = load(path)
    paths = {name: "/data" for name, one in raw["datasets"].items() if "stand_in" not in one}
    config = start_one(path, {"trial": True, "paths": paths}).sweep.config
    assert config.name == f"{path.stem}_trial"
    assert {one.params.epochs for one in config.variants.values() if hasattr(one.params, "epochs")} <= {1}


def test_a_trial_of_all_papers_is_one_of_every_sweep(tmp_path):
    shelf = tmp_path / "workflow/sweeps"
    shelf.mkdir(parents=True)
    (tmp_path / "config.yaml").write_text(TEXT)
    raw = yaml.safe_load(TEXT) | {"name": "paper", "paper_tables": [{"paper": "fr", "table": "Table 6"}]}
    (shelf / "paper.yaml").write_text(yaml.safe_dump(raw))
    campaign = start({"trial": True}, [], tmp_path / "config.yaml")
    assert list(campaign.sweeps) == ["mine_trial"]
    assert all(name.startswith("results/paper_trial/paper_tables/") for name in campaign.paper_tables())
