import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from mer.artefacts.predictions import read_left_out
from mer.artefacts.trajectories import read_trajectories, write_trajectories
from mer.core.errors import DataError

CLASSES = ("negative", "positive")


@pytest.fixture
def rows():
    """Two clips after each of two epochs."""
    return pd.DataFrame(
        {
            "seed": [0] * 4,
            "fold": [3] * 4,
            "epoch": [1, 1, 2, 2],
            "sample_id": ["a", "b", "a", "b"],
            "recipe": "r",
            "device": "cpu",
            "seconds": [0.5] * 4,
            "score_negative": [0.6, 0.2, 1.0, 0.0],
            "score_positive": [0.4, 0.8, 0.0, 1.0],
        }
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "000-001.parquet"


def test_what_is_written_is_read(path, rows):
    write_trajectories(path, rows, CLASSES, {"python": "3"}, {"c": "too short"})
    pd.testing.assert_frame_equal(read_trajectories([path], CLASSES), rows, check_dtype=False)
    metadata = pq.read_schema(path).metadata
    assert metadata[b"python"] == b"3"
    assert json.loads(metadata[b"left_out"]) == {"c": "too short"}
    assert read_left_out([path]) == {"c": "too short"}


def test_the_order_of_columns_is_the_files(path, rows):
    write_trajectories(path, rows[sorted(rows.columns)], CLASSES, {}, {})
    assert list(read_trajectories([path], CLASSES).columns) == list(rows.columns)


def test_files_are_put_under_each_other(tmp_path, path, rows):
    other = rows.assign(fold=4)
    write_trajectories(path, rows, CLASSES, {}, {})
    write_trajectories(tmp_path / "b.parquet", other, CLASSES, {}, {})
    found = read_trajectories([path, tmp_path / "b.parquet"], CLASSES)
    assert found["fold"].tolist() == [3] * 4 + [4] * 4
    assert found.index.tolist() == list(range(8))


def test_no_labels_are_in_them(path, rows):
    with pytest.raises(DataError, match="Missing or foreign: true."):
        write_trajectories(path, rows.assign(true="negative"), CLASSES, {}, {})


@pytest.mark.parametrize("column", ["epoch", "score_positive", "recipe", "sample_id"])
def test_a_missing_column_is_named(path, rows, column):
    with pytest.raises(DataError, match=f"Missing or foreign: {column}."):
        write_trajectories(path, rows.drop(columns=column), CLASSES, {}, {})
    assert not path.exists()


@pytest.mark.parametrize(
    ("negative", "positive"),
    [(0.6, 0.5), (0.6, 0.39), (float("nan"), 0.4), (float("inf"), 0.4), (-0.1, 1.1)],
)
def test_scores_must_be_scores(path, rows, negative, positive):
    rows.loc[2, ["score_negative", "score_positive"]] = negative, positive
    with pytest.raises(DataError, match="scores must be at least 0 and sum to one"):
        write_trajectories(path, rows, CLASSES, {}, {})
    assert not path.exists()


def test_rounding_is_forgiven(path, rows):
    rows.loc[2, "score_positive"] = 1e-8
    write_trajectories(path, rows, CLASSES, {}, {})


def test_a_clip_occurs_once_in_an_epoch(path, rows):
    with pytest.raises(DataError, match="a clip occurs twice in an epoch"):
        write_trajectories(path, rows.assign(epoch=[1, 1, 2, 1]), CLASSES, {}, {})
    for column in ("seed", "fold"):
        twice = pd.concat([rows, rows.assign(**{column: 7})])
        write_trajectories(path, twice, CLASSES, {}, {})


def test_what_is_read_is_checked(path, rows):
    write_trajectories(path, rows, CLASSES, {}, {})
    with pytest.raises(DataError, match="000-001.parquet: columns .* Missing or foreign: score_surprise."):
        read_trajectories([path], (*CLASSES, "surprise"))
    pq.write_table(pq.read_table(path).slice(0, 4).append_column("x", [[1] * 4]), path)
    with pytest.raises(DataError, match="Missing or foreign: x."):
        read_trajectories([path], CLASSES)


@pytest.mark.parametrize("kept", [0, 10, -1, -100])
def test_a_truncated_file_is_refused(path, rows, kept):
    write_trajectories(path, rows, CLASSES, {}, {})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataError, match="not a complete Parquet file"):
        read_trajectories([path], CLASSES)


def test_a_file_that_is_not_there_is_an_error(path):
    with pytest.raises(DataError, match="not a complete Parquet file"):
        read_trajectories([path], CLASSES)
