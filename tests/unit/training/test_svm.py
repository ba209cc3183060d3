import numpy as np
import pytest

from mer.training.svm import fit_svm


@pytest.fixture
def blobs():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], 10)
    centres = np.array([[0, 0], [5, 0], [0, 5]])
    return centres[labels] + rng.normal(0, 0.3, (30, 2)), labels


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_scores_sum_to_one_and_follow_the_machine(blobs, kernel):
    features, labels = blobs
    fitted = fit_svm(features, labels, n_classes=3, penalty=1.0, kernel=kernel)
    scores = fitted.scores(features)
    assert np.allclose(scores.sum(axis=1), 1)
    assert np.array_equal(scores.argmax(axis=1), fitted.machine.predict(features))
    assert np.array_equal(scores.argmax(axis=1), labels)


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_an_absent_class_keeps_its_column(blobs, absent):
    features, labels = blobs
    kept = labels != absent
    scores = fit_svm(features[kept], labels[kept], n_classes=3, penalty=1.0).scores(features)
    assert scores.shape == (30, 3)
    assert not scores[:, absent].any()
    assert np.array_equal(scores[kept].argmax(axis=1), labels[kept])


def test_a_single_class_gets_all(blobs):
    features, labels = blobs
    scores = fit_svm(features[:10], labels[:10] + 2, n_classes=3, penalty=1.0).scores(features)
    assert (scores == [0, 0, 1]).all()


def test_balancing_lifts_the_rare_class():
    rng = np.random.default_rng(1)
    features = np.concatenate([rng.normal(0, 1, (90, 1)), rng.normal(1, 1, (10, 1))])
    labels = np.repeat([0, 1], [90, 10])
    plain, balanced = (
        fit_svm(features, labels, n_classes=2, penalty=1.0, balanced=b).scores(features)
        for b in (False, True)
    )
    assert (balanced.argmax(axis=1) == 1).sum() > (plain.argmax(axis=1) == 1).sum() + 20
