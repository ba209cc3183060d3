import numpy as np
import pytest

from mer.evaluation.averaging import averaged, fold_scores, has_every_class
from mer.evaluation.metrics import uar, uf1, war

# Two folds of classes 0 and 1: 3 of 4 clips right, 1 of 2 right; and one without clips.
FOLDS = np.array([[[2, 0], [1, 1]], [[1, 0], [1, 0]], [[0, 0], [0, 0]]])


def test_pooled_scores_are_of_all_clips():
    assert averaged(war, FOLDS, "pooled") == pytest.approx(4 / 6)
    assert averaged(uar, FOLDS, "pooled") == pytest.approx((1 + 1 / 3) / 2)


def test_means_of_folds_leave_out_folds_without_clips():
    assert averaged(war, FOLDS, "fold_mean") == pytest.approx((3 / 4 + 1 / 2) / 2)
    many = np.stack([FOLDS, FOLDS[::-1]])
    assert averaged(war, many, "fold_mean").tolist() == [0.625, 0.625]


def test_fold_scores_by_hand():
    found = fold_scores(FOLDS, "pooled")
    assert set(found) == {f"{m}_fold_{n}" for m in ("uf1", "uar", "war") for n in ("mean", "sd")}
    assert found["war_fold_mean"] == pytest.approx(0.625)
    # 0.75 and 0.5 lie 0.25 apart; divided by the root of two.
    assert found["war_fold_sd"] == pytest.approx(0.25 / np.sqrt(2))
    assert found["uar_fold_mean"] == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert found["uf1_fold_mean"] == pytest.approx(np.mean([uf1(FOLDS[0]), uf1(FOLDS[1])]))


def test_a_fold_that_lacks_a_class_has_no_uf1_unless_the_protocol_says_so():
    lacking = FOLDS.copy()
    lacking[1, 1] = 0
    assert has_every_class(FOLDS).tolist() == [True, True]
    assert has_every_class(lacking).tolist() == [True, False]
    assert set(fold_scores(lacking, "pooled")) == {"war_fold_mean", "war_fold_sd"}
    assert "uf1_fold_mean" in fold_scores(lacking, "fold_mean")


def test_a_class_that_no_fold_tests_is_missed_by_none():
    one_class = np.array([[[2, 0], [0, 0]], [[1, 1], [0, 0]]])
    assert has_every_class(one_class).all()


def test_one_fold_has_no_spread():
    assert fold_scores(FOLDS[:1], "fold_mean") == {}
    assert fold_scores(FOLDS[[0, 2]], "fold_mean") == {}
