import pandas as pd
import pytest

from mer.artefacts.folds import read_folds, write_folds
from mer.artefacts.predictions import read_predictions, write_predictions
from mer.artefacts.scores import CONFUSION_COLUMNS, SCORE_COLUMNS, read_rows
from mer.core.errors import DataError, IncompleteRunError
from mer.core.types import Execution
from mer.jobs import score, train
from mer.sweep.specs import ScoreSpec, TrainSpec


@pytest.fixture(scope="module")
def packs(prepared, tmp_path_factory):
    """Predictions of the majority class under two seeds, one file per fold."""
    root = tmp_path_factory.mktemp("packs")
    paths = []
    for seed in (0, 1):
        for fold in range(4):
            spec = TrainSpec.model_validate_json(prepared.jobs.train_spec("p", "majority", seed, fold, fold))
            paths.append(root / f"{seed}-{fold}.parquet")
            train.run(spec, Execution(device="cpu"), prepared.folds, [], paths[-1])
    return paths


def run(prepared, packs, tmp_path, folds=None, seeds=(0, 1)):
    spec = ScoreSpec(variant="majority", seeds=seeds, revision="")
    scores, confusions = tmp_path / "s.csv", tmp_path / "c.csv"
    score.run(spec, folds or prepared.folds, packs, scores, confusions)
    return read_rows([scores], SCORE_COLUMNS), read_rows([confusions], CONFUSION_COLUMNS)


def test_counts_are_pooled_over_folds(prepared, packs, tmp_path):
    scores, confusions = run(prepared, packs, tmp_path)
    assert set(scores["scope"]) == {"demo"}
    assert scores.groupby("seed")["metric"].apply(list).tolist() == [["uf1", "uar", "war"]] * 2
    war = scores[scores["metric"] == "war"].iloc[0]
    assert war["value"] == pytest.approx(1 / 3)
    assert (war["n_clips"], war["n_subjects"], war["n_folds"]) == (24, 4, 4)
    first = confusions[confusions["seed"] == 0]
    assert first["count"].sum() == 24
    assert first[first["predicted"] == "negative"]["count"].tolist() == [8, 8, 8]


def test_databases_of_a_composite_are_scored_from_the_same_predictions(prepared, packs, tmp_path):
    split = read_folds(prepared.folds)
    rows = read_predictions(packs, split.classes)
    rows["database"] = rows["subject"].map(lambda s: "left" if s < "demo:s03" else "right")
    rows.loc[
        rows["database"] == "right", ["predicted", "score_negative", "score_positive", "score_surprise"]
    ] = (
        "surprise",
        0.0,
        0.0,
        1.0,
    )
    write_predictions(tmp_path / "all.parquet", rows, split.classes, {})
    scores, _ = run(prepared, [tmp_path / "all.parquet"], tmp_path)
    chosen = scores[(scores["seed"] == 0) & (scores["metric"] == "uf1")].set_index("scope")["value"]
    # Each half: one class right, 2 * 4 / (12 + 4) = 0.5. Together: two of 8 right 4 times of 12 predicted.
    assert chosen["left"] == pytest.approx(0.5 / 3)
    assert chosen["right"] == pytest.approx(0.5 / 3)
    assert chosen["composite"] == pytest.approx(2 * (2 * 4 / (8 + 12)) / 3)


def test_a_missing_pack_is_an_error(prepared, packs, tmp_path):
    with pytest.raises(IncompleteRunError, match="seed 1: no prediction for demo:s04:neg_01"):
        run(prepared, packs[:-1], tmp_path)
    assert not list(tmp_path.glob("*.csv"))


def test_a_doubled_pack_is_an_error(prepared, packs, tmp_path):
    with pytest.raises(IncompleteRunError, match="is predicted 2 times"):
        run(prepared, [*packs, packs[0]], tmp_path)


def test_predictions_of_another_task_are_refused(prepared, packs, tmp_path):
    from dataclasses import replace

    split = read_folds(prepared.folds)
    write_folds(tmp_path / "f.json", replace(split, classes=("positive", "surprise")))
    with pytest.raises(DataError, match="score_negative"):
        run(prepared, packs, tmp_path, folds=tmp_path / "f.json")


def test_seeds_stay_apart(prepared, packs, tmp_path):
    scores, _ = run(prepared, packs, tmp_path)
    assert isinstance(scores, pd.DataFrame)
    assert scores["seed"].value_counts().to_dict() == {0: 3, 1: 3}
    with pytest.raises(IncompleteRunError, match="seed 2"):
        run(prepared, packs, tmp_path, seeds=(0, 1, 2))
