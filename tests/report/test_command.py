"""`mer report`, as people call it."""

from mer.cli import main
from tests.report.conftest import write_sweep


def test_the_named_sweeps_are_written_where_it_is_asked_for(results, monkeypatch):
    monkeypatch.chdir(results.parent)
    write_sweep(results.parent, "other", "q")
    assert main(["report", "other", "mine", "other", "--output", "elsewhere/page.html"]) == 0
    text = (results.parent / "elsewhere/page.html").read_text()
    assert text.index("Sweep other") < text.index("Sweep mine")
    assert text.count("Sweep other") == 1


def test_all_finished_sweeps_are_written_beside_them(results, monkeypatch):
    monkeypatch.chdir(results.parent)
    assert main(["report"]) == 0
    assert "Sweep mine" in (results / "report.html").read_text()


def test_trials_are_written_where_they_are_named(results, monkeypatch):
    monkeypatch.chdir(results.parent)
    write_sweep(results.parent, "mine_trial", "q")
    assert main(["report"]) == 0
    assert "mine_trial" not in (results / "report.html").read_text()
    assert main(["report", "mine_trial"]) == 0
    assert "Sweep mine_trial" in (results / "report.html").read_text()


def test_a_sweep_that_is_not_finished_is_an_error_without_traceback(results, monkeypatch, capsys):
    monkeypatch.chdir(results.parent)
    assert main(["report", "mine", "typo"]) == 1
    printed = capsys.readouterr().err
    assert "DataError: results/typo/sweep.json: no finished sweep." in printed
    assert not (results / "report.html").exists()
