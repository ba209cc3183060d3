"""The audit of a sweep's results, against what the workflow's own jobs write."""

import json
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

from mer.artefacts.folds import read_folds
from mer.artefacts.predictions import read_predictions, write_predictions
from mer.audit.recount import parts, score
from mer.audit.results import audit_results
from mer.cli.main import main
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs import folds, summary, table, train
from mer.jobs import score as score_job
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import SummarySpec, TableSpec
from mer.sweep.specs.train import TrainSpec

RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 4, "clips_per_class": 2, "height": 48}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {"majority": {}, "again": {"method": "majority"}},
    "seeds": [0, 1],
    "device": "cpu",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished sweep of two variants and two seeds, written by the jobs; pictures are empty files."""
    root = tmp_path_factory.mktemp("finished")
    jobs = Jobs(Sweep(parse(RAW, "mine.yaml", root)))
    folds_file = root / jobs.folds("p")
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), Execution(), folds_file)
    for variant in RAW["variants"]:
        for pack in jobs.packs("p", variant):
            first, last = map(int, (root / pack).stem.split("-"))
            seeds = [int(seed) for seed in (root / pack).parent.name.removeprefix("s").split("-")]
            spec = TrainSpec.model_validate_json(jobs.train_spec("p", variant, seeds, first, last))
            train.run(spec, Execution(device="cpu"), folds_file, [], root / pack)
        outputs = [
            root / f"results/mine/{kind}/p/{variant}.{suffix}"
            for kind, suffix in (("predictions", "parquet"), ("scores", "csv"), ("confusions", "csv"))
        ]
        spec = ScoreSpec.model_validate_json(jobs.score_spec("p", variant))
        score_job.run(spec, folds_file, root / jobs.run_folder("p", variant), *outputs)
    spec = TableSpec.model_validate_json(jobs.table_spec("p"))
    table.run(spec, [root / path for path in jobs.scores("p")], [root / path for path in jobs.tables()])
    listed = SummarySpec.model_validate_json(jobs.summary_spec())
    summary.run(listed, root / "results/mine/sweep.json")
    unmade = (listed.samples, listed.audits, listed.figures, listed.contact_sheets, listed.comparisons)
    for path in (path for paths in unmade for path in paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


@pytest.fixture
def mine(finished, tmp_path):
    """A copy to spoil: its folder, and ways to change predictions and CSV files."""
    shutil.copytree(finished / "results", tmp_path / "results")
    folder = tmp_path / "results" / "mine"
    classes = read_folds(next((tmp_path / "results" / "runs").glob("*/folds.json"))).classes
    predictions = folder / "predictions" / "p" / "majority.parquet"

    def predict(change):
        rows = change(read_predictions([predictions], classes))
        write_predictions(predictions, rows, classes, {})

    def edit(name, change):
        rows = pd.read_csv(folder / name)
        change(rows)
        rows.to_csv(folder / name, index=False)

    return SimpleNamespace(folder=folder, predict=predict, edit=edit, predictions=predictions)


def wrong(folder):
    return {check.item: check.reason for check in audit_results(folder) if check.verdict == "disagrees"}


def test_what_the_workflow_writes_agrees(finished):
    checks = audit_results(finished / "results" / "mine")
    assert {check.verdict for check in checks} == {"agrees"}
    assert {check.paper for check in checks} == {"mine"}
    items = {check.item for check in checks}
    assert {"listed files are there", "p majority: scores are those of the predictions"} <= items
    assert "p: the table is that of the predictions" in items
    (complete,) = [one for one in checks if one.item == "p again: no prediction is missing or doubled"]
    assert complete.recomputed == "as folds.json says"


def test_a_folder_of_sweeps_is_audited_whole(finished):
    assert {check.paper for check in audit_results(finished / "results")} == {"mine"}


def test_a_changed_score_is_found_in_its_file_and_in_the_table(mine):
    mine.edit("scores/p/majority.csv", lambda rows: rows.__setitem__("value", rows["value"] + 0.001))
    found = wrong(mine.folder)
    assert set(found) == {
        "p majority: scores are those of the predictions",
        "p majority: accuracies are counts of clips",
    }
    assert (
        "uf1: written 0.167667, recomputed 0.166667"
        in found["p majority: scores are those of the predictions"]
    )


def test_a_changed_mean_of_folds_is_found(mine):
    def change(rows):
        rows.loc[rows["metric"] == "war_fold_mean", "value"] = 0.9

    mine.edit("scores/p/majority.csv", change)
    reason = wrong(mine.folder)["p majority: scores are those of the predictions"]
    assert "war_fold_mean: written 0.900000" in reason


def test_a_score_that_is_no_number_is_found(mine):
    def change(rows):
        rows.loc[rows["metric"] == "uf1", "value"] = float("nan")

    mine.edit("scores/p/majority.csv", change)
    assert "a score is no number" in wrong(mine.folder)["p majority: files are whole"]


def test_a_changed_count_is_found(mine):
    mine.edit("confusions/p/majority.csv", lambda rows: rows.__setitem__("count", rows["count"] + 1))
    assert set(wrong(mine.folder)) == {"p majority: confusions are those of the predictions"}


def test_a_changed_table_is_found(mine):
    mine.edit("tables/p.csv", lambda rows: rows.__setitem__("demo_war", 0.9))
    found = wrong(mine.folder)
    assert set(found) == {"p: the table is that of the predictions"}
    assert "again demo_war: printed 0.9, recomputed 0.333333" in found.popitem()[1]


def test_changed_predictions_are_found_everywhere(mine):
    def flip(rows):
        first = rows.index[0]
        rows.loc[first, ["score_negative", "score_positive", "score_surprise"]] = (0.0, 0.0, 1.0)
        rows.loc[first, "predicted"] = "surprise"
        return rows

    mine.predict(flip)
    assert set(wrong(mine.folder)) == {
        "p majority: confusions are those of the predictions",
        "p majority: scores are those of the predictions",
        "p: the table is that of the predictions",
    }


def test_a_missing_prediction_is_found_and_seeds_differ(mine):
    mine.predict(lambda rows: rows.drop(index=rows.index[rows["seed"] == 1][0]))
    found = wrong(mine.folder)
    assert "is predicted 0 times instead of 1" in found["p majority: no prediction is missing or doubled"]
    assert "p majority: seeds have the same clips" in found


def test_a_doubled_prediction_is_found(mine):
    def double(rows):
        again = rows[rows["seed"] == 0].head(1).assign(fold=3)
        return pd.concat([rows, again], ignore_index=True)

    mine.predict(double)
    found = wrong(mine.folder)
    assert "is predicted 2 times instead of 1" in found["p majority: no prediction is missing or doubled"]


def test_a_clip_that_is_missing_under_every_seed_is_found_without_folds(mine):
    shutil.rmtree(mine.folder.parent / "runs")
    mine.predict(lambda rows: rows[rows["sample_id"] != rows["sample_id"].iloc[0]])
    found = wrong(mine.folder)
    assert "majority has no prediction of demo:" in found["p: variants share clips and classes"]
    assert "p majority: no prediction is missing or doubled" not in found


def test_mixed_sources_are_found(mine):
    mine.predict(lambda rows: rows.assign(source=["real", *rows["source"].iloc[1:]]))
    found = wrong(mine.folder)
    assert found["p majority: real and stand-in clips are not mixed"] == (
        "predictions of real and stand_in clips in one file"
    )
    assert "p: variants share a source" in found


def test_another_true_class_is_found(mine):
    def relabel(rows):
        name = rows["sample_id"].iloc[0]
        return rows.assign(true=rows["true"].mask(rows["sample_id"] == name, "surprise"))

    mine.predict(relabel)
    found = wrong(mine.folder)
    assert "has another class in the folds" in found["p majority: no prediction is missing or doubled"]
    assert "has another class for" in found["p: variants share clips and classes"]


def averaged(mine):
    """Replace the scores of one variant by means over folds."""
    rows = pd.read_parquet(mine.predictions)
    classes = tuple(name.removeprefix("score_") for name in rows.columns if name.startswith("score_"))
    metrics = set(pd.read_csv(mine.folder / "scores/p/majority.csv")["metric"])
    means = {
        (part.seed, metric): found
        for part in parts(rows)
        for metric in metrics
        if (found := score(part, classes, metric, "fold_mean")) is not None
    }
    mine.edit(
        "scores/p/majority.csv",
        lambda written: written.__setitem__(
            "value",
            [
                means.get((seed, metric), value)
                for seed, metric, value in zip(
                    written["seed"], written["metric"], written["value"], strict=True
                )
            ],
        ),
    )


def uneven(rows):
    """Predict one fold right and the others as before: pooled and averaged scores differ."""
    first = rows["fold"] == rows["fold"].min()
    for name in ("negative", "positive", "surprise"):
        rows.loc[first, f"score_{name}"] = (rows.loc[first, "true"] == name).astype(float)
    rows.loc[first, "predicted"] = rows.loc[first, "true"]
    return rows


def test_means_of_folds_are_told_from_pooled_scores(mine):
    mine.predict(uneven)
    averaged(mine)
    reason = wrong(mine.folder)["p majority: scores are those of the predictions"]
    assert reason.startswith("means of the folds' scores, though the protocol pools: seed 0 demo uf1")
    shutil.rmtree(mine.folder.parent / "runs")
    (found,) = [
        check
        for check in audit_results(mine.folder)
        if check.item == "p majority: scores are those of the predictions"
    ]
    assert found.verdict == "derived"


def test_missing_files_are_named(mine):
    (mine.folder / "tables" / "p.tex").unlink()
    (mine.folder / "scores" / "p" / "again.csv").unlink()
    found = wrong(mine.folder)
    assert found["listed files are there"] == "results/mine/tables/p.tex"
    assert "again.csv" in found["p again: files are whole"]


def test_a_damaged_file_of_predictions_is_named(mine):
    mine.predictions.write_bytes(b"PAR1")
    assert (
        "majority.parquet: not a complete Parquet file" in wrong(mine.folder)["p majority: files are whole"]
    )


def test_scores_that_no_longer_sum_to_one_are_named(mine):
    rows = pd.read_parquet(mine.predictions)
    rows["score_negative"] += 0.5
    rows.to_parquet(mine.predictions)
    assert "sum to one" in wrong(mine.folder)["p majority: files are whole"]


def test_a_lost_list_is_a_finding_and_everything_else_is_audited(mine):
    (mine.folder / "sweep.json").unlink()
    found = wrong(mine.folder)
    assert set(found) == {"sweep.json lists the files of the sweep"}
    assert len(audit_results(mine.folder)) > 10


def test_files_of_an_earlier_form_are_reported_and_not_audited(mine):
    listed = json.loads((mine.folder / "sweep.json").read_text())
    listed["predictions"] = [path for path in listed["predictions"] if "again" not in path]
    (mine.folder / "sweep.json").write_text(json.dumps(listed))
    checks = {check.item: check for check in audit_results(mine.folder)}
    earlier = checks["files of an earlier form of the sweep"]
    assert (earlier.verdict, earlier.reason) == ("derived", "not audited: p again")
    assert "p again: files are whole" not in checks


def test_a_damaged_list_and_a_folder_without_results_are_refused(mine, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty: no results of a sweep"):
        audit_results(tmp_path / "empty")
    (mine.folder / "sweep.json").write_text("{}")
    with pytest.raises(DataError, match="sweep.json: not a list of a sweep's files"):
        audit_results(mine.folder)


def test_two_databases_have_a_composite(mine):
    rows = pd.read_parquet(mine.predictions)
    rows["database"] = ["left" if subject < "demo:s03" else "right" for subject in rows["subject"]]
    scopes = [(part.seed, part.scope, len(part.rows)) for part in parts(rows)]
    assert scopes[:3] == [(0, "composite", 24), (0, "left", 12), (0, "right", 12)]


def test_the_command_fails_where_something_disagrees(mine, capsys, tmp_path):
    assert main(["audit", str(mine.folder)]) == 0
    assert "disagree\n" not in capsys.readouterr().out
    mine.edit("tables/p.csv", lambda rows: rows.__setitem__("demo_war", 0.9))
    assert main(["audit", str(mine.folder), "--csv", str(tmp_path / "checks.csv")]) == 1
    printed = capsys.readouterr().out
    assert "mine: 1 disagree" in printed
    assert "recomputed 0.333333" in printed
    assert (pd.read_csv(tmp_path / "checks.csv")["verdict"] == "disagrees").sum() == 1


def test_the_command_audits_published_numbers(capsys):
    assert main(["audit"]) == 0
    printed = capsys.readouterr().out
    assert "fr:" in printed
    assert "Table 2 LBP-TOP on SMIC-HS: UF1 with UAR" in printed
    assert "23 single tests behind these: --all" in printed
    assert "agrees\n" not in printed.split("\n", 1)[1]


def test_strict_and_all(capsys):
    assert main(["audit", "published", "--strict", "--all"]) == 1
    printed = capsys.readouterr().out
    assert "elrcn: 4 not computable" in printed
    assert "paired two-sided t-test, TIM32, 5 folds" in printed
