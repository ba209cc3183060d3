"""The list of a sweep is complete, or the page is not written."""

import json

import pytest

from mer.core.errors import DataError, IncompleteRunError
from mer.report.contents import finished_sweeps, read_contents


def rewritten(results, change):
    path = results / "mine/sweep.json"
    listed = json.loads(path.read_text())
    change(listed)
    path.write_text(json.dumps(listed))


def test_files_and_runs_are_found(results):
    contents = read_contents(results, "mine")
    assert contents.protocols == ["p"]
    assert list(contents.predictions("p")) == ["majority", "net", "better", "oracle"]
    assert set(contents.scores("p")) == set(contents.runs["p"]) == {"majority", "net", "better", "oracle"}
    assert contents.of_kind("tables", ".md") == [results / "mine/tables/p.md"]
    assert finished_sweeps(results) == ["mine"]


def test_a_sweep_that_is_not_finished_is_named(results):
    with pytest.raises(DataError, match="other/sweep.json: no finished sweep. Run 'snakemake' first"):
        read_contents(results, "other")


def test_all_missing_files_are_listed_together(results):
    (results / "mine/tables/p.md").unlink()
    (results / "mine/scores/p/net.csv").unlink()
    with pytest.raises(
        IncompleteRunError, match="needs files that are not there. Run the workflow"
    ) as caught:
        read_contents(results, "mine")
    assert "tables/p.md" in str(caught.value)
    assert "scores/p/net.csv" in str(caught.value)


def test_a_missing_run_is_missing(results):
    rewritten(results, lambda listed: listed["runs"]["p"].update(net="results/runs/gone"))
    with pytest.raises(IncompleteRunError, match="results/runs/gone"):
        read_contents(results, "mine")


def test_files_under_a_key_of_another_kind_are_looked_for_too(results):
    rewritten(results, lambda listed: listed.update(intervals=["results/mine/intervals/gone.csv"]))
    with pytest.raises(IncompleteRunError, match="intervals/gone.csv"):
        read_contents(results, "mine")


@pytest.mark.parametrize("text", ["{", "[]", "3"])
def test_a_damaged_list_is_no_list(results, text):
    (results / "mine/sweep.json").write_text(text)
    with pytest.raises(DataError, match="not a list of a sweep's files"):
        read_contents(results, "mine")


def test_a_list_of_another_form_says_what_it_lacks(results):
    rewritten(results, lambda listed: (listed.pop("audits"), listed.pop("runs")))
    with pytest.raises(DataError, match="lists no audits, runs. Run the workflow again."):
        read_contents(results, "mine")
