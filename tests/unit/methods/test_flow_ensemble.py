import numpy as np
import pytest

from mer.core.types import LabelledSamples, Samples
from mer.features.flow_blocks import mirrored
from mer.methods.flow_ensemble import MEMBERS, FlowEnsemble, FlowEnsembleParams, chosen, described

PARAMS = FlowEnsembleParams(n_trees=10, blocks=4, rounds=5)


@pytest.fixture(scope="module")
def faces():
    """Faces whose left half spreads or does not; two of each person."""
    rng = np.random.default_rng(0)
    images = rng.normal(128, 4, (40, 3, 28, 28))
    labels = np.arange(40) // 2 % 2
    images[labels == 1, 0] += 20 * np.sin(np.arange(28) / 4)
    names = tuple(map(str, range(40)))
    persons = tuple(str(i // 4) for i in range(28))
    train = LabelledSamples(names[:28], images[:28], persons, labels[:28], ("a", "b", "c"))
    return train, Samples(names[28:], images[28:]), labels[28:]


@pytest.fixture(scope="module")
def fitted(faces):
    return FlowEnsemble(PARAMS).fit(faces[0], np.random.default_rng(1))


def test_a_deformation_is_learned(fitted, faces):
    assert (fitted.predict_proba(faces[1]).argmax(axis=1) == faces[2]).all()


def test_an_image_and_its_mirror_image_score_the_same(fitted, faces):
    other = Samples(faces[1].sample_ids, mirrored(faces[1].data, 255.0))
    assert np.allclose(fitted.predict_proba(faces[1]), fitted.predict_proba(other))


def test_scores_sum_to_one_and_a_class_without_samples_scores_nothing(fitted, faces):
    scores = fitted.predict_proba(faces[1])
    assert np.allclose(scores.sum(axis=1), 1)
    assert (scores[:, 2] == 0).all()


def test_with_one_subject_all_members_count(faces):
    train = faces[0]
    alone = LabelledSamples(train.sample_ids, train.data, ("one",) * 28, train.labels, train.classes)
    fitted = FlowEnsemble(PARAMS).fit(alone, np.random.default_rng(1))
    assert len(fitted.members) == len(MEMBERS)
    assert set(fitted.weights) == {1}


def test_members_are_chosen_by_subjects_that_they_did_not_learn_from(faces, monkeypatch):
    """A machine that knows every training sample by heart must not be chosen for it."""
    train = faces[0]
    seen = []

    def spy(scores, labels, rounds):
        seen.append(next(iter(scores.values())))
        return chosen(scores, labels, rounds)

    monkeypatch.setattr("mer.methods.flow_ensemble.chosen", spy)
    rng = np.random.default_rng(3)
    noise = train.with_data(rng.normal(128, 4, train.data.shape))
    FlowEnsemble(PARAMS).fit(noise, rng)
    # Of noise, samples that were learned would all be right; held-out ones are right by chance.
    assert (seen[0].argmax(axis=1) == noise.labels).mean() < 0.8


def test_members_are_added_where_they_help():
    """Two that are each right about what the other is wrong about, and one that is mostly wrong."""
    labels = np.array([0, 0, 1, 1])
    one = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.4]])  # wrong about the last
    two = np.array([[0.4, 0.6], [0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])  # wrong about the first
    bad = np.array([[0.1, 0.9], [0.1, 0.9], [0.1, 0.9], [0.9, 0.1]])
    first, second, third = MEMBERS[:3]
    assert chosen({first: one, second: two, third: bad}, labels, 20) == {first: 1, second: 1}


def test_nothing_is_added_after_the_highest_score():
    labels = np.array([0, 1])
    right = np.eye(2)
    assert chosen({MEMBERS[0]: right, MEMBERS[1]: right}, labels, 20) == {MEMBERS[0]: 1}


def test_descriptions_have_their_sizes(faces):
    sizes = {shows: x.shape for shows, x in described(faces[0].data, FlowEnsembleParams()).items()}
    assert sizes == {
        "movement": (2, 28, 3 * 49),
        "gradients": (2, 28, 4 * 49),
        "directions": (2, 28, 8 * 49),
        "movement_gradients": (2, 28, 7 * 49),
    }
