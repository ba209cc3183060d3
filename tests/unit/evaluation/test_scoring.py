import pytest

from mer.evaluation.scoring import score_rows

CLASSES = ("a", "b", "c")


def test_scores_of_the_composite_and_of_each_database(predict):
    """Of eight subjects with three clips each, four a database, the first four clips are right."""
    found = {
        (one.scope, one.seed): one
        for one in score_rows(predict(4, seeds=(0, 5), databases=2), CLASSES, "pooled")
    }
    assert list(found) == [(scope, seed) for scope in ("composite", "d0", "d1") for seed in (0, 5)]
    whole = found["composite", 0]
    assert (whole.n_clips, whole.n_subjects, whole.n_folds) == (24, 8, 4)
    assert whole.values["war"] == pytest.approx(4 / 24)
    # Subject 0 is in the first database, subject 1 with its one right clip, of class a, in the second.
    assert found["d0", 5].values["war"] == pytest.approx(3 / 12)
    assert found["d1", 5].values["recall_a"] == pytest.approx(1 / 4)
    assert found["d1", 5].confusion.tolist() == [[1, 3, 0], [0, 0, 4], [4, 0, 0]]
    assert found["d1", 0].n_subjects == 4


def test_means_of_folds(predict):
    (one,) = score_rows(predict(12, n_subjects=8, folds=2), CLASSES, "fold_mean")
    # Right are all clips of subjects 0 to 3, two of the four in each fold.
    assert one.values["war"] == one.values["war_fold_mean"] == pytest.approx(0.5)
    assert one.values["war_fold_sd"] == 0.0


def test_a_class_of_the_task_that_no_clip_has_counts_as_zero(predict):
    (one,) = score_rows(predict(24), ("a", "b", "c", "d"), "pooled")
    assert one.values["uf1"] == one.values["uar"] == pytest.approx(3 / 4)
    assert one.values["recall_d"] == 0.0
