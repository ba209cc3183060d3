"""Figures of the documentation follow from the predictions that lie beside it."""

import pytest

from mer.artefacts.predictions import read_predictions
from mer.evaluation.scoring import score_rows
from mer.tasks import TASKS
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "docs/predictions/megc2019_cde"
LEAKAGE = REPOSITORY / "docs/predictions/leakage"
# The row that each variant has in the table of docs/measurements.md, by its beginning.
ROWS = {
    "majority": "| Majority class |",
    "flow_svm": "| Flow + SVM (baseline) |",
    "off_apexnet": "| OFF-ApexNet, 40 epochs |",
    "ststnet": "| STSTNet, 800 epochs [3] |",
    "sssnet": "| SSSNet, 40 epochs |",
    "rcn_a": "| RCN-A, 20 epochs [4] |",
    "rcn_s": "| RCN-S, 20 epochs [5] |",
    "rcn_w": "| RCN-W, 20 epochs |",
    "basic_inception": "| Basic Inception, plain SGD, 40 epochs |",
    "basic_inception_adam": "| Basic Inception, Adam, 40 epochs |",
    "fr": "| FR, plain SGD, 40 epochs |",
    "fr_adam": "| FR, Adam, 40 epochs |",
    "fr_fc": "| FR-fc, Adam, 40 epochs |",
    "fr_concatenated": "| FR-concatenated, Adam, 40 epochs |",
}
# The same in the table of what is gained by choosing the epoch on the test clips.
LEAKAGE_ROWS = {
    "off_apexnet": "| OFF-ApexNet | 40 |",
    "sssnet": "| SSSNet | 40 |",
    "ststnet": "| STSTNet | 800 |",
}
# What is said of the epochs that count in its files, by the end of their names.
SELECTIONS = {"last": "last", "inner_val": "inner_val", "oracle": "oracle_test"}


def test_every_file_has_a_row():
    assert {path.stem for path in FOLDER.glob("*.parquet")} == set(ROWS)


@pytest.mark.parametrize("variant", ROWS)
def test_a_row_is_scored_from_its_predictions(variant):
    classes = TASKS["megc2019"].classes
    rows = read_predictions([FOLDER / f"{variant}.parquet"], classes)
    assert (rows["sample_id"].nunique(), rows["person"].nunique()) == (442, 68)
    assert set(rows["source"]) == {"real"}
    text = (REPOSITORY / "docs/measurements.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith(ROWS[variant]))
    printed = [cell.split("±")[0].strip() for cell in line.strip("|").split("|")]
    scopes = ("composite", "smic_hs", "casme2", "samm")
    found = {
        (scope, metric): sum(one.values[metric] for one in scored) / len(scored)
        for scope in scopes
        for scored in [[one for one in score_rows(rows, classes, "pooled") if one.scope == scope]]
        for metric in ("uf1", "uar")
    }
    # Columns: method, seeds, composite UF1, its interval, UAR, its interval, then UF1 and UAR by database.
    columns = [printed[2], printed[4], *printed[6:12]]
    assert columns == [f"{found[scope, metric]:.4f}" for scope in scopes for metric in ("uf1", "uar")]


def uf1(path):
    """Pooled UF1 of a file of the 442 clips, one seed; and which epochs count in it."""
    classes = TASKS["megc2019"].classes
    rows = read_predictions([path], classes)
    assert (len(rows), rows["person"].nunique(), set(rows["source"])) == (442, 68, {"real"})
    (scored,) = [one for one in score_rows(rows, classes, "pooled") if one.scope == "composite"]
    (selection,) = set(rows["selection"])
    return scored.values["uf1"], selection


def test_every_file_of_an_epoch_that_was_chosen_has_a_cell():
    names = {path.stem for path in LEAKAGE.glob("*.parquet")}
    assert names == {f"{method}_{ending}" for method in LEAKAGE_ROWS for ending in SELECTIONS}


@pytest.mark.parametrize("method", LEAKAGE_ROWS)
def test_what_an_oracle_gains_is_scored_from_its_predictions(method):
    text = (REPOSITORY / "docs/measurements.md").read_text()
    line = next(line for line in text.splitlines() if line.startswith(LEAKAGE_ROWS[method]))
    last, inner, oracle, gain = [cell.strip() for cell in line.strip("|").split("|")][2:6]
    found = {}
    for ending, selection in SELECTIONS.items():
        found[ending], said = uf1(LEAKAGE / f"{method}_{ending}.parquet")
        assert said == selection
    assert [last, inner, oracle] == [f"{one:.4f}" for one in found.values()]
    assert gain == f"{found['oracle'] - found['last']:+.4f}"
