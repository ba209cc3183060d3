"""Figures of the documentation follow from the predictions that lie beside it."""

from functools import partial

import pytest

from benchmarks import real_flow
from mer.core.seeds import stream
from mer.evaluation.comparison import compare_all
from mer.evaluation.scoring import score_rows
from tests.conftest import REPOSITORY

LEAKAGE = real_flow.LEAKAGE
# The row that each method has in the table of what is gained by choosing the epoch on the test clips.
LEAKAGE_ROWS = {
    "off_apexnet": "| OFF-ApexNet | 40 |",
    "sssnet": "| SSSNet | 40 |",
    "ststnet": "| STSTNet | 800 |",
}
# What is said of the epochs that count in its files, by the end of their names.
SELECTIONS = {"last": "last", "inner_val": "inner_val", "oracle": "oracle_test"}


@pytest.fixture(scope="module")
def written():
    return (REPOSITORY / "docs/measurements.md").read_text()


@pytest.fixture(scope="module")
def scored():
    """The tables, computed from the predictions."""
    return real_flow.tables()


def test_every_file_has_a_row():
    assert {path.stem for path in real_flow.CDE.glob("*.parquet")} == set(real_flow.ENTRIES)


@pytest.mark.parametrize("name", real_flow.ENTRIES)
def test_predictions_are_of_all_real_clips(name):
    rows = real_flow.read(real_flow.CDE / f"{name}.parquet").rows
    assert (rows["sample_id"].nunique(), rows["person"].nunique()) == (442, 68)
    assert set(rows["source"]) == {"real"}
    assert set(rows["selection"]) == {"last"}


def test_tables_are_what_their_predictions_give(written, scored):
    """Scores, spreads, intervals, published numbers and comparisons; `python -m benchmarks.real_flow` writes them."""
    section = written.split(f"## {real_flow.TITLE}\n")[1].split("\n## ")[0]
    assert "\n".join(scored) in section


def test_networks_that_learn_are_far_above_the_majority(scored):
    rows = [line.split("|") for line in scored[: scored.index("")]]
    found = {row[1].strip(): row[3].split("±")[0] for row in rows}
    for name in ("off_apexnet", "basic_inception_adam", "fr_adam"):
        assert float(found[real_flow.ENTRIES[name].title]) >= float(found["Majority class"]) + 0.3


def uf1(path):
    """Pooled UF1 of a file of the 442 clips, one seed; and which epochs count in it."""
    one = real_flow.read(path)
    classes, rows = real_flow.design().classes, one.rows
    assert (len(rows), rows["person"].nunique(), set(rows["source"])) == (442, 68, {"real"})
    (scored,) = [found for found in score_rows(rows, classes, "pooled") if found.scope == "composite"]
    return scored.values["uf1"], one.selection


def test_every_file_of_an_epoch_that_was_chosen_has_a_cell():
    names = {path.stem for path in LEAKAGE.glob("*.parquet")}
    assert names == {f"{method}_{ending}" for method in LEAKAGE_ROWS for ending in SELECTIONS}


@pytest.mark.parametrize("method", LEAKAGE_ROWS)
def test_what_an_oracle_gains_is_scored_from_its_predictions(written, method):
    line = next(line for line in written.splitlines() if line.startswith(LEAKAGE_ROWS[method]))
    last, inner, oracle, gain, interval = [cell.strip() for cell in line.strip("|").split("|")][2:7]
    found = {}
    for ending, selection in SELECTIONS.items():
        found[ending], said = uf1(LEAKAGE / f"{method}_{ending}.parquet")
        assert said == selection
    assert [last, inner, oracle] == [f"{one:.4f}" for one in found.values()]
    assert gain == f"{found['oracle'] - found['last']:+.4f}"
    chosen, honest = (real_flow.read(LEAKAGE / f"{method}_{ending}.parquet") for ending in ("oracle", "last"))
    compared, _ = compare_all(honest, [chosen], real_flow.design(), partial(stream, "score"))
    (difference,) = [one.difference for one in compared if one.metric == "uf1"]
    assert interval == f"{difference.low:.3f} to {difference.high:.3f}"
