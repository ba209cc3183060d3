import json
from dataclasses import replace

import pytest

from mer.artefacts.folds import read_folds, write_folds
from mer.artefacts.predictions import read_predictions, write_predictions
from mer.artefacts.scores import CONFUSION_COLUMNS, SCORE_COLUMNS, read_rows
from mer.core.errors import DataError, IncompleteRunError
from mer.core.types import Execution
from mer.jobs import score, train
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.train import TrainSpec

PACKS = [[fold, fold] for fold in range(4)]


@pytest.fixture(scope="module")
def predictions(prepared, tmp_path_factory):
    """Predictions of the majority class under two seeds, one file per fold."""
    root = tmp_path_factory.mktemp("predictions")
    for seed in (0, 1):
        for fold in range(4):
            spec = TrainSpec.model_validate_json(
                prepared.jobs.train_spec("p", "majority", [seed], fold, fold)
            )
            path = root / f"s{seed}" / f"{fold:03d}-{fold:03d}.parquet"
            train.run(spec, Execution(device="cpu"), prepared.folds, [], path)
    return root


def run(prepared, folder, out, folds=None, **changes):
    spec = {**json.loads(prepared.jobs.score_spec("p", "majority")), "packs": PACKS, **changes}
    scores, confusions = out / "s.csv", out / "c.csv"
    spec = ScoreSpec.from_plain(spec)
    score.run(spec, folds or prepared.folds, folder, out / "p.parquet", scores, confusions)
    return read_rows([scores], SCORE_COLUMNS), read_rows([confusions], CONFUSION_COLUMNS)


@pytest.fixture
def pooled(prepared, predictions, tmp_path):
    """All predictions in one file per seed, to be changed; write(rows) puts them into a folder."""
    classes = read_folds(prepared.folds).classes
    rows = read_predictions(sorted(predictions.rglob("*.parquet")), classes)

    def write(changed):
        for seed, part in changed.groupby("seed"):
            write_predictions(tmp_path / f"s{seed}" / "000-003.parquet", part, classes, {})
        return tmp_path

    return rows, write


def test_counts_are_pooled_over_folds(prepared, predictions, tmp_path):
    scores, confusions = run(prepared, predictions, tmp_path)
    assert set(scores["scope"]) == {"demo"}
    war = scores[scores["metric"] == "war"].iloc[0]
    assert war["value"] == pytest.approx(1 / 3)
    assert (war["n_clips"], war["n_subjects"], war["n_folds"]) == (24, 4, 4)
    assert set(zip(confusions["selection"], confusions["source"], strict=True)) == {("last", "stand_in")}
    first = confusions[confusions["seed"] == 0]
    assert first["count"].sum() == 24
    assert first[first["predicted"] == "negative"]["count"].tolist() == [8, 8, 8]


def test_databases_of_a_composite_are_scored_from_the_same_predictions(prepared, pooled, tmp_path):
    rows, write = pooled
    rows["database"] = rows["subject"].map(lambda s: "left" if s < "demo:s03" else "right")
    right = rows["database"] == "right"
    rows.loc[right, ["predicted", "score_negative", "score_positive", "score_surprise"]] = (
        "surprise",
        0.0,
        0.0,
        1.0,
    )
    scores, _ = run(prepared, write(rows), tmp_path, packs=[[0, 3]])
    chosen = scores[(scores["seed"] == 0) & (scores["metric"] == "uf1")].set_index("scope")["value"]
    # Each half has 12 clips, all put into one class: F1 = 2 * 4 / (12 + 4) there, 0 in the others.
    assert chosen["left"] == pytest.approx(0.5 / 3)
    assert chosen["right"] == pytest.approx(0.5 / 3)
    # Together two classes have F1 = 2 * 4 / (12 + 8).
    assert chosen["composite"] == pytest.approx(2 * (2 * 4 / (12 + 8)) / 3)


def test_a_missing_prediction_is_an_error(prepared, pooled, tmp_path):
    rows, write = pooled
    last = (rows["seed"] == 1) & (rows["sample_id"] == "demo:s04:neg_01")
    with pytest.raises(IncompleteRunError, match="seed 1: demo:s04:neg_01 has no prediction"):
        run(prepared, write(rows[~last]), tmp_path, packs=[[0, 3]])
    assert not list(tmp_path.glob("*.csv"))


def test_a_missing_pack_is_an_error(prepared, predictions, tmp_path):
    with pytest.raises(DataError, match="004-004.parquet"):
        run(prepared, predictions, tmp_path, packs=[*PACKS, [4, 4]])


def test_a_doubled_pack_is_an_error(prepared, predictions, tmp_path):
    with pytest.raises(IncompleteRunError, match="is predicted 2 times"):
        run(prepared, predictions, tmp_path, packs=[*PACKS, [0, 0]])


def test_packs_of_an_earlier_cut_are_not_read(prepared, predictions, pooled, tmp_path):
    rows, write = pooled
    folder = write(rows)
    for path in predictions.rglob("*.parquet"):
        (folder / path.parent.name / path.name).write_bytes(path.read_bytes())
    scores, _ = run(prepared, folder, tmp_path)
    assert set(scores["n_clips"]) == {24}


def test_predictions_of_another_recipe_are_an_error(prepared, pooled, tmp_path):
    rows, write = pooled
    with pytest.raises(IncompleteRunError, match="seed 0: predictions of another recipe, older"):
        run(prepared, write(rows.assign(recipe="older")), tmp_path, packs=[[0, 3]])


def test_predictions_of_another_task_are_refused(prepared, predictions, tmp_path):
    from dataclasses import replace

    split = read_folds(prepared.folds)
    write_folds(tmp_path / "f.json", replace(split, classes=("positive", "surprise")))
    with pytest.raises(DataError, match="score_negative"):
        run(prepared, predictions, tmp_path, folds=tmp_path / "f.json")


def test_every_metric_is_in_the_file_for_every_seed(prepared, predictions, tmp_path):
    scores, _ = run(prepared, predictions, tmp_path)
    names = [
        "uf1", "uar", "war", "macro_f1", "micro_f1", "macro_precision", "f1_of_means",
        *(f"{what}_{one}" for what in ("recall", "f1") for one in ("negative", "positive", "surprise")),
        # Every fold of this corpus tests every class, so that all three have a score per fold.
        *(f"{what}_fold_{number}" for what in ("uf1", "uar", "war") for number in ("mean", "sd")),
    ]  # fmt: skip
    assert scores.groupby("seed")["metric"].apply(list).to_dict() == {0: names, 1: names}
    found = scores[scores["seed"] == 0].set_index("metric")["value"]
    # 24 clips, a third of each class, all predicted negative: precision 1/3, 0, 0; recall 1, 0, 0.
    assert found["recall_negative"] == 1.0
    assert found["recall_surprise"] == 0.0
    assert found["f1_negative"] == pytest.approx(0.5)
    assert found["macro_precision"] == pytest.approx(1 / 9)
    assert found["f1_of_means"] == pytest.approx(2 * (1 / 9) * (1 / 3) / (1 / 9 + 1 / 3))
    assert found["macro_f1"] == found["uf1"] == pytest.approx(0.5 / 3)
    assert found["micro_f1"] == found["war"] == found["war_fold_mean"] == pytest.approx(1 / 3)
    assert found["war_fold_sd"] == 0.0


def test_a_fold_without_a_class_has_an_accuracy_but_no_uf1(prepared, pooled, tmp_path):
    """Fold 0 tests no clip of surprise."""
    rows, write = pooled
    gone = (rows["fold"] == 0) & (rows["true"] == "surprise")
    split = read_folds(prepared.folds)
    names = set(rows.loc[gone, "sample_id"])
    times = {name: 0 if name in names else 1 for name in split.times_tested}
    folds = tmp_path / "folds.json"
    write_folds(folds, replace(split, times_tested=times))
    scores, _ = run(prepared, write(rows[~gone]), tmp_path, folds=folds, packs=[[0, 3]])
    found = scores[scores["seed"] == 0].set_index("metric")["value"]
    assert "uf1_fold_mean" not in found
    assert "uar_fold_sd" not in found
    # Negative is right: 2 of 4 clips of fold 0 and 2 of 6 in the three others.
    assert found["war_fold_mean"] == pytest.approx((1 / 2 + 3 * (1 / 3)) / 4)
    assert found["war_fold_sd"] == pytest.approx((1 / 2 - 1 / 3) / 2)
    assert found["war"] == pytest.approx(8 / 22)


def test_a_protocol_may_average_its_folds(prepared, pooled, tmp_path):
    """Fold 0 is right throughout, the others put 6 clips of 3 classes into one: WAR 1 and three times 1/3."""
    rows, write = pooled
    right = rows["fold"] == 0
    for name in ("negative", "positive", "surprise"):
        rows.loc[right, f"score_{name}"] = (rows.loc[right, "true"] == name).astype(float)
    rows.loc[right, "predicted"] = rows.loc[right, "true"]
    folds = tmp_path / "folds.json"
    write_folds(folds, replace(read_folds(prepared.folds), pooling="fold_mean"))
    scores, _ = run(prepared, write(rows), tmp_path, folds=folds, packs=[[0, 3]])
    chosen = scores[scores["seed"] == 0].set_index("metric")["value"]
    assert chosen["war"] == pytest.approx((1 + 3 * (1 / 3)) / 4)
    # F1 of a class that gets everything: 2 * 2 / (6 + 2); the two others have none.
    assert chosen["uf1"] == chosen["uf1_fold_mean"] == pytest.approx((1 + 3 * (0.5 / 3)) / 4)
    # Once 1 and three times 1/3 lie 1/3 apart in standard deviations of four.
    assert chosen["war_fold_sd"] == pytest.approx(1 / 3)
    # Of a class, too, scores are means of folds: recall 1 throughout, F1 1 and three times 1/2.
    assert chosen["recall_negative"] == pytest.approx(1)
    assert chosen["f1_negative"] == pytest.approx((1 + 3 * 0.5) / 4)
