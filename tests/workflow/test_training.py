"""How an epoch is chosen, and packs of seeds, from end to end."""

import json
import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.workflow.conftest import TINY_SWEEP, Project

SWEEP = {
    **TINY_SWEEP,
    "name": "chosen",
    "variants": {
        "last": {"method": "ststnet", "epochs": 2},
        "held_out": {"method": "ststnet", "epochs": 2, "selection": "inner_val"},
        "best": {"method": "ststnet", "epochs": 2, "selection": "oracle_test", "seeds": [0]},
        "large": {"method": "vgg16", "skip": "takes a GPU"},
    },
    "seeds": [0, 1],
    "seeds_per_job": 2,
    "costs": True,
}


@pytest.fixture(scope="module")
def done(finished, tmp_path_factory):
    """A project with the finished sweep, and what Snakemake printed."""
    root = tmp_path_factory.mktemp("chosen") / "project"
    shutil.copytree(finished.root, root, symlinks=True)
    project = Project(root)
    return project, project.run(SWEEP)


def test_selections_packs_of_seeds_and_what_is_skipped(done):
    project, printed = done
    root = project.root / "results" / "chosen"
    listed = json.loads((root / "sweep.json").read_text())["runs"]["p"]
    files = {name: sorted((project.root / folder).glob("*/*.parquet")) for name, folder in listed.items()}
    assert {name: ["/".join(path.parts[-2:]) for path in paths] for name, paths in files.items()} == {
        # That of seed 0 alone is of the tiny sweep, which trains the same.
        "last": ["s0/000-002.parquet", "s0-1/000-002.parquet"],
        "held_out": ["s0-1/000-002.parquet"],
        "best": ["s0/000-002.parquet"],
    }
    (oracle,) = project.packs("chosen", "best")
    assert oracle.relative_to(project.root).parts[:2] == ("results", "oracles")
    assert "seed 1, fold 2 of 3 ('demo:s03') done" in printed  # progress is on the terminal
    assert not {"true", "predicted"} & set(pq.read_schema(oracle).names)
    table = pd.read_csv(root / "tables" / "p.csv").set_index("variant")
    assert table["kind"].to_dict() == {
        "last": "measured", "held_out": "measured", "best": "oracle", "large": "not run"
    }  # fmt: skip
    assert table["n_seeds"].dropna().to_dict() == {"last": 2, "held_out": 2, "best": 1}
    assert table.loc["large", "remark"] == "not run: takes a GPU"
    assert table.loc["last", "demo_params_millions"] == 1683e-6
    assert table.loc["last", "demo_exec_seconds"] > 0


def test_packs_are_cut_otherwise_without_another_result(done):
    project, _ = done
    _, path = project.packs("chosen", "last")
    whole = pd.read_parquet(path)
    last = {"last": SWEEP["variants"]["last"]}
    sweep = {**SWEEP, "variants": last, "folds_per_job": 1, "seeds_per_job": 1}
    shutil.rmtree(path.parents[1] / "finished")  # or its folds are taken over
    printed = project.run(sweep, "results/chosen/scores/p/last.csv")
    assert "done already" not in printed
    paths = [path.parents[1] / f"s{seed}/{n:03d}-{n:03d}.parquet" for seed in (0, 1) for n in range(3)]
    single = pd.concat(map(pd.read_parquet, paths), ignore_index=True)
    columns = [name for name in whole if name != "seconds"]
    order = ["seed", "fold", "sample_id"]
    pd.testing.assert_frame_equal(
        *(rows.sort_values(order)[columns].reset_index(drop=True) for rows in (whole, single))
    )


def test_networks_that_take_a_gpu_run_from_end_to_end_without_one(project):
    """Two epochs; AlexNet and VGG16 in a tenth of their width."""
    two = {"epochs": 2, "batch_size": 4}
    large = {
        "alexnet": {**two, "width": 0.1},
        "googlenet": two,
        "vgg16": {**two, "width": 0.1},
        "htnet": two,
    }
    demo = {"n_subjects": 2, "clips_per_class": 1, "height": 48}
    sweep = {**TINY_SWEEP, "name": "large", "datasets": {"demo": demo}, "variants": large}
    project.run(sweep, "results/large/tables/p.csv")
    root = project.root / "results" / "large"
    for name in large:
        (path,) = (project.root / "results/runs").glob(f"p-*/{name}-*/s0/000-001.parquet")
        rows = pd.read_parquet(path)
        assert len(rows) == 6
        scores = rows.filter(like="score_")
        assert scores.shape[1] == 3
        assert (scores.sum(axis=1) - 1).abs().max() < 1e-6
    table = pd.read_csv(root / "tables" / "p.csv").set_index("variant")
    assert list(table.index[table["kind"] == "measured"]) == list(large)
    assert table.loc[list(large), "demo_war"].between(0, 1).all()
