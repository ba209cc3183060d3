"""A tiny sweep from end to end, and what makes its parts stale."""

import json
import re
from copy import deepcopy

import pandas as pd
import pyarrow.parquet as pq
import pytest

from mer.sweep.specs.inputs import InputsSpec
from tests.workflow.conftest import TINY_SWEEP, runs_of

FIGURES = ("per_class", "scores", "subjects", "pairwise", "fold_bars")


def changed(**changes):
    return {**deepcopy(TINY_SWEEP), **changes}


def with_variant(**variants):
    return changed(variants={**TINY_SWEEP["variants"], **variants})


def parts_of(paths):
    """Sort planned outputs by what they are."""
    kinds = {"artefacts": set(), "scores": set(), "tables": set()}
    for path in paths:
        for kind, members in kinds.items():
            if f"/{kind}/" in path:
                members.add(path)
    folds = {path for path in paths if path.endswith("/folds.json")}
    return {**kinds, "folds": folds, "predictions": runs_of(paths)}


def test_everything_is_there(finished):
    root = finished.root / "results" / "tiny"
    found = {
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "logs" not in path.parts
    }
    variants = ("lbp_top_svm", "majority", "net")
    assert found == {
        "sweep.json",
        "samples/demo.csv",
        "samples/demo.md",
        *(f"{kind}/p/{v}.csv" for v in variants for kind in ("scores", "confusions")),
        *(f"predictions/p/{v}.parquet" for v in variants),
        *(f"figures/p/confusion_{v}.{suffix}" for v in variants for suffix in ("png", "pdf")),
        *(f"figures/p/{name}.{suffix}" for name in FIGURES for suffix in ("png", "pdf")),
        "figures/p/figures.json",
        *(f"tables/p.{suffix}" for suffix in ("csv", "md", "tex")),
        *(f"comparisons/p.{suffix}" for suffix in ("csv", "md")),
        "intervals/p.csv",
    }
    (folder,) = (finished.root / "results/runs").iterdir()
    inputs = list((folder / "inputs").iterdir())
    assert sorted(len(InputsSpec.read(path).lists) for path in inputs) == [0, 1, 1]
    made = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {re.sub("-[0-9a-f]{8}/", "/", name) for name in made} == {
        "folds.json",
        "audit.md",
        *(f"inputs/{path.name}" for path in inputs),
        *(
            f"{method}/{folder}s0/000-002.parquet"
            for method in ("lbp_top_svm", "majority", "ststnet")
            for folder in ("", "finished/")
        ),
    }


def test_predictions_have_the_documented_columns(finished):
    (path,) = finished.packs("tiny", "net")
    assert pq.read_schema(path).names == [
        "protocol", "task", "method", "variant", "selection", "seed", "fold", "database", "subject", "person",
        "clip", "sample_id", "source", "true", "predicted", "score_negative", "score_positive",
        "score_surprise", "recipe", "device", "seconds",
    ]  # fmt: skip
    assert len(pd.read_parquet(path)) == 9


def test_the_table_names_every_variant_and_the_stand_ins(finished):
    text = (finished.root / "results/tiny/tables/p.md").read_text()
    assert text.count("| measured |") == 3
    assert "Stand-in data" in text
    assert "published" not in text.lower()


def test_every_variant_is_compared_with_the_majority_class_and_has_intervals(finished):
    folder = finished.root / "results/tiny"
    table = pd.read_csv(folder / "comparisons/p.csv")
    assert set(table["baseline"]) == {"majority"}
    assert table.groupby("variant")["metric"].apply(list).to_dict() == {
        "lbp_top_svm": ["uf1", "uar"],
        "net": ["uf1", "uar"],
    }
    # Three people cannot decide anything.
    assert table["beyond_reach"].all()
    intervals = pd.read_csv(folder / "intervals/p.csv")
    assert set(intervals["variant"]) == {"majority", "lbp_top_svm", "net"}
    scores = pd.read_csv(folder / "scores/p/net.csv")
    for metric in ("uf1", "uar", "war"):
        chosen = (intervals["variant"] == "net") & (intervals["metric"] == metric)
        assert intervals.loc[chosen, "value"].item() == pytest.approx(
            scores.loc[scores["metric"] == metric, "value"].item()
        )
    assert "every method against majority" in (folder / "comparisons/p.md").read_text()


def test_another_baseline_makes_comparisons_and_figures_that_mark_it_stale_and_nothing_else(finished):
    planned = finished.planned(changed(baseline="lbp_top_svm"))
    figures = {path for path in planned if path.startswith("results/tiny/figures/p/")}
    assert planned - figures == {
        "results/report.html",
        "results/tiny/comparisons/p.csv",
        "results/tiny/comparisons/p.md",
        "results/tiny/intervals/p.csv",
        "results/tiny/sweep.json",
    }
    assert any(path.endswith("/scores.png") for path in figures)
    assert not any("confusion_" in path for path in figures)


def test_a_finished_sweep_has_nothing_to_do(finished):
    assert finished.planned(TINY_SWEEP) == set()


def test_a_sweep_file_leaves_nothing_of_the_demo(finished):
    printed = finished.snakemake("-n", "--configfile", "tiny.yaml", "--forceall")
    assert "results/tiny/" in printed
    assert "results/demo/" not in printed
    assert "megc2019_cde" not in printed


@pytest.mark.parametrize(
    "change",
    [
        {"device": "auto"},
        {"variants": {**TINY_SWEEP["variants"], "net": {**TINY_SWEEP["variants"]["net"], "lr": 5e-5}}},
    ],
    ids=["device", "a default written out"],
)
def test_what_does_not_change_numbers_makes_nothing_stale(finished, change):
    assert finished.planned(changed(**change)) == set()


def test_a_parameter_makes_only_its_methods_results_stale(finished):
    plan = parts_of(finished.planned(with_variant(net={"method": "ststnet", "epochs": 3})))
    assert plan["predictions"] == {"ststnet/s0/000-002.parquet"}
    assert plan["scores"] == {"results/tiny/scores/p/net.csv"}
    assert len(plan["tables"]) == 3
    assert not plan["artefacts"]
    assert not plan["folds"]


def test_an_added_variant_plans_only_its_own(finished):
    plan = parts_of(finished.planned(with_variant(other={"method": "ststnet", "epochs": 1})))
    assert plan["predictions"] == {"ststnet/s0/000-002.parquet"}
    assert plan["scores"] == {"results/tiny/scores/p/other.csv"}
    assert not plan["artefacts"]


def test_an_added_seed_plans_only_its_own(finished):
    plan = parts_of(finished.planned(changed(seeds=[0, 1])))
    assert all("/s1/" in path for path in plan["predictions"])
    assert len(plan["predictions"]) == 3
    assert not plan["artefacts"]


def test_comments_and_docstrings_make_nothing_stale(project):
    project.edit(
        "mer/methods/ststnet.py", '"""Describe the network."""', '"""Describe it."""\n    # A comment.'
    )
    project.edit("mer/features/lbp_top.py", "PLANES = ", "# Another comment.\nPLANES = ")
    project.edit("workflow/rules/train.smk", "# From arrays", "# A third one. From arrays")
    assert project.planned(TINY_SWEEP) == set()


@pytest.mark.parametrize(
    ("path", "old", "new", "stale"),
    [
        ("mer/models/ststnet.py", "stride=3", "stride=(3, 3)", {"ststnet"}),
        ("mer/training/svm.py", "np.exp(", "1.0 * np.exp(", {"lbp_top_svm"}),
        ("mer/core/seeds.py", '"\\x1f"', '"\\x1e"', {"ststnet", "lbp_top_svm", "majority"}),
    ],
    ids=["one model", "one classifier", "below all"],
)
def test_code_makes_stale_what_runs_it(project, path, old, new, stale):
    project.edit(path, old, new)
    plan = parts_of(project.planned(TINY_SWEEP))
    assert plan["predictions"] == {f"{method}/s0/000-002.parquet" for method in stale}


def test_a_representations_code_makes_its_arrays_and_users_stale(project):
    project.edit("mer/features/optical_strain.py", "np.sqrt(u_x**2 + v_y**2", "np.sqrt(v_y**2 + u_x**2")
    plan = parts_of(project.planned(TINY_SWEEP))
    assert {path.split("/")[3].split("-")[0] for path in plan["artefacts"]} == {"flow_image"}
    assert plan["predictions"] == {"ststnet/s0/000-002.parquet"}


def test_a_metrics_code_makes_only_scores_and_tables_stale(project):
    project.edit(
        "mer/evaluation/metrics.py",
        "f1_per_class(confusion).mean(axis=-1)",
        "f1_per_class(confusion).mean(axis=-1) * 1",
    )
    plan = parts_of(project.planned(TINY_SWEEP))
    assert not plan["predictions"]
    assert len(plan["scores"]) == 3
    assert len(plan["tables"]) == 3


def test_two_sweeps_share_arrays_and_predictions_and_leave_each_other_alone(project):
    other = changed(name="other", variants={"again": {"method": "ststnet", "epochs": 2}})
    plan = project.planned(other)
    # Neither arrays nor predictions, but the page that shows the sweep that ran last.
    assert {path for path in plan if not path.startswith("results/other/")} == {"results/report.html"}
    project.run(other)
    assert project.planned(TINY_SWEEP) == {"results/report.html"}
    assert project.planned(other) == set()
    assert project.packs("other", "again") == project.packs("tiny", "net")
    first, second = (
        pd.read_csv(project.root / f"results/{path}.csv")
        for path in ("tiny/scores/p/net", "other/scores/p/again")
    )
    assert set(second["variant"]) == {"again"}
    assert first.drop(columns="variant").equals(second.drop(columns="variant"))


def test_the_report_shows_the_sweep_and_where_it_comes_from(finished):
    text = (finished.root / "results/report.html").read_text()
    assert "Leave one subject out (p): 9 clips, 3 subjects, 3 folds" in text
    assert "Stand-in data." in text
    for variant in ("majority", "lbp_top_svm", "net"):
        (recipe,) = set(
            pd.read_parquet(finished.root / f"results/tiny/predictions/p/{variant}.parquet")["recipe"]
        )
        assert f"<code>{recipe}</code>" in text
    # Three confusion matrices, five figures of the protocol and two contact sheets.
    assert text.count('src="data:image/png;base64,') == 10


@pytest.mark.parametrize("name", ["report.js", "report.css", "leaderboard.html.j2", "grid.py"])
def test_a_change_of_the_reports_looks_plans_nothing_else(project, name):
    path = project.root / "mer/report" / name
    path.write_text(path.read_text() + ("\n_MORE = 1\n" if name.endswith(".py") else "\n/* more */\n"))
    assert project.planned(TINY_SWEEP) == {"results/report.html"}


def test_a_table_that_is_gone_is_named_by_the_report(project):
    (project.root / "results/tiny/tables/p.csv").unlink()
    printed = project.mer("report", "tiny", ok=False)
    assert "IncompleteRunError: results/tiny/sweep.json needs files that are not there" in printed
    assert "results/tiny/tables/p.csv" in printed


def test_snakemakes_own_report_needs_no_network_either(finished, tmp_path):
    target = tmp_path / "snakemake.html"
    printed = finished.snakemake("--configfile", "tiny.yaml", "--report", str(target))
    assert "Report created" in printed
    text = target.read_text()
    for category in ("Tables", "Figures", "Preprocessing", "Leak audits", "Report"):
        assert f'"{category}"' in text
    assert "means and standard deviations over seeds" in text
    assert not re.search(r'(src|href)="https?://[^"]*\.(js|css)', text)


def test_two_sweeps_with_other_data_under_one_name_do_not_overwrite_each_other(project):
    other = changed(name="other", datasets={"demo": {**TINY_SWEEP["datasets"]["demo"], "seed": 1}})
    project.snakemake(
        "--cores", "2", "--configfile", project.write(other), "--until", "parts", "--quiet", "rules"
    )
    assert project.planned(TINY_SWEEP) == set()
    assert not parts_of(project.planned(other))["artefacts"]


def test_a_failing_job_shows_its_message_and_leaves_no_result(project):
    broken = with_variant(net={"method": "ststnet", "epochs": 3, "lr": 1e30})
    printed = project.snakemake("--cores", "2", "--configfile", project.write(broken), ok=False)
    assert "TrainingError: 3 of 3 folds failed.\n  Fold 0 ('demo:s01'), seed 0: The " in printed
    assert "Lower the learning rate" in printed
    assert "Traceback" not in printed
    trained = (project.root / "results/runs").glob("p-*/ststnet-*/s0/*.parquet")
    assert [str(path) for path in trained] == [str(path) for path in project.packs("tiny", "net")]
    # The failure is not forgotten: training, scores and table are planned again.
    plan = parts_of(project.planned(broken))
    assert plan["predictions"] == {"ststnet/s0/000-002.parquet"}
    assert plan["scores"] == {"results/tiny/scores/p/net.csv"}
    assert len(plan["tables"]) == 3


def test_what_a_training_job_reads_is_made_again_where_it_is_gone(project):
    """Its list alone does not say that all of it is there."""
    (arrays,) = (project.root / "results/artefacts").glob("*/flow_image-*")
    for name in ("parts.json", "demo.s02.safetensors"):
        (arrays / name).unlink()
    (audit,) = (project.root / "results/runs").glob("*/audit.md")
    audit.unlink()
    target = "results/tiny/predictions/p/net.parquet"
    planned = project.planned(changed(seeds=[0, 1]), "--", target)
    for path in (arrays / "parts.json", arrays / "demo.s02.safetensors", audit):
        assert str(path.relative_to(project.root)) in planned
    assert not any(path.endswith("demo.s01.safetensors") for path in planned)


def test_a_damaged_part_is_named_and_can_be_made_again(project):
    (parts,) = (project.root / "results/artefacts").glob("*/flow_image-*/parts.json")
    damaged = parts.with_name("demo.s02.safetensors")
    damaged.write_bytes(b"")
    sweep = with_variant(net={"method": "ststnet", "epochs": 1})
    target = "results/tiny/tables/p.csv"
    printed = project.snakemake(target, "--cores", "2", "--configfile", project.write(sweep), ok=False)
    assert "demo.s02.safetensors: not a complete file of arrays" in printed
    assert f"Delete {parts.relative_to(project.root)} and the named part" in printed
    damaged.unlink()
    parts.unlink()
    project.run(sweep, target)
    assert project.planned(sweep, "--", target) == set()


def test_a_moved_data_folder_makes_nothing_stale(copy_project, flow_table, tmp_path):
    project = copy_project(tmp_path / "project")
    root = flow_table()
    sweep = {
        **TINY_SWEEP,
        "datasets": {"flow": {"dataset": "flow_images"}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["flow"]}},
        "variants": {"net": {"method": "ststnet", "epochs": 1}},
    }
    (project.root / "paths.yaml").write_text(f"flow: {root}\n")
    target = "results/tiny/tables/p.csv"
    project.run(sweep, target)
    root.rename(tmp_path / "moved")
    (project.root / "paths.yaml").write_text(f"flow: {tmp_path / 'moved'}\n")
    assert project.planned(sweep, "--", target) == set()


def test_the_list_of_contents_names_what_belongs_to_the_sweep(finished):
    contents = json.loads((finished.root / "results/tiny/sweep.json").read_text())
    assert contents["name"] == "tiny"
    runs = contents["runs"].pop("p")
    assert set(runs) == {"majority", "lbp_top_svm", "net"}
    kinds = ("tables", "figures", "audits", "predictions", "comparisons")
    for paths in map(contents.get, kinds):
        assert paths
        assert all((finished.root / path).is_file() for path in paths)
    assert all(list((finished.root / folder).rglob("*.parquet")) for folder in runs.values())
