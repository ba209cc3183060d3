import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mer.artefacts.predictions import (
    check_complete,
    read_predictions,
    read_rows_of,
    write_predictions,
    write_rows_of,
)
from mer.core.errors import DataError, IncompleteRunError

CLASSES = ("negative", "positive", "surprise")


@pytest.fixture
def rows():
    n = 4
    return pd.DataFrame(
        {
            "protocol": "p",
            "task": "three_class",
            "method": "m",
            "variant": "v",
            "selection": "last",
            "seed": [0] * n,
            "fold": [0, 0, 1, 1],
            "database": "demo",
            "subject": ["demo:s1", "demo:s1", "demo:s2", "demo:s2"],
            "person": ["demo:s1", "demo:s1", "demo:s2", "demo:s2"],
            "clip": ["a", "b", "a", "b"],
            "sample_id": ["1a", "1b", "2a", "2b"],
            "source": "stand_in",
            "true": ["negative", "positive", "surprise", "negative"],
            "predicted": ["negative", "positive", "positive", "surprise"],
            "score_negative": [0.6, 0.2, 0.2, 0.25],
            "score_positive": [0.3, 0.5, 0.5, 0.25],
            "score_surprise": [0.1, 0.3, 0.3, 0.5],
            "recipe": "r",
            "device": "cpu",
            "seconds": [0.5] * n,
        }
    )


def test_what_is_written_is_read(tmp_path, rows):
    path = tmp_path / "000-001.parquet"
    write_predictions(path, rows, CLASSES, {"python": "3"})
    pd.testing.assert_frame_equal(read_predictions([path], CLASSES), rows, check_dtype=False)
    assert pq.read_schema(path).metadata[b"python"] == b"3"


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("score_negative", [0.6, 0.2, 0.2, 0.9], "sum to one, not so for 2b"),
        ("score_negative", [0.6, 0.2, 0.2, float("nan")], "sum to one, not so for 2b"),
        ("true", ["negative", "happy", "surprise", "negative"], "unknown class in 'true': happy"),
        ("predicted", ["negative", "positive", "positive", "negative"], "highest score: 2b"),
        ("sample_id", ["1a", "1a", "2a", "2b"], "clips predicted twice: 1a"),
    ],
)
def test_rows_that_break_a_rule_are_refused_and_nothing_is_written(tmp_path, rows, column, values, message):
    path = tmp_path / "bad.parquet"
    with pytest.raises(DataError, match=message):
        write_predictions(path, rows.assign(**{column: values}), CLASSES, {})
    assert not path.exists()


def test_foreign_and_missing_columns_are_named(tmp_path, rows):
    with pytest.raises(DataError, match="Missing or foreign: extra, fold"):
        write_predictions(tmp_path / "x.parquet", rows.drop(columns="fold").assign(extra=1), CLASSES, {})


def test_a_truncated_file_is_refused(tmp_path, rows):
    path = tmp_path / "a.parquet"
    write_predictions(path, rows, CLASSES, {})
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match="not a complete Parquet file"):
        read_predictions([path], CLASSES)


def test_packs_that_overlap_are_refused_when_pooled(tmp_path, rows):
    path = tmp_path / "a.parquet"
    write_predictions(path, rows, CLASSES, {})
    pooled = read_predictions([path, path], CLASSES)
    with pytest.raises(IncompleteRunError, match="seed 0: 1a is predicted 2 times instead of 1"):
        check_complete(pooled, dict.fromkeys(["1a", "1b", "2a", "2b"], 1), {0: "r"}, "v on p")


def test_missing_and_foreign_predictions_are_listed(rows):
    with pytest.raises(IncompleteRunError) as caught:
        check_complete(rows, dict.fromkeys(["1a", "1b", "2a", "2c"], 1), {0: "r", 1: "r"}, "v on p")
    assert "seed 0: 2c has no prediction" in str(caught.value)
    assert "seed 0: 2b is no sample of the protocol" in str(caught.value)
    assert "seed 1: 1a has no prediction" in str(caught.value)
    check_complete(rows, dict.fromkeys(["1a", "1b", "2a", "2b"], 1), {0: "r"}, "v on p")


def test_predictions_of_another_recipe_are_refused(rows):
    with pytest.raises(IncompleteRunError, match="seed 0: predictions of another recipe, r"):
        check_complete(rows, dict.fromkeys(["1a", "1b", "2a", "2b"], 1), {0: "q"}, "v on p")


def test_clips_are_expected_as_often_as_declared(rows):
    declared = {"1a": 1, "1b": 1, "2a": 1, "2b": 1, "source": 0}
    check_complete(rows, declared, {0: "r"}, "v on p")
    with pytest.raises(IncompleteRunError, match="seed 0: 2a is predicted 1 times instead of 5"):
        check_complete(rows, {**declared, "2a": 5}, {0: "r"}, "v on p")


def test_a_file_whose_description_is_damaged_is_refused_also_where_some_rows_are_asked_for(tmp_path):
    """Footers have no checksum; with filters of its own, pyarrow waits for ever on this one."""
    path = tmp_path / "p.parquet"
    rows = pd.DataFrame({"seed": [0, 0, 1], "fold": [0, 1, 1]})
    write_rows_of(path, rows, {"seed": pa.int64(), "fold": pa.int64()}, {}, {})
    assert read_rows_of(path, {"seed": [0], "fold": [1]})["fold"].tolist() == [1]
    content = path.read_bytes()
    place = content.rindex(b"\x04fold")
    damaged = 0
    for offset in range(place - 12, place):
        path.write_bytes(content[:offset] + bytes([content[offset] ^ 1]) + content[offset + 1 :])
        try:
            read_rows_of(path, {"seed": [0], "fold": [1]})
        except DataError:
            damaged += 1
    assert damaged
