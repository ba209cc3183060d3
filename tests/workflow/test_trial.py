"""Trying a sweep out beside the sweep itself."""

from tests.workflow.conftest import TINY_SWEEP

PAPERS = {
    **TINY_SWEEP,
    "name": "papers",
    "variants": {"majority": {}, "net": {"method": "ststnet", "epochs": 2}},
    "paper_tables": [{"paper": "fr", "table": "Table 6"}],
}


def test_a_trial_is_marked_wherever_it_shows_and_leaves_the_sweep_alone(project):
    """Of all its tables, figures and pages; other sweeps' papers are none of the shelf here."""
    for path in (project.root / "workflow/sweeps").glob("*.yaml"):
        path.unlink()
    results = project.root / "results"
    before = {path: path.read_bytes() for path in results.rglob("*.*") if path.is_file()}
    asked = (
        "--cores",
        "2",
        "--quiet",
        "rules",
        "--configfile",
        project.write(PAPERS),
        "--config",
        "trial=true",
    )
    project.snakemake(*asked, "--", "all", "paper_tables")

    changed = {path for path, content in before.items() if path.read_bytes() != content}
    assert not {path for path in changed if path.suffix != ".log"}
    assert "(trial)" in (results / "papers_trial/tables/p.md").read_text().splitlines()[0]
    assert "trial, no result: trained for one epoch" in (results / "papers_trial/tables/p.md").read_text()
    assert "(trial)" in (results / "papers_trial/comparisons/p.md").read_text().splitlines()[0]
    assert "(trial)" in (results / "papers_trial/figures/p/figures.json").read_text()
    assert "(trial)" in (results / "report_trial.html").read_text()
    assert "measured beside printed (trial)</caption>" in (results / "paper_tables_trial.html").read_text()
    assert "(trial)" in project.mer("show", "papers_trial")
    assert "papers_trial" in project.mer("status", "--trial", "papers.yaml")

    # Pages of real sweeps leave trials out unless they are named; nothing of either is in the way of a clean-up.
    project.mer("report")
    assert "papers_trial" not in (results / "report.html").read_text()
    assert "papers_trial" not in project.mer("clean", "papers.yaml", "tiny.yaml")
    assert project.planned(TINY_SWEEP) <= {"results/report.html"}
