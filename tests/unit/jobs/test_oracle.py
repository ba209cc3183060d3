"""An oracle's scores lie apart, hold no labels, and the epoch is chosen after training."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from mer.artefacts.folds import read_folds
from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.artefacts.trajectories import read_trajectories
from mer.core.errors import DataError, IncompleteRunError
from mer.core.types import Execution
from mer.jobs import score, train
from mer.jobs.table import ORACLE_NOTE, score_table
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import TableSpec
from mer.sweep.specs.train import TrainSpec

CPU = Execution(device="cpu")


@pytest.fixture(scope="module")
def packs(prepared, tmp_path_factory):
    folder = tmp_path_factory.mktemp("oracle")
    for path in prepared.jobs.packs("p", "oracle"):
        seed = int(path.split("/s")[-1].split("/")[0])
        spec = TrainSpec.model_validate_json(prepared.jobs.train_spec("p", "oracle", [seed], 0, 3))
        output = folder / f"s{seed}" / "000-003.parquet"
        train.run(spec, CPU, prepared.folds, prepared.lists["oracle"], output)
    return folder


def test_scores_after_every_epoch_hold_every_clip_and_no_label(prepared, packs):
    path = packs / "s0" / "000-003.parquet"
    split = read_folds(prepared.folds)
    rows = read_trajectories([path], split.classes)
    assert rows.groupby("epoch")["sample_id"].apply(sorted).tolist() == [sorted(split.samples)] * 3
    assert not {"true", "predicted"} & set(pq.read_schema(path).names)


def scored(prepared, packs, tmp_path):
    spec = ScoreSpec.model_validate_json(prepared.jobs.score_spec("p", "oracle"))
    names = ("pooled.parquet", "scores.csv", "confusions.csv")
    score.run(spec, prepared.folds, packs, *(tmp_path / name for name in names))
    return read_rows([tmp_path / "scores.csv"], SCORE_COLUMNS)


def test_the_epoch_of_each_fold_is_its_best_on_the_test_clips(prepared, packs, tmp_path):
    """Recomputed plainly: the most right clips of any epoch in every fold, over all folds."""
    split = read_folds(prepared.folds)
    rows = read_trajectories([packs / "s1" / "000-003.parquet"], split.classes)
    scores = rows[[f"score_{name}" for name in split.classes]].to_numpy()
    predicted = np.array(split.classes)[scores.argmax(axis=1)]
    right = predicted == rows["sample_id"].map(split.labels)
    expected = right.groupby([rows["fold"], rows["epoch"]]).sum().groupby("fold").max().sum()
    found = scored(prepared, packs, tmp_path)
    found = found[(found["seed"] == 1) & (found["metric"] == "war")]
    assert found["value"].tolist() == [pytest.approx(expected / len(split.samples))]
    assert set(found["selection"]) == {"oracle_test"}


def test_tables_mark_an_oracle(prepared, packs, tmp_path):
    spec = TableSpec.model_validate_json(prepared.jobs.table_spec("p"))
    spec = spec.model_copy(update={"rows": tuple(row for row in spec.rows if row.variant == "oracle")})
    (row,) = score_table(spec, scored(prepared, packs, tmp_path)).rows
    assert (row.kind, row.remark) == ("oracle", ORACLE_NOTE)


def test_epochs_that_score_different_clips_are_an_error(prepared, packs, tmp_path):
    other = tmp_path / "packs"
    for seed in (0, 1):
        (other / f"s{seed}").mkdir(parents=True)
        table = pq.read_table(packs / f"s{seed}" / "000-003.parquet")
        pq.write_table(table.slice(1), other / f"s{seed}" / "000-003.parquet")
    with pytest.raises(IncompleteRunError, match="epochs are missing or score different clips"):
        scored(prepared, other, tmp_path)


def test_a_file_of_predictions_is_no_file_of_epochs(prepared, tmp_path):
    pd.DataFrame({"sample_id": ["a"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="columns are not those of scores after every epoch"):
        read_trajectories([tmp_path / "a.parquet"], ("a", "b"))
