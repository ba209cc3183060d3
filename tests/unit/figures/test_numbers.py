"""Values by hand."""

import numpy as np
import pandas as pd
import pytest

from mer.figures.numbers import accuracies, class_scores, epoch_scores, oracle_choices

CLASSES = ("a", "b")


@pytest.fixture
def predictions():
    """Two clips of class a, one of b; the first seed has two right, the second all."""
    rows = [
        # seed, fold, subject, clip, true, predicted
        (0, 0, "d:s1", "d:s1:1", "a", "a"),
        (0, 0, "d:s1", "d:s1:2", "a", "b"),
        (0, 1, "d:s2", "d:s2:1", "b", "b"),
        (1, 0, "d:s1", "d:s1:1", "a", "a"),
        (1, 0, "d:s1", "d:s1:2", "a", "a"),
        (1, 1, "d:s2", "d:s2:1", "b", "b"),
    ]
    frame = pd.DataFrame(rows, columns=["seed", "fold", "subject", "sample_id", "true", "predicted"])
    return frame.assign(variant="v", selection="last", database="d", person=frame["subject"])


def test_scores_of_classes_are_means_over_seeds(predictions):
    scores = class_scores(predictions, CLASSES).set_index(["metric", "class"])
    assert scores.loc[("recall", "a"), "value"] == pytest.approx((0.5 + 1) / 2)
    assert scores.loc[("recall", "b"), "value"] == 1
    # First seed: class a has 1 TP, 0 FP, 1 FN; class b 1 TP, 1 FP, 0 FN.
    assert scores.loc[("f1", "a"), "value"] == pytest.approx((2 / 3 + 1) / 2)
    assert scores.loc[("f1", "b"), "value"] == pytest.approx((2 / 3 + 1) / 2)
    assert scores["n_clips"].tolist() == [2, 1, 2, 1]


def test_shares_of_subjects_and_folds_count_clips_once(predictions):
    shares = accuracies(predictions, "database", "subject").set_index("subject")
    assert shares["accuracy"].to_dict() == {"d:s1": 0.75, "d:s2": 1}
    assert shares["n_clips"].to_dict() == {"d:s1": 2, "d:s2": 1}
    folds = accuracies(predictions, "fold").set_index("fold")
    assert folds["accuracy"].to_dict() == {0: 0.75, 1: 1}
    assert folds["n_clips"].to_dict() == {0: 2, 1: 1}


def test_variants_stay_in_their_order(predictions):
    both = pd.concat([predictions.assign(variant="z"), predictions.assign(variant="a")])
    for table in (
        class_scores(both, CLASSES),
        accuracies(both, "database", "subject"),
        accuracies(both, "fold"),
    ):
        assert list(dict.fromkeys(table["variant"])) == ["z", "a"]


@pytest.fixture
def trajectories():
    """Two folds, three epochs: the first fold is best in epoch 2, the second in epochs 1 and 3."""
    right = {(0, 1): [1, 0], (0, 2): [1, 1], (0, 3): [0, 0], (1, 1): [1], (1, 2): [0], (1, 3): [1]}
    labels = pd.Series({"x": 0, "y": 1, "z": 1})
    clips = {0: ["x", "y"], 1: ["z"]}
    rows = []
    for (fold, epoch), hits in right.items():
        for name, hit in zip(clips[fold], hits, strict=True):
            predicted = labels[name] if hit else 1 - labels[name]
            rows.append((0, fold, epoch, name, *np.eye(2)[predicted]))
    columns = ["seed", "fold", "epoch", "sample_id", "score_a", "score_b"]
    return pd.DataFrame(rows, columns=columns).sample(frac=1, random_state=0), labels


def test_an_epochs_score_pools_all_folds(trajectories):
    rows, labels = trajectories
    scores = epoch_scores(rows, labels, 2, "war", "pooled")
    assert scores["epoch"].tolist() == [1, 2, 3]
    assert scores["value"].tolist() == pytest.approx([2 / 3, 2 / 3, 1 / 3])
    # Epoch 2: x and y right, z of class b taken for a.
    assert epoch_scores(rows, labels, 2, "uf1", "pooled")["value"][1] == pytest.approx(2 / 3)
    # Folds of two clips and of one: half of x and y, then z; both, then not z; none, then z.
    means = epoch_scores(rows, labels, 2, "war", "fold_mean")
    assert means["value"].tolist() == pytest.approx([0.75, 0.5, 0.5])


def test_an_oracle_chooses_for_each_fold_and_the_first_of_equals(trajectories):
    choices = oracle_choices(*trajectories)
    assert choices.to_dict("list") == {"seed": [0, 0], "fold": [0, 1], "epoch": [2, 1]}
