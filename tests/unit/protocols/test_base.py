from dataclasses import replace

import pytest

from mer.core.errors import DataError, LeakageError
from mer.core.types import Fold
from mer.protocols.base import THREE_CLASS, Task, check_folds, leave_one_person_out, only_source


@pytest.fixture
def samples(tiny_demo):
    return tiny_demo.index().samples


def folds_of(samples):
    return leave_one_person_out(THREE_CLASS.label(samples))


def test_leaving_one_person_out_restated_plainly(samples):
    folds = folds_of(samples)
    assert [fold.name for fold in folds] == ["demo:s01", "demo:s02", "demo:s03"]
    for fold in folds:
        assert set(fold.test) == {s.sample_id for s in samples if s.person == fold.name}
        assert set(fold.train) == {s.sample_id for s in samples if s.person != fold.name}
    check_folds(samples, folds, subject_disjoint=True)


def test_the_order_of_samples_plays_no_role(samples):
    assert folds_of(samples) == folds_of(samples[::-1])


def test_one_person_under_two_subjects_is_one_fold(samples):
    twins = [replace(s, person="anna") if s.subject in ("demo:s01", "demo:s02") else s for s in samples]
    folds = folds_of(twins)
    assert [fold.name for fold in folds] == ["anna", "demo:s03"]
    check_folds(twins, folds, subject_disjoint=True)
    with pytest.raises(LeakageError, match="has anna in both train and test"):
        check_folds(twins, folds_of(samples), subject_disjoint=True)
    check_folds(twins, folds_of(samples), subject_disjoint=False)


def test_a_single_person_is_refused(samples):
    with pytest.raises(DataError, match="at least two subjects, found 1"):
        folds_of([s for s in samples if s.subject == "demo:s01"])


def test_a_clip_on_both_sides_is_a_leak(samples):
    first, *rest = folds_of(samples)
    leaky = replace(first, train=(*first.train, first.test[0]))
    with pytest.raises(LeakageError, match=f"fold 'demo:s01' has {first.test[0]} in both train and test"):
        check_folds(samples, [leaky, *rest], subject_disjoint=False)


def test_a_subject_missing_from_every_fold_is_named(samples):
    with pytest.raises(DataError, match="subject demo:s03 is in the test set of no fold"):
        check_folds(samples, folds_of(samples)[:2], subject_disjoint=True)


def test_a_clip_missing_doubled_or_unknown_is_named(samples):
    first, *rest = folds_of(samples)
    with pytest.raises(DataError, match=f"{first.test[0]} is in the test set of no fold"):
        check_folds(samples, [replace(first, test=first.test[1:]), *rest], subject_disjoint=True)
    with pytest.raises(DataError, match=f"{first.test[0]} is tested 2 times"):
        check_folds(samples, [first, first, *rest], subject_disjoint=True)
    with pytest.raises(DataError, match="ghost is tested but unknown"):
        check_folds(samples, [replace(first, test=(*first.test, "ghost")), *rest], subject_disjoint=True)


def test_a_fold_without_training_samples_is_named(samples):
    fold = Fold("empty", (), tuple(s.sample_id for s in samples))
    with pytest.raises(DataError, match="Folds without training or test samples:\n  empty"):
        check_folds(samples, [fold], subject_disjoint=True)


def test_a_task_maps_and_drops_labels(samples):
    task = Task("two", {"bad": ("negative",), "other": ("surprise",)}, dropped=("positive",))
    labelled = task.label(samples)
    assert len(labelled) == 12
    assert {(one.sample.emotion, one.label) for one in labelled} == {
        ("negative", "bad"),
        ("surprise", "other"),
    }


def test_labels_without_a_class_are_listed_with_their_counts(samples):
    task = Task("one", {"bad": ("negative",)})
    with pytest.raises(DataError, match=r"'positive' \(6 clips\)\n  'surprise' \(6 clips\)"):
        task.label(samples)


def test_real_and_stand_in_clips_cannot_meet(samples):
    mixed = [replace(samples[0], source="real", dataset="mine"), *samples[1:]]
    with pytest.raises(DataError, match="real: mine; stand_in: demo"):
        only_source(mixed)
    assert only_source(samples) == "stand_in"
