import pandas as pd
import pytest

from mer.artefacts.given_predictions import read_given
from mer.artefacts.predictions import write_predictions
from mer.core.errors import DataError


@pytest.fixture
def rows():
    """Four clips of two people, with the fewest columns."""
    return pd.DataFrame(
        {
            "sample_id": ["1a", "1b", "2a", "2b"],
            "database": ["x", "x", "y", "y"],
            "subject": ["001", "001", "001", "001"],
            "true": ["neg", "pos", "neg", "sur"],
            "predicted": ["neg", "neg", "neg", "sur"],
        }
    )


@pytest.fixture
def given(tmp_path):
    def read(*tables, classes=()):
        paths = []
        for number, table in enumerate(tables):
            paths.append(tmp_path / f"m{number}.csv")
            table.to_csv(paths[-1], index=False)
        return read_given(paths, classes)

    return read


def scored(rows):
    """Add scores that sum to one."""
    right = {
        f"score_{name}": (rows["predicted"] == name) * 0.8 + 0.1 * (rows["predicted"] != name)
        for name in ("sur", "neg", "pos")
    }
    return rows.assign(**right)


def problems(given, *tables, **how):
    with pytest.raises(DataError) as caught:
        given(*tables, **how)
    return str(caught.value)


def test_the_fewest_columns_are_enough(given, rows):
    (found,) = given(rows)
    assert (found.name, found.selection, found.source, found.has_folds) == ("m0", "", "", False)
    assert found.classes == ("neg", "pos", "sur")
    assert found.rows["person"].tolist() == ["x:001", "x:001", "y:001", "y:001"]
    assert found.rows[["seed", "fold"]].to_numpy().tolist() == [[0, 0]] * 4


def test_a_person_is_one_in_all_databases(given, rows):
    (found,) = given(rows.rename(columns={"subject": "person"}))
    assert set(found.rows["person"]) == {"001"}
    (found,) = given(rows.assign(subject=["x:1", "x:1", "y:1", "y:1"]))
    assert set(found.rows["person"]) == {"x:1", "y:1"}


def test_seeds_folds_names_and_scores_are_read(given, rows):
    table = pd.concat([scored(rows).assign(seed=seed, fold=[0, 0, 1, 1]) for seed in (3, 4)])
    (found,) = given(table.assign(variant="net", selection="last", source="real"))
    assert (found.name, found.selection, found.source, found.has_folds) == ("net", "last", "real", True)
    # In the order of the score columns.
    assert found.classes == ("sur", "neg", "pos")
    assert found.rows["seed"].tolist() == [3] * 4 + [4] * 4


def test_files_of_one_name_are_called_by_their_path(given, rows, tmp_path):
    found = given(rows.assign(variant="net"), rows.assign(variant="net"))
    assert [one.name for one in found] == [str(tmp_path / "m0.csv"), str(tmp_path / "m1.csv")]


def test_a_file_of_a_sweep_is_read_with_the_clips_that_it_leaves_out(tmp_path, rows):
    table = scored(rows).assign(
        protocol="p", task="t", method="m", variant="v", selection="last", seed=0, fold=0, person="x:1",
        clip="c", source="stand_in", recipe="r", device="cpu", seconds=1.0,
    ).astype({"seed": "int64"})  # fmt: skip
    scores = [name for name in table if name.startswith("score_")]
    table[scores] = table[scores].div(table[scores].sum(axis=1), axis=0)
    write_predictions(tmp_path / "v.parquet", table, ("sur", "neg", "pos"), {}, {"3a": "no face"})
    (found,) = read_given([tmp_path / "v.parquet"])
    assert (found.name, found.source, dict(found.left_out)) == ("v", "stand_in", {"3a": "no face"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"predicted": ["neg", "happy", "neg", "sur"]}, "unknown class in 'predicted': happy. Known classes: sur, neg, pos"),
        ({"sample_id": ["1a", "1a", "2a", "2b"]}, "clips predicted twice: 1a"),
        ({"score_neg": [0.8, 0.8, 0.8, 0.3]}, "sum to one, not so for 2b"),
        ({"score_neg": [0.8, "high", 0.8, 0.1]}, "sum to one, not so for 1b"),
        ({"score_neg": [-0.2, 0.8, 0.8, 0.1], "score_pos": [1.1, 0.1, 0.1, 0.1]}, "sum to one, not so for 1a"),
        ({"seed": [0, 0, 0, 1]}, "seed 0 has no prediction for 2b"),
        ({"seed": [0, 0, 0.5, 0]}, "'seed' must be a whole number, not so for 2a"),
        ({"fold": ["a", 0, 0, 0]}, "'fold' must be a whole number, not so for 1a"),
        ({"source": ["real", "real", "stand_in", "real"]}, "real and stand-in data are mixed: real, stand_in"),
        ({"variant": ["v", "w", "v", "w"]}, "one variant per file, found v, w"),
        ({"subject": ["001", "", "001", "001"]}, "'subject' is blank in 1 rows"),
        ({"sample_id": ["1a", "1b ", "2a", "2b"]}, "'sample_id' has blanks before or after a name: 1b "),
        ({"database": "composite"}, "'composite' stands for all databases together"),
        ({"task": ["t", "t", "t", "u"]}, "one task per file, found t, u"),
        ({"sample_id": ["1a", "1a", "2a", "2b"], "seed": ["0", "0.0", "0", "0"]}, "clips predicted twice: 1a"),
        ({"sample_id": ["1a", "1a", "1a", "2b"], "seed": [0, 0, 1, 0], "fold": [0, 1, 0, 0]}, "predict these not equally often: 1a"),
        ({"sample_id": ["1a"] * 4, "fold": [0, 1, 2, 3]}, "more than one 'true' of 1a"),
        ({"sample_id": ["1a"] * 4, "fold": [0, 1, 2, 3]}, "more than one 'database' of 1a"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named(given, rows, changes, message):
    assert message in problems(given, scored(rows).assign(**changes))


def test_classes_that_nobody_names_are_those_that_clips_have(given, rows):
    """A clip without a prediction, written as NA, makes no class that everybody misses."""
    message = "no clip has the class NA, happy, which is only predicted. Name all classes with --task"
    changed = rows.assign(predicted=["neg", "NA", "happy", "sur"])
    assert message in problems(given, changed)
    (found,) = given(changed, classes=("neg", "pos", "sur", "NA", "happy"))
    assert len(found.classes) == 5
    assert "all clips have the class neg" in problems(given, rows.assign(true="neg", predicted="neg"))


def test_mistakes_of_all_files_are_listed_together(given, rows, tmp_path):
    printed = problems(
        given,
        scored(rows).assign(sample_id=["1a", "1a", "2a", "2b"], seed=["x", 0, 0, 0]),
        scored(rows).assign(score_pos=0.9, true="odd"),
    ).splitlines()
    assert printed[0] == "These predictions cannot be scored:"
    first, second = (str(tmp_path / f"m{number}.csv") for number in (0, 1))
    assert [line.strip().startswith(first) for line in printed[1:]].count(True) == 3  # also: seeds differ
    assert [line.strip().startswith(second) for line in printed[1:]].count(True) == 2


def test_scores_may_be_rounded(given, rows):
    table = scored(rows)
    table.loc[0, ["score_sur", "score_neg", "score_pos"]] = [0.333, 0.333, 0.333]
    assert given(table)


def test_files_of_real_and_stand_in_clips_are_not_mixed(given, rows):
    printed = problems(given, rows.assign(source="real"), rows.assign(source="stand_in"))
    assert "clips of real and stand-in data are mixed: " in printed
    assert given(rows.assign(source="real"), rows)


def test_classes_that_are_given_must_be_all(given, rows):
    assert given(rows, classes=("sur", "pos", "neg", "contempt"))[0].classes[-1] == "contempt"
    assert "unknown class in 'true': sur" in problems(given, rows, classes=("pos", "neg"))
    assert "scores are of the classes sur, neg, pos, expected neg, pos, sur, odd" in problems(
        given, scored(rows), classes=("neg", "pos", "sur", "odd")
    )


def test_missing_columns_and_files_are_explained(given, rows, tmp_path):
    printed = problems(given, rows.drop(columns=["true", "subject"]))
    assert "no column true, person or subject. Found columns: sample_id, database, predicted" in printed
    assert "no predictions" in problems(given, rows.iloc[:0])
    with pytest.raises(DataError, match=r"gone.csv: not a CSV file"):
        read_given([tmp_path / "gone.csv"])
    with pytest.raises(DataError, match=r"expected a file of predictions, .parquet or .csv"):
        read_given([tmp_path / "a.xlsx"])
    (tmp_path / "bad.parquet").write_bytes(b"x")
    with pytest.raises(DataError, match="not a complete Parquet file"):
        read_given([tmp_path / "bad.parquet"])
