import numpy as np
import pytest

from mer.training.classifiers import fit_classifier

KINDS = ("svm", "trees", "lda")


def rows(n_first, n_second):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(-1, 1, (n_first, 2)), rng.normal(1, 1, (n_second, 2))])
    return x, np.repeat([0, 2], [n_first, n_second])


@pytest.mark.parametrize("kind", KINDS)
def test_classes_without_a_sample_score_zero(kind):
    x, labels = rows(30, 30)
    scores = fit_classifier(kind, x, labels, n_classes=4).scores(np.array([[-3.0, -3.0], [3.0, 3.0]]))
    assert scores.argmax(axis=1).tolist() == [0, 2]
    assert not scores[:, [1, 3]].any()
    assert np.allclose(scores.sum(axis=1), 1)


@pytest.mark.parametrize("kind", KINDS)
def test_one_class_is_certain(kind):
    scores = fit_classifier(kind, np.eye(3), np.full(3, 1), n_classes=2).scores(np.eye(3))
    assert scores.tolist() == [[0, 1]] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_rare_class_weighs_as_much(kind):
    """Halfway between both, the larger class would win by far if samples counted."""
    x, labels = rows(190, 10)
    scores = fit_classifier(kind, x, labels, n_classes=3, min_leaf=5).scores(np.array([[0.3, 0.3]]))
    assert scores[0, 2] > 0.4


def test_trees_depend_on_the_seed_alone():
    x, labels = rows(30, 30)
    one, again, other = (
        fit_classifier("trees", x, labels, n_classes=3, n_trees=5, seed=seed).scores(x) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
