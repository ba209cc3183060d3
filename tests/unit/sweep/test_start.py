import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mer.core.errors import ConfigError
from mer.sweep.start import start, use_this_interpreter

SWEEP = {
    "name": "mine",
    "datasets": {"own": {"dataset": "demo", "n_subjects": 2, "clips_per_class": 1}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["own"]}},
    "variants": {"majority": {}},
}


@pytest.fixture
def sweep_file(tmp_path):
    def write(raw):
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(raw))
        return path

    return write


def only(campaign):
    (jobs,) = campaign.sweeps.values()
    return jobs.sweep.config


def test_a_sweep_file_replaces_the_demo_entirely(repository, sweep_file):
    config = only(start(SWEEP, [sweep_file(SWEEP)], repository / "config.yaml"))
    assert config.name == "mine"
    assert list(config.datasets) == ["own"]
    assert list(config.protocols) == ["p"]
    assert list(config.variants) == ["majority"]


def test_an_incomplete_sweep_file_does_not_borrow_from_the_demo(repository, sweep_file):
    raw = {"variants": {"majority": {}}}
    with pytest.raises(ConfigError, match="mine.yaml is not valid:\n  name: Field required"):
        start(raw, [sweep_file(raw)], repository / "config.yaml")


def test_a_key_that_occurs_twice_is_found_although_snakemake_overlooks_it(repository, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nvariants: {net: {method: ststnet}, net: {method: majority}}\n")
    with pytest.raises(ConfigError, match="the key 'net' occurs twice"):
        start(yaml.safe_load(path.read_text()), [path], repository / "config.yaml")


def test_single_values_win_over_the_demo(repository):
    config = only(start({"seeds": ["4", "5"]}, [], repository / "config.yaml"))
    assert config.name == "demo"
    assert config.seeds == (4, 5)


def test_the_interpreter_comes_first(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    use_this_interpreter()
    use_this_interpreter()
    assert os.environ["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/usr/bin"]


def test_planning_is_light(repository):
    """Snakemake reads the configuration again in every cluster job."""
    program = (
        "import sys, pathlib, mer.sweep.start as s\n"
        "campaign = s.start({}, [], pathlib.Path('config.yaml'))\n"
        "campaign.check(); jobs = campaign.sweeps['demo']; jobs.summary_spec()\n"
        "jobs.table_spec('megc2019_cde'); jobs.train_spec('megc2019_cde', 'ststnet', [0], 0, 13)\n"
        "heavy = {'torch', 'cv2', 'sklearn', 'matplotlib', 'pandas', 'skimage', 'snakemake', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=repository, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def test_sweep_files_beside_the_default_lie_on_the_shelf(tmp_path):
    (tmp_path / "workflow/sweeps").mkdir(parents=True)
    paper = {"paper_tables": [{"paper": "fr", "table": "Table 6"}]}
    for name in ("one", "two"):
        text = yaml.safe_dump({**SWEEP, **paper, "name": name})
        (tmp_path / f"workflow/sweeps/{name}.yaml").write_text(text)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(SWEEP))
    campaign = start({}, [], tmp_path / "config.yaml")
    assert [path.split("/")[1] for path in campaign.paper_tables()] == ["one"] * 4 + ["two"] * 4
    (tmp_path / "workflow/sweeps/two.yaml").write_text("name: two\npaper_tables: [{paper: fr}]\n")
    with pytest.raises(ConfigError, match="two.yaml is not valid"):
        start({}, [], tmp_path / "config.yaml").paper_tables()
