from mer.evaluation.comparison import Predicted
from mer.evaluation.same_clips import differences


def method(name, rows, left_out=None):
    return Predicted(name, "last", rows, left_out or {})


def test_the_same_clips_differ_in_nothing(predict):
    assert differences(method("x", predict(4)), method("y", predict(9, seeds=(7, 8)))) == []


def test_missing_clips_are_counted_and_named_with_the_reason(predict):
    rows = predict(4)
    fewer = method("y", rows[rows["person"] != "d0:s2"], {"d0:s2:a": "no face found"})
    assert differences(method("x", rows), fewer) == [
        "y has no prediction for 3 clips of x (no face found): d0:s2:a, d0:s2:b, d0:s2:c"
    ]
    assert differences(fewer, method("x", rows)) == differences(method("x", rows), fewer)
    many = differences(method("x", rows), method("y", rows.iloc[:6]))
    assert many[0].endswith("d0:s2:a, d0:s2:b, d0:s2:c and 15 more")


def test_other_classes_people_databases_and_numbers_of_tests_are_all_listed(predict):
    rows = predict(4)
    changed = rows.copy()
    changed.loc[0, "true"] = "b"
    changed.loc[1, "person"] = "d0:s7"
    changed.loc[2, "database"] = "d9"
    changed.loc[len(changed)] = {**rows.loc[3].to_dict(), "fold": 9}
    found = differences(method("x", changed), method("y", rows))
    assert [line.removeprefix("x and y have another ") for line in found] == [
        "true class for d0:s0:a",
        "person for d0:s0:b",
        "database for d0:s0:c",
        "number of tests for d0:s1:a",
    ]


def test_folds_matter_only_where_they_are_averaged(predict):
    pair = method("x", predict(4, folds=4)), method("y", predict(4, folds=8))
    assert differences(*pair) == []
    assert differences(*pair, by_fold=True)[0].startswith("x and y have another fold for d0:s4:a")
