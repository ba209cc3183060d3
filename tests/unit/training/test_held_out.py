from dataclasses import replace

import numpy as np
import pytest

from mer.core.errors import TrainingError
from mer.training.held_out import divisions, hold_out


def divided(samples, seed=0):
    return hold_out(samples, np.random.default_rng(seed))


@pytest.fixture
def people(make_samples):
    """Ten subjects with two clips of every class each, in no order."""
    order = np.random.default_rng(0).permutation(60)
    subjects = [f"demo:s{number % 10}" for number in order]
    return make_samples(np.zeros((60, 1)), order // 10 % 3, subjects)


@pytest.mark.parametrize("seed", range(5))
def test_a_fifth_of_the_subjects_is_held_out_whole(people, seed):
    learned, held_out = divided(people, seed)
    assert sorted([*learned, *held_out]) == list(range(60))
    names = np.array(people.subjects)
    assert not set(names[learned]) & set(names[held_out])
    assert len(set(names[held_out])) == 2
    assert np.bincount(people.labels[held_out]).tolist() == [4, 4, 4]


@pytest.mark.parametrize("seed", range(5))
def test_classes_are_spread(make_samples, seed):
    """Fifteen subjects who show one class each."""
    numbers = np.arange(60) % 15
    samples = make_samples(np.zeros((60, 1)), numbers % 3, [f"s{number}" for number in numbers])
    _, held_out = divided(samples, seed)
    assert np.bincount(samples.labels[held_out], minlength=3).tolist() == [4, 4, 4]


def test_of_two_subjects_one_is_held_out(make_samples):
    samples = make_samples(np.zeros((12, 1)), np.arange(12) % 3, [f"s{row // 6}" for row in range(12)])
    assert {tuple(held_out) for _, held_out in (divided(samples, seed) for seed in range(10))} == {
        tuple(range(6)),
        tuple(range(6, 12)),
    }


def test_one_subject_is_an_error(make_samples):
    samples = make_samples(np.zeros((6, 1)), np.arange(6) % 3, ["s"] * 6)
    with pytest.raises(TrainingError, match="there is only 1. Take 'selection: last'"):
        divided(samples)


def test_the_stream_alone_decides_who_is_held_out(people):
    np.random.seed(1)  # noqa: NPY002  # the global stream is what must play no role
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = divided(people, 3)[1].tolist()
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert divided(people, 3)[1].tolist() == first
    assert len({tuple(divided(people, seed)[1]) for seed in range(10)}) > 3


@pytest.mark.parametrize("seed", range(5))
def test_who_alone_shows_a_class_is_not_held_out(make_samples, seed):
    """Of three subjects one shows class 2 and nothing else; left to chance, it is held out. Nothing warns."""
    labels, subjects = [2] * 6 + [0, 1] * 4, list("rrrrrrssssuuuu")
    samples = make_samples(np.zeros((14, 1)), labels, subjects)
    assert divisions(samples, np.random.default_rng(seed))[0][1].tolist() == [0, 1, 2, 3, 4, 5]
    learned, held_out = divided(samples, seed)
    assert held_out.tolist() in ([6, 7, 8, 9], [10, 11, 12, 13])
    assert set(range(6)) < set(learned)


def test_a_class_that_is_lost_whoever_is_held_out_is_an_error(make_samples):
    samples = make_samples(np.zeros((9, 1)), np.repeat([0, 1, 2], 3), list("aaabbbccc"))
    with pytest.raises(TrainingError, match=r"negative 3 \(1\), positive 3 \(1\), surprise 3 \(1\)\. Take"):
        divided(samples)


@pytest.mark.parametrize("seed", range(5))
def test_only_micro_expressions_are_held_out_and_nothing_else_of_their_people(people, seed):
    """Of ten people, each has four micro- and two macro-expressions; five more have macro-expressions alone."""
    more = tuple(f"demo:m{number}" for number in range(5))
    joined = replace(
        people,
        sample_ids=(*people.sample_ids, *more),
        data=np.zeros((65, 1)),
        subjects=(*people.subjects, *more),
        labels=np.append(people.labels, [0, 1, 2, 0, 1]),
        is_macro=np.append(people.labels == 2, [True] * 5),
    )
    learned, held_out = divided(joined, seed)
    names, macro = np.array(joined.subjects), joined.is_macro
    assert not macro[held_out].any()
    assert len(set(names[held_out])) == 2
    assert np.bincount(joined.labels[held_out]).tolist() == [4, 4]
    assert not set(names[learned]) & set(names[held_out])
    assert set(names[learned]) | set(names[held_out]) == set(names)
    assert len(learned) == 65 - 2 * 6


def test_people_with_macro_expressions_alone_are_nobody_to_hold_out(make_samples):
    samples = make_samples(np.zeros((6, 1)), np.arange(6) % 3, ["s", "s", "s", "t", "u", "v"])
    samples = replace(samples, is_macro=np.arange(6) > 2)
    with pytest.raises(TrainingError, match="there is only 1. Take 'selection: last'"):
        divided(samples)
