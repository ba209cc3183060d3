"""Which figures a sweep makes, what they say, and what makes them stale."""

import json
from copy import deepcopy

import pytest
from PIL import Image

from tests.workflow.conftest import TINY_SWEEP


def figures_of(paths, sweep="tiny"):
    """Names of figures among paths, with the protocol, but for confusion matrices."""
    start = f"results/{sweep}/figures/"
    names = {path.removeprefix(start).rpartition(".")[0] for path in paths if path.startswith(start)}
    return {name for name in names if "confusion_" not in name}


def with_variants(**variants):
    sweep = deepcopy(TINY_SWEEP)
    sweep["variants"] |= variants
    return sweep


def test_every_figure_is_described_and_drawn(finished):
    folder = finished.root / "results/tiny/figures/p"
    captions = json.loads((folder / "figures.json").read_text())
    assert sorted(one["file"] for one in captions) == sorted(path.name for path in folder.glob("*.png"))
    for one in captions:
        assert "9 clips, 3 subjects" in one["caption"]
        assert "stand-ins" in one["caption"]
        with Image.open(folder / one["file"]) as image:
            assert image.width <= 2100  # the width of a page, 7 inches, in 300 dots per inch
        assert (folder / one["file"]).with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    listed = json.loads((finished.root / "results/tiny/sweep.json").read_text())
    assert {path.rpartition("/")[2] for path in listed["figures"]} == {path.name for path in folder.iterdir()}
    reason = listed["not_drawn"]["critical_difference"]
    assert reason == "ranks take at least 5 databases with people of their own, these are 1"


def test_oracles_bring_figures_of_epochs_and_series_those_of_settings(finished):
    oracle = {"method": "ststnet", "epochs": 2, "selection": "oracle_test"}
    planned = finished.planned(with_variants(best=oracle))
    usual = {"p/per_class", "p/scores", "p/subjects", "p/figures", "p/pairwise", "p/fold_bars"}
    assert figures_of(planned) == usual | {"p/selection_gap", "p/training_curves"}
    more = {f"longer{n}": {"method": "ststnet", "epochs": n} for n in (3, 4)}
    assert figures_of(finished.planned(with_variants(**more))) == usual | {"p/parameter_sweep"}


def test_features_are_drawn_on_demand_only(finished):
    sweep = with_variants(refined={"method": "fr", "epochs": 1})
    assert not any("features" in name for name in figures_of(finished.planned(sweep)))
    target = "results/tiny/figures/p/features_refined.png"
    planned = finished.planned(sweep, "--", target)
    assert target in planned
    assert "results/tiny/figures/p/features_refined.json" in planned
    assert not any("/s0/" in path for path in planned)  # the fold is trained by the job itself
    other = target.replace("refined", "net")
    name = finished.write(sweep, "refined.yaml")
    printed = finished.snakemake("-n", "--configfile", name, "--", other, ok=False)
    assert "Features of 'net' on 'p' cannot be drawn" in printed


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("mer/figures/fold_bars.py", "width=0.75", "width=0.8"),
        ("mer/evaluation/subject_swap.py", "EXACT_UP_TO = 13", "EXACT_UP_TO = 12"),
    ],
    ids=["what draws", "what computes"],
)
def test_code_makes_figures_stale_and_no_predictions(project, path, old, new):
    project.edit(path, old, new)
    planned = project.planned(TINY_SWEEP)
    assert {"p/per_class", "p/pairwise", "p/fold_bars"} <= figures_of(planned)
    assert not any(path.endswith(".parquet") for path in planned)
