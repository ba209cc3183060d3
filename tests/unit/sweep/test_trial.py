import pytest
import yaml

from mer.core.errors import ConfigError
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
  casme2: {frames: ["crops/{subject}/{clip}"], annotation: mine.xlsx, objective: column, allow_partial: true}
  small: {dataset: samm, stand_in: {scale: 0.1}, missing: stand_in}
  flows: {dataset: flow_images, size: 32, missing: skip}
  clips: {dataset: table}
  made: {dataset: table, source: stand_in}
paths: {casme2: /data/casme2, small: /data/samm, flows: /data/flow, clips: /data/clips, made: /data/made}
protocols:
  p: {protocol: loso, datasets: [own]}
  both: {protocol: megc2018_cde, datasets: [casme2, small]}
  flow: {protocol: loso, datasets: [flows]}
  mixed: {protocol: loso, datasets: [own, clips]}
  m: {protocol: loso, datasets: [made]}
variants:
  majority: {seeds: [5, 6]}
  flow_svm:
  ststnet:
  slow: {method: ststnet, lr: 0.01, epochs: 30, seeds: [8, 9]}
  later: {method: vgg16, skip: takes a GPU}
seeds: [3, 4]
seeds_per_job: 2
"""
# As long as they are tried to be.
DEMO = {
    "datasets": {"own": {"dataset": "demo", "n_subjects": 3, "clips_per_class": 2}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["own"]}},
    "paths": {},
}


@pytest.fixture
def trial():
    return parsed(TEXT, trial=True)


def test_a_trial_has_one_seed_and_one_epoch(trial):
    assert (trial.name, trial.seeds, trial.seeds_per_job) == ("mine_trial", (3,), 1)
    assert trial.variants["majority"].seeds == (5,)
    assert trial.variants["slow"].seeds == (8,)
    assert trial.variants["ststnet"].params.epochs == 1
    assert (trial.variants["slow"].params.epochs, trial.variants["slow"].params.lr) == (1, 0.01)


def test_a_trial_reads_no_copy_of_real_clips(trial):
    params = {name: one.params for name, one in trial.datasets.items()}
    assert (params["casme2"].stand_in.scale, params["small"].stand_in.scale) == (0.3, 0.1)
    # What says how a stand-in is read stays, what says how an own copy lies does not.
    assert (params["casme2"].objective, params["casme2"].frames, params["casme2"].annotation) == (
        "column",
        (),
        "",
    )
    assert not params["casme2"].allow_partial
    assert {name: str(path) for name, path in trial.paths.items()} == {"made": "/data/made"}
    assert list(trial.protocols) == ["p", "both", "flow", "m"]
    assert dict(trial.missing) == {"mixed": "a trial takes stand-ins, and there is none of clips"}


def test_finished_flow_images_are_replaced_by_those_of_synthetic_faces(trial):
    flows = trial.datasets["flows"]
    assert flows.spec.name == "flow_demo"
    assert (flows.params.scale, flows.params.size) == (0.3, 32)


def test_a_sweep_of_which_nothing_can_be_tried_says_so():
    only = {"datasets": {"clips": {"dataset": "table"}}, "paths": {"clips": "/c"}}
    only["protocols"] = {"mixed": {"protocol": "loso", "datasets": ["clips"]}}
    reason = "protocols: none can run, a trial takes stand-ins, and there is none of clips"
    assert problems(TEXT, trial=True, **only) == [reason]


def test_snakemake_hands_the_word_over_as_a_text(trial):
    assert parsed(TEXT, trial="true") == trial
    assert parsed(TEXT, trial="false") == parsed(TEXT)


def test_all_else_stays_as_it_is(trial):
    sweep = parsed(TEXT)
    assert (sweep.name, sweep.seeds, sweep.variants["slow"].params.epochs) == ("mine", (3, 4), 30)
    assert sweep.datasets["casme2"].params.stand_in is None
    assert trial.datasets["own"] == sweep.datasets["own"]
    assert trial.protocols["both"] == sweep.protocols["both"]
    assert trial.variants["flow_svm"] == sweep.variants["flow_svm"]
    assert trial.variants["later"].skip == "takes a GPU"


def test_titles_say_that_it_is_a_trial_and_rows_what_of_it_is_no_result():
    jobs, sweep = (Jobs(Sweep(parsed(TEXT, trial=one, **DEMO))) for one in (True, False))
    assert jobs.title("p") == f"{sweep.title('p')} (trial)"
    assert '(trial)"' in jobs.table_spec("p")
    assert '(trial)"' in jobs.comparison_spec("p")
    assert '(trial)"' in jobs.figures_spec("p")
    assert jobs.remark("p", "ststnet").startswith("trial, no result: trained for one epoch")
    assert jobs.remark("p", "later") == ""
    assert "trial" not in jobs.remark("p", "flow_svm") + sweep.remark("p", "ststnet")


def test_pages_of_trials_are_others(trial):
    assert Jobs(Sweep(trial)).page("report") == "results/report_trial.html"
    assert Jobs(Sweep(parsed(TEXT))).page("report") == "results/report.html"


@pytest.mark.parametrize(
    "change",
    [{"seeds": [1, "x"]}, {"seeds": [1, 1]}, {"seeds_per_job": 0}, {"name": "runs"}, {"name": "mine_trial"}],
)
def test_what_the_sweep_refuses_its_trial_refuses_as_well(change):
    assert problems(TEXT, trial=True, **change) == problems(TEXT, **change)


def test_mistakes_are_told_though_a_trial_would_not_notice():
    text = TEXT.replace("epochs: 30", "epochs: -3").replace("  flow_svm:", "  flow_swm:")
    lines = problems(text, trial=True)
    assert any(line.startswith("variants.slow.epochs: ") for line in lines)
    assert any(line.startswith("variants.flow_swm.method: Unknown method 'flow_swm'") for line in lines)
    assert problems(TEXT, trial="perhaps")[0].startswith("trial: ")
    assert problems(TEXT, name="mine_trial") == [
        "name: the ending '_trial' is for trials of sweeps. Take another name"
    ]


def test_the_longest_name_can_be_tried():
    assert parsed(TEXT, trial=True, name="n" * 60).name == "n" * 60 + "_trial"


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "workflow/sweeps").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_sweep_can_be_tried_out_as_a_whole(path):
    config = start_one(path, {"trial": True}).sweep.config
    assert config.name == f"{path.stem}_trial"
    assert set(config.protocols) == set(load(path)["protocols"])
    assert {one.params.epochs for one in config.variants.values() if hasattr(one.params, "epochs")} <= {1}


@pytest.fixture
def shelf(tmp_path):
    """A project whose shelf has one sweep with a table of a paper."""
    folder = tmp_path / "workflow/sweeps"
    folder.mkdir(parents=True)
    raw = yaml.safe_load(TEXT) | DEMO
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(raw))
    raw |= {"name": "paper", "paper_tables": [{"paper": "fr", "table": "Table 6"}]}
    (folder / "paper.yaml").write_text(yaml.safe_dump(raw))
    return tmp_path


def test_a_trial_of_all_papers_is_one_of_every_sweep(shelf):
    campaign = start({"trial": True}, [], shelf / "config.yaml")
    assert list(campaign.sweeps) == ["mine_trial"]
    assert all(name.startswith("results/paper_trial/paper_tables/") for name in campaign.paper_tables())
    assert campaign.page("paper_tables") == "results/paper_tables_trial.html"
    assert campaign.log_of_page("paper_tables") == "results/logs/paper_tables_trial.log"


def test_sweeps_without_tables_of_papers_are_in_nobodys_way(shelf):
    only = {"name": "clips", "datasets": {"clips": {"dataset": "table"}}, "paths": {"clips": "/c"}}
    raw = (
        yaml.safe_load(TEXT)
        | DEMO
        | only
        | {"protocols": {"mixed": {"protocol": "loso", "datasets": ["clips"]}}}
    )
    (shelf / "workflow/sweeps/clips.yaml").write_text(yaml.safe_dump(raw))
    assert start({"trial": True}, [], shelf / "config.yaml").paper_tables()


def test_a_sweep_of_which_nothing_can_run_is_left_out_with_a_warning(shelf, caplog):
    """Own copies of one database out of three, say: the other tables of papers are made all the same."""
    raw = yaml.safe_load((shelf / "workflow/sweeps/paper.yaml").read_text())
    raw |= {"name": "real", "datasets": {"clips": {"dataset": "flow_images", "missing": "skip"}}}
    raw |= {"protocols": {"p": {"protocol": "loso", "datasets": ["clips"]}}}
    (shelf / "workflow/sweeps/real.yaml").write_text(yaml.safe_dump(raw))
    tables = start({}, [], shelf / "config.yaml").paper_tables()
    assert {path.split("/")[1] for path in tables} == {"paper"}
    assert "real.yaml is left out: no folder for clips in paths.yaml" in caplog.text


def test_no_file_says_of_itself_that_it_is_a_trial(shelf):
    path = shelf / "workflow/sweeps/paper.yaml"
    path.write_text(path.read_text() + "trial: true\n")
    with pytest.raises(ConfigError, match=r"'trial' is no key of a file. Try the sweep out with --config"):
        start_one(path)
    with pytest.raises(ConfigError, match=r"paper.yaml: 'trial' is no key of a file"):
        start({}, [], shelf / "config.yaml").paper_tables()
