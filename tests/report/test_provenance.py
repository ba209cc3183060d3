"""Recipes, devices, times and versions, from what predictions say about themselves."""

import json

import pandas as pd
import pytest

from mer.artefacts.predictions import write_predictions
from mer.core.errors import DataError, IncompleteRunError
from mer.report.contents import read_contents
from mer.report.provenance import read_provenance, versions_of_all
from tests.report.conftest import CLASSES, recipe


@pytest.fixture
def net(results):
    return {one.variant: one for one in read_provenance(read_contents(results, "mine"), "p")}["net"]


def test_a_recipe_per_seed(net):
    assert net.recipes == {seed: recipe("net", seed) for seed in (0, 1, 2)}


def test_seconds_count_once_per_seed_and_fold(net):
    # Three seeds, two folds of 60 seconds, two clips in each.
    assert net.seconds == 360
    assert net.n_folds == 2


def test_devices_and_selection_and_settings(net):
    assert net.devices == ("NVIDIA H200", "cpu")
    assert net.selection == "last epoch"
    assert json.loads(net.settings) == {"epochs": 500, "lr": 5e-05}
    assert net.source == "real"


def test_a_method_without_epochs_has_none_that_counts(results):
    path = results / "runs/p-0a1b2c3d/ststnet-net/s0-1-2/000-001.parquet"
    recipes = {str(seed): recipe("net", seed) for seed in (0, 1, 2)}
    about = {"spec": json.dumps({"recipes": recipes, "method": {"settings": {"svm_c": 1.0}}})}
    write_predictions(path, pd.read_parquet(path), CLASSES, about)
    found = {one.variant: one for one in read_provenance(read_contents(results, "mine"), "p")}
    assert found["net"].selection == ""
    assert found["oracle"].selection == "best on the test clips: an oracle, no result"


def test_versions_of_several_packs_are_all_named(results, net):
    assert net.versions == {"torch": ("2.13.0",), "python": ("3.11.7",)}
    folder = results / "runs/p-0a1b2c3d/ststnet-net"
    rows = pd.read_parquet(folder / "s0-1-2/000-001.parquet")
    spec = {"recipes": {"0": recipe("net", 0)}, "method": {"settings": {}}}
    about = {"spec": json.dumps(spec), "version_torch": "2.14.0"}
    write_predictions(folder / "s0/000-000.parquet", rows, CLASSES, about)
    # A pack of a recipe that the sweep does not have: of an earlier form of it.
    spec["recipes"] = {"0": "ffff"}
    write_predictions(
        folder / "s0/001-001.parquet", rows, CLASSES, {"spec": json.dumps(spec), "version_torch": "1.0"}
    )
    found = read_provenance(read_contents(results, "mine"), "p")
    assert versions_of_all(found)["torch"] == ("2.13.0", "2.14.0")


def test_predictions_of_another_run_are_refused(results):
    path = results / "mine/predictions/p/net.parquet"
    rows = pd.read_parquet(path)
    rows.loc[rows["seed"] == 1, "recipe"] = "ffff"
    write_predictions(path, rows, CLASSES, {})
    with pytest.raises(IncompleteRunError, match="ststnet-net has no predictions of these") as caught:
        read_provenance(read_contents(results, "mine"), "p")
    assert "seed 1, recipe ffff" in str(caught.value)
    assert "seed 0" not in str(caught.value)


def test_predictions_and_runs_are_of_the_same_variants(results):
    path = results / "mine/sweep.json"
    listed = json.loads(path.read_text())
    listed["runs"]["p"].pop("oracle")
    path.write_text(json.dumps(listed))
    with pytest.raises(IncompleteRunError, match="not of the same variants: oracle. Run the workflow again."):
        read_provenance(read_contents(results, "mine"), "p")


@pytest.mark.parametrize("about", [None, {}])
def test_a_damaged_pack_is_named(results, about):
    path = results / "runs/p-0a1b2c3d/ststnet-net/s0-1-2/000-001.parquet"
    if about is None:
        path.write_bytes(b"PAR1")
    else:
        write_predictions(path, pd.read_parquet(path), CLASSES, about)
    with pytest.raises(DataError, match="000-001.parquet: (not a complete|does not say what it was made of)"):
        read_provenance(read_contents(results, "mine"), "p")


def test_clips_that_are_left_out_are_named_with_their_reason(results):
    path = results / "mine/predictions/p/net.parquet"
    write_predictions(path, pd.read_parquet(path), CLASSES, {}, {"samm:009:c0": "no face found"})
    found = {one.variant: one for one in read_provenance(read_contents(results, "mine"), "p")}
    assert found["net"].left_out == {"samm:009:c0": "no face found"}
    assert found["better"].left_out == {}
