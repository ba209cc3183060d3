import json
from pathlib import Path

import pytest
import yaml

from mer.core.errors import ConfigError, DataError
from mer.sweep.start import start_one
from mer.sweep.unused import Kind, find_unused, remove
from mer.sweep.used import Used, find_used

USED = Used(
    files={
        "runs/p-00000000/folds.json",
        "runs/p-00000000/audit.md",
        "runs/p-00000000/inputs/00000000.json",
        "runs/p-00000000/net-00000000/s0/000-001.parquet",
        "runs/p-00000000/net-00000000/s0/002-003.parquet",
        "figures/preprocessing/demo-00000000/flow-00000000.png",
        "mine/tables/p.csv",
        "mine/predictions/p/net.parquet",
    },
    folders={"artefacts/demo-00000000/flow-00000000", "standins/samm-00000000", "finished"},
    sweeps={"mine"},
    packs={
        "runs/p-00000000/net-00000000": {
            "runs/p-00000000/net-00000000/s0/000-001.parquet",
            "runs/p-00000000/net-00000000/s0/002-003.parquet",
        }
    },
)
KEPT = (
    "report.html",
    "report_trial.html",
    "paper_tables.html",
    "paper_tables_trial.html",
    "published/audit.csv",
    "logs/report.log",
    "artefacts/demo-00000000/flow-00000000/demo.s01.safetensors",
    "logs/artefacts/demo-00000000/flow-00000000/demo.s01.log",
    "standins/samm-00000000/STAND-IN.json",
    "logs/standins/samm-00000000.log",
    "runs/p-00000000/folds.json",
    "runs/p-00000000/inputs/00000000.json",
    "logs/runs/p-00000000/inputs/00000000.log",
    "logs/runs/p-00000000/folds.log",
    "runs/p-00000000/net-00000000/s0/000-001.parquet",
    "logs/runs/p-00000000/net-00000000/s0/000-001.log",
    # Its pack is not there: the job that comes next goes on from it.
    "runs/p-00000000/net-00000000/unfinished/s0-002.parquet",
    "runs/p-00000000/net-00000000/unfinished/stack-s0-002.pt",
    "logs/runs/p-00000000/net-00000000/s0/002-003.log",
    # Beside its first name, or cut otherwise, where not all of it is in packs of the new size.
    "runs/p-00000000/net-00000000/finished/s0/000-001.parquet",
    "runs/p-00000000/net-00000000/finished/s0/000-003.parquet",
    "logs/contact_sheets/demo-00000000/flow-00000000.log",
    "mine/tables/p.csv",
    "mine/logs/table/p.log",
    "mine/logs/score/p/net.log",
    "finished/tables/whatever.csv",
)
UNUSED = {
    "artefacts/demo-00000000/flow-11111111/demo.s01.safetensors": Kind.ARRAYS,
    "artefacts/demo-11111111/flow-00000000/parts.json": Kind.ARRAYS,
    "logs/artefacts/demo-00000000/flow-11111111/demo.s01.log": Kind.LOGS,
    "standins/samm-11111111/STAND-IN.json": Kind.STAND_INS,
    "standins/samm-11111111/frames/a.png": Kind.STAND_INS,
    "logs/standins/samm-11111111.log": Kind.LOGS,
    "runs/p-11111111/folds.json": Kind.RUNS,
    "runs/p-11111111/audit.md": Kind.RUNS,
    "logs/runs/p-11111111/audit.log": Kind.LOGS,
    "runs/p-00000000/inputs/11111111.json": Kind.RUNS,
    "logs/runs/p-00000000/inputs/11111111.log": Kind.LOGS,
    "runs/p-00000000/net-11111111/s0/000-001.parquet": Kind.RUNS,
    "runs/p-00000000/net-11111111/macro.json": Kind.RUNS,
    "runs/p-00000000/net-11111111/unfinished/s0-000.pt": Kind.LEFT,
    "runs/p-00000000/net-00000000/s0/000-003.parquet": Kind.RUNS,  # cut otherwise
    "logs/runs/p-00000000/net-00000000/s0/000-003.log": Kind.LOGS,
    # Its folds are in a pack that is there; under a seed that nobody asks for; of a run that nobody asks for.
    "runs/p-00000000/net-00000000/finished/s0/000-000.parquet": Kind.RUNS,
    "runs/p-00000000/net-00000000/finished/s7/000-003.parquet": Kind.RUNS,
    "runs/p-00000000/net-11111111/finished/s0/000-001.parquet": Kind.RUNS,
    "runs/p-00000000/net-00000000/finished/s0/.000-001.0123abcd.parquet": Kind.LEFT,
    "oracles/p-00000000/net-11111111/s0-1/000-003.parquet": Kind.ORACLES,
    # Their cells are in a pack that is done, or in none that is asked for.
    "runs/p-00000000/net-00000000/unfinished/s0-001.parquet": Kind.LEFT,
    "runs/p-00000000/net-00000000/unfinished/s7-002.pt": Kind.LEFT,
    "runs/p-00000000/net-00000000/s0/.002-003.0123abcd.parquet": Kind.LEFT,
    "figures/preprocessing/demo-00000000/flow-11111111.md": Kind.SHEETS,
    "logs/contact_sheets/demo-00000000/flow-11111111.log": Kind.LOGS,
    "mine/tables/old.csv": Kind.SWEEPS,
    "mine/incomplete/p.csv": Kind.SWEEPS,  # the complete table is there
    "mine/logs/table/old.log": Kind.LOGS,
}
NOT_OURS = (
    "notes.txt",
    "mine/tables/by_hand.csv",
    "paper/figure.png",
    "artefacts/demo-00000000/flow-11111111/notes.txt",
    "artefacts/mine/flow-11111111/demo.s01.safetensors",
    "standins/samm-22222222/frames/a.png",
    "runs/p-00000000/net-11111111/s0/copy.parquet",
    "runs/p-00000000/net-00000000/finished/copy/000-001.parquet",
    "runs/p-00000000/inputs/copy.json",
    "runs/backup/net-11111111/s0/000-001.parquet",
    "figures/mine.png",
)
MADE = frozenset({"results/mine/tables/old.csv"})


@pytest.fixture
def results(tmp_path):
    root = tmp_path / "results"
    for path in (*KEPT, *UNUSED, *NOT_OURS):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1234")
    return root


def test_every_file_is_told_apart(results):
    found = find_unused(results, USED, MADE)
    assert {one.path: one.kind for one in found} == UNUSED | dict.fromkeys(NOT_OURS, Kind.NOT_OURS)
    assert {one.size for one in found} == {4}


def test_what_is_removed_is_what_was_shown_and_empty_folders(results):
    (results / "runs/p-11111111/net-11111111/s0").mkdir(parents=True)
    (results / "runs/p-11111111/net-11111111/s0/000-001.parquet").touch()
    (results / "runs/p-11111111/net-11111111/unfinished").mkdir()
    (results / "runs/p-11111111/net-11111111/finished/s0").mkdir(parents=True)
    remove(results, find_unused(results, USED, MADE))
    left = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    assert left == {*KEPT, *NOT_OURS}
    assert not (results / "runs/p-11111111").exists()
    assert all(any(path.iterdir()) for path in results.rglob("*") if path.is_dir())
    assert {one.kind for one in find_unused(results, USED, MADE)} == {Kind.NOT_OURS}


def test_a_pack_with_two_names_is_counted_once(results):
    pack = results / "runs/p-00000000/net-11111111/s0/000-001.parquet"
    second = results / "runs/p-00000000/net-11111111/finished/s0/000-001.parquet"
    second.unlink()
    second.hardlink_to(pack)
    sizes = {one.path: one.size for one in find_unused(results, USED, MADE)}
    assert [sizes[str(path.relative_to(results))] for path in (pack, second)] == [2, 2]
    # Of a third name that stays nothing is freed.
    (results.parent / "backup.parquet").hardlink_to(pack)
    sizes = {one.path: one.size for one in find_unused(results, USED, MADE)}
    assert [sizes[str(path.relative_to(results))] for path in (pack, second)] == [0, 0]


def test_links_are_not_followed(results, tmp_path):
    outside = tmp_path / "scratch"
    elsewhere = outside / "demo-22222222" / "flow-22222222"
    elsewhere.mkdir(parents=True)
    (elsewhere / "demo.s01.safetensors").touch()
    (results / "artefacts/demo-22222222").symlink_to(outside / "demo-22222222")
    link = results / "artefacts/demo-00000000/flow-11111111/demo.s09.safetensors"
    link.symlink_to(elsewhere / "demo.s01.safetensors")
    found = {one.path: one.kind for one in find_unused(results, USED, MADE)}
    assert found["artefacts/demo-22222222"] is Kind.NOT_OURS
    assert found[str(link.relative_to(results))] is Kind.NOT_OURS
    remove(results, find_unused(results, USED, MADE))
    assert (elsewhere / "demo.s01.safetensors").is_file()
    assert link.is_symlink()


def test_an_incomplete_table_is_kept_while_there_is_no_complete_one(results):
    (results / "mine/tables/p.csv").unlink()
    assert "mine/incomplete/p.csv" not in {one.path for one in find_unused(results, USED, MADE)}


# What sweeps use

RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {"net": {"method": "ststnet"}},
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with a sweep of which a log is there, and a way to write configurations."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/mine/logs").mkdir(parents=True)

    def write(file="mine.yaml", **changes):
        path = tmp_path / file
        path.write_text(yaml.safe_dump({**RAW, **changes}))
        return path

    return write


def used(*files):
    return find_used(Path("results"), files)


def test_a_configuration_that_is_not_valid_stops_everything(project):
    with pytest.raises(
        ConfigError, match="Nothing is removed.\nother.yaml is not valid:\n  sedes: Unknown key"
    ):
        used(project(), project("other.yaml", name="other", sedes=[1]))


def test_a_sweep_of_unknown_needs_stops_everything(project, tmp_path):
    (tmp_path / "results/lost/logs").mkdir(parents=True)
    with pytest.raises(ConfigError, match="results/lost is of a sweep that is not finished and whose conf"):
        used(project())


def test_a_trial_that_is_not_finished_keeps_what_it_uses(project, tmp_path):
    path = project()
    (run,) = start_one(path, {"trial": True}).packs("p", "net")
    assert not used(path).has(run.removeprefix("results/"))
    (tmp_path / "results/mine_trial/logs").mkdir(parents=True)
    found = used(path)
    assert found.has(run.removeprefix("results/"))
    assert {"mine", "mine_trial"} <= found.sweeps


def test_a_finished_sweep_keeps_what_it_lists_without_its_configuration(project, tmp_path):
    folder = tmp_path / "results/lost"
    (folder / "logs").mkdir(parents=True)
    lists = ("tables", "paper_tables", "samples", "audits", "figures", "comparisons", "predictions")
    listed = {**{key: [] for key in lists}, "contact_sheets": ["results/figures/preprocessing/d/r.png"]}
    listed["runs"] = {"q": {"net": "results/runs/q-00000000/net-00000000"}}
    (folder / "sweep.json").write_text(json.dumps(listed))
    found = used(project())
    for path in (
        "runs/q-00000000/net-00000000/s0/000-001.parquet",
        "runs/q-00000000/folds.json",
        "runs/q-00000000/inputs/00000000.json",
        "figures/preprocessing/d/r.png",
        "lost/anything.txt",
        "standins/samm-00000000/STAND-IN.json",  # nobody knows whose clips these are
    ):
        assert found.has(path)
    assert not found.has("runs/q-00000000/net-11111111/s0/000-001.parquet")
    assert "only its list of what it used when it was finished is known" in found.remarks[0]
    (folder / "sweep.json").write_text("{")
    with pytest.raises(DataError, match="results/lost/sweep.json is damaged"):
        used(project())


def test_packs_of_a_finished_sweep_are_kept_although_another_configuration_asks_for_fewer(project, tmp_path):
    (run,) = used(project()).packs
    folder = tmp_path / "results/lost"
    (folder / "logs").mkdir(parents=True)
    lists = ("tables", "paper_tables", "samples", "audits", "figures", "comparisons", "predictions")
    listed = {key: [] for key in (*lists, "contact_sheets")} | {"runs": {"p": {"net": f"results/{run}"}}}
    (folder / "sweep.json").write_text(json.dumps(listed))
    assert used(project()).has(f"{run}/s7/000-002.parquet")
    # Its own configuration knows better.
    assert not used(project(), project("lost.yaml", name="lost")).has(f"{run}/s7/000-002.parquet")


def test_a_sweep_keeps_its_own_and_not_what_is_called_alike(project):
    found = used(project())
    (run,) = found.packs
    assert found.has(f"{run}/s0/000-002.parquet")
    assert found.has("mine/scores/p/net.csv")
    assert found.has("mine/figures/p/features_net.png")
    assert not found.has("runs/p-11111111/folds.json")
    assert not found.has("artefacts/demo-11111111/flow_image-00000000/parts.json")


def test_what_may_be_of_data_that_are_not_at_hand_is_kept_by_its_name(project, tmp_path):
    for folder in ("runs/p-11111111", "artefacts/flow-11111111", "artefacts/other-11111111"):
        (tmp_path / "results" / folder).mkdir(parents=True)
    datasets = {"flow": {"dataset": "flow_images"}}
    protocols = {"p": {"protocol": "loso", "datasets": ["flow"]}}
    found = used(project(datasets=datasets, protocols=protocols))
    assert found.has("runs/p-11111111/net-00000000/s0/000-001.parquet")
    assert found.has("artefacts/flow-11111111/flow_image-00000000/all.safetensors")
    assert not found.has("artefacts/other-11111111/flow_image-00000000/all.safetensors")
    assert "cannot be planned: flow: no folder is configured" in found.remarks[0]


def test_a_sweep_of_which_nothing_can_run_stops_nothing_and_is_kept_by_its_names(project, tmp_path):
    for folder in ("runs/p-11111111", "runs/q-11111111", "real/logs"):
        (tmp_path / "results" / folder).mkdir(parents=True)
    datasets = {"flow": {"dataset": "flow_images", "missing": "skip"}}
    protocols = {"q": {"protocol": "loso", "datasets": ["flow"]}}
    found = used(project(), project("real.yaml", name="real", datasets=datasets, protocols=protocols))
    assert found.has("runs/q-11111111/net-00000000/s0/000-001.parquet")
    assert found.has("real/tables/q.csv")
    assert not found.has("runs/p-11111111/folds.json")
    assert found.remarks == ["real.yaml: kept by its names: no folder for flow in paths.yaml"]


def test_results_on_real_clips_are_kept_while_stand_ins_take_their_place(project, tmp_path):
    samm = {"dataset": "samm", "missing": "stand_in", "stand_in": {"scale": 0.1}}
    protocols = {"p": {"protocol": "loso", "datasets": ["samm"], "task": "megc2019"}}
    for digest, source in (("11111111", "real"), ("22222222", "stand_in")):
        folder = tmp_path / f"results/runs/p-{digest}"
        folder.mkdir(parents=True)
        folds = {
            "protocol": "p", "task": "three_class", "classes": ["a"], "source": source, "samples": [],
            "folds": [], "subject_disjoint": True, "pooling": "pooled", "notes": [],
        }  # fmt: skip
        (folder / "folds.json").write_text(json.dumps(folds))
    found = used(project(datasets={"samm": samm}, protocols=protocols))
    assert found.has("runs/p-11111111/net-00000000/s0/000-001.parquet")
    assert not found.has("runs/p-22222222/net-00000000/s0/000-001.parquet")
    assert "all results on real clips are kept, as samm is not at hand" in found.remarks[0]
