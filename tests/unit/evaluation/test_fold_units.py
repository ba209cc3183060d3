import pytest

from mer.core.types import Fold
from mer.evaluation.fold_units import are_units, share_of_folds, share_of_rows

CLASSES = ("a", "b", "c")


def folds(*tested):
    everything = [name for part in tested for name in part]
    return [
        Fold(str(n), tuple(e for e in everything if e not in part), tuple(part))
        for n, part in enumerate(tested)
    ]


def test_folds_of_several_people_with_every_class_are_units(predict):
    assert are_units(predict(4, folds=4), CLASSES)


def test_neither_two_folds_nor_single_people_nor_repeated_tests_are_units(predict):
    assert not are_units(predict(4, folds=2), CLASSES)
    assert not are_units(predict(4, folds=8), CLASSES)
    rows = predict(4, folds=4)
    assert not are_units(rows.assign(sample_id=rows["sample_id"].iloc[0]), CLASSES)


def test_folds_that_lack_a_class_are_no_units(predict):
    rows = predict(4, folds=4)
    assert not are_units(rows[(rows["fold"] > 0) | (rows["true"] != "c")], CLASSES)


def test_the_share_of_tested_clips():
    assert share_of_folds(folds("ab", "cd", "ef")) == pytest.approx(6 / 12)
    assert share_of_folds(folds("abc", "d", "ef")) == pytest.approx(6 / 12)


def test_training_on_one_database_and_testing_another_is_no_cross_validation():
    trained = tuple("xyz")
    assert share_of_folds([Fold(str(n), trained, (test,)) for n, test in enumerate("abc")]) is None


def test_the_share_of_tested_clips_of_predictions(predict):
    assert share_of_rows(predict(4, n_subjects=10, folds=5)) == pytest.approx(1 / 4)
