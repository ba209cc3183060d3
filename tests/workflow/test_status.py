"""What is said of a sweep that did not complete, its tables, and what no sweep uses any more."""

import re
import shutil

import pytest

from mer.cli.main import main
from mer.sweep.logs import log_of
from tests.workflow.conftest import TINY_SWEEP, Project

BROKEN = {
    **TINY_SWEEP,
    "name": "broken",
    "variants": {
        "majority": {},
        "net": {"method": "ststnet", "epochs": 2},
        "wild": {"method": "ststnet", "epochs": 3, "lr": 1e30},
    },
}


@pytest.fixture(scope="module")
def broken(finished, tmp_path_factory):
    """A project with a sweep of which one variant fails, and what Snakemake printed."""
    root = tmp_path_factory.mktemp("broken") / "project"
    shutil.copytree(finished.root, root, symlinks=True)
    project = Project(root)
    options = ("--cores", "2", "--keep-going", "--quiet", "rules", "--configfile", project.write(BROKEN))
    return project, project.snakemake("results/broken/tables/p.md", *options, ok=False)


@pytest.fixture
def mer(monkeypatch, capsys):
    """Run a command of this process in a project; returns its exit code and what it printed."""

    def run(project, *arguments):
        monkeypatch.chdir(project.root)
        monkeypatch.setenv("COLUMNS", "100")
        code = main([str(one) for one in arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def row(printed, name):
    """Return the words of a line of the table of progress, without its bar."""
    (line,) = [line for line in printed.splitlines() if line.split()[:1] == [name]]
    return re.sub("[━╌]", "", line).split()[1:]


def test_logs_lie_where_the_rules_write_them(finished):
    printed = finished.snakemake("-n", "--forceall", "--configfile", "tiny.yaml")
    found = re.findall(r"^    output: (.*)\n    log: (.*)$", printed, flags=re.MULTILINE)
    assert len(found) > 20
    for outputs, log in found:
        assert {log_of(path) for path in outputs.split(", ")} == {log}


def test_a_run_that_fails_ends_with_what_failed_and_why(broken):
    _, printed = broken
    end = printed[printed.index("1 job failed:") :]
    assert "  TrainingError: 3 of 3 folds failed. Fold 0 ('demo:s01'), seed 0: The loss is" in end
    assert re.search(r"^      results/logs/runs/p-\w{8}/ststnet-\w{8}/s0/000-002.log$", end, re.MULTILINE)
    assert "What is finished is kept" in end
    assert "mer status broken.yaml" in end


def test_status_tells_the_same_and_where_every_variant_stands(broken, mer):
    project, said = broken
    code, printed = mer(project, "status", "broken.yaml")
    assert code == 1
    assert "broken: 2 of 3 packs, 6 of 9 cells (folds by seeds) done\nNothing of it is running." in printed
    assert row(printed, "majority") == ["1/1", "3/3"]
    assert row(printed, "wild") == ["0/1", "0/3", "1"]
    lines = printed[printed.index("1 job failed:") :].splitlines()[:3]
    assert "\n".join(lines) in said
    assert "mer tables --incomplete broken.yaml" in printed


def test_status_of_a_finished_sweep_and_of_several(broken, mer):
    project, _ = broken
    code, printed = mer(project, "status", "tiny.yaml")
    assert code == 0
    assert "Complete: every file is there." in printed
    code, printed = mer(project, "status", "tiny.yaml", "broken.yaml")
    assert code == 1
    assert printed.index("tiny: 3 of 3") < printed.index("broken: 2 of 3")


def test_a_table_with_a_variant_missing_is_made_on_demand_only_and_apart(broken, mer):
    project, _ = broken
    folder = project.root / "results/broken"
    assert not list(folder.glob("tables/*"))
    code, printed = mer(project, "tables", "broken.yaml")
    assert code == 1
    assert (
        "IncompleteRunError: A table needs all variants, and these are not complete:\n  wild on p: 0 of 1 packs"
        in printed
    )
    # Scores of an earlier form of the sweep, which nobody may trust.
    shutil.copy(folder / "scores/p/majority.csv", folder / "scores/p/wild.csv")
    code, printed = mer(project, "tables", "--incomplete", "broken.yaml")
    assert code == 0
    assert printed == "results/broken/incomplete/p.csv, .md, .tex: INCOMPLETE\n  wild: 0 of 1 packs\n"
    assert not list(folder.glob("tables/*"))
    text = (folder / "incomplete/p.md").read_text()
    assert text.startswith("# INCOMPLETE: ")
    assert re.search(r"\| wild +\| not complete \|", text)
    assert text.count("| measured") == 2
    # The report knows of what is finished only.
    code, printed = mer(project, "report")
    assert code == 0
    report = (project.root / "results/report.html").read_text()
    assert "INCOMPLETE" not in report
    assert "broken" not in report


def test_predictions_that_other_code_made_are_no_part_of_an_incomplete_table(broken, mer, monkeypatch):
    project, _ = broken
    monkeypatch.setattr("mer.sweep.training.code_digest", lambda *modules: f"other {modules}")
    code, printed = mer(project, "tables", "--incomplete", "broken.yaml")
    assert code == 1
    assert "No variant is complete on p:" in printed
    assert "majority: predictions cannot be used: " in printed
    assert "recipe" in printed


# What a sweep leaves that had the variant lbp_top_svm before.
GONE = (
    *(
        f"artefacts/demo/lbp_top/{name}"
        for name in (*(f"demo.s0{n}.safetensors" for n in (1, 2, 3)), "parts.json")
    ),
    *(f"logs/artefacts/demo/lbp_top/{name}.log" for name in ("demo.s01", "demo.s02", "demo.s03", "parts")),
    *(f"figures/preprocessing/demo/lbp_top.{suffix}" for suffix in ("png", "md")),
    "logs/contact_sheets/demo/lbp_top.log",
    "runs/p/inputs/DIGEST.json",
    "logs/runs/p/inputs/DIGEST.log",
    "runs/p/lbp_top_svm/s0/000-002.parquet",
    "runs/p/lbp_top_svm/finished/s0/000-002.parquet",
    "logs/runs/p/lbp_top_svm/s0/000-002.log",
    *(f"tiny/{kind}/p/lbp_top_svm.csv" for kind in ("scores", "confusions")),
    "tiny/predictions/p/lbp_top_svm.parquet",
    *(f"tiny/figures/p/confusion_lbp_top_svm.{suffix}" for suffix in ("png", "pdf")),
    "tiny/logs/score/p/lbp_top_svm.log",
    "tiny/logs/figure/p/confusion_lbp_top_svm.log",
)


def test_what_a_changed_sweep_no_longer_uses_is_removed_and_nothing_else(project, mer):
    variants = {name: TINY_SWEEP["variants"][name] for name in ("majority", "net")}
    changed = {**TINY_SWEEP, "variants": variants}
    (old,) = project.packs("tiny", "lbp_top_svm")
    (arrays,) = (project.root / "results/artefacts").glob("*/lbp_top-*")
    project.run(changed, "results/tiny/sweep.json")
    before = {path for path in project.root.rglob("*") if path.is_file()}
    (project.root / "results/notes.txt").write_text("mine")
    code, printed = mer(project, "clean")  # nobody can be asked
    assert code == 1
    assert "There is no terminal to ask on" in printed
    assert "Not ours, kept: results/notes.txt" in printed
    assert old.is_file()
    code, shown = mer(project, "clean", "--yes", "tiny.yaml")
    assert code == 0
    gone = {path.relative_to(project.root / "results").as_posix() for path in before if not path.exists()}
    names = (re.sub("-[0-9a-f]{8}", "", path) for path in gone)
    assert sorted(re.sub("inputs/[0-9a-f]{8}", "inputs/DIGEST", path) for path in names) == sorted(GONE)
    assert not old.parents[1].exists()
    assert not arrays.exists()
    assert f"Removed {len(GONE)} files" in shown
    code, printed = mer(project, "clean", "tiny.yaml")
    assert (code, printed.splitlines()[-1]) == (
        0,
        "Nothing to remove: some sweep uses all that is in results/.",
    )
    # All that is left to do has been: the page about all sweeps.
    assert project.planned(changed) == {"results/report.html"}


def test_nothing_is_removed_while_snakemake_is_at_work(broken, mer):
    project, _ = broken
    lock = project.root / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text("results/report.html\n")
    try:
        code, printed = mer(project, "clean", "--yes", "tiny.yaml", "broken.yaml")
        assert code == 1
        assert "A snakemake is at work in this folder" in printed
    finally:
        lock.unlink()
