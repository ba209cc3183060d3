from dataclasses import replace

import pytest

from mer.core.errors import DataError, LeakageError
from mer.core.types import Fold
from mer.protocols.audit import audit
from mer.protocols.base import leave_one_person_out
from mer.sweep.splits import only_source
from mer.tasks import TASKS


@pytest.fixture
def samples(tiny_demo):
    return tiny_demo.index().samples


def folds_of(samples):
    return leave_one_person_out(TASKS["three_class"].label(samples))


def test_leaving_one_person_out_restated_plainly(samples):
    folds = folds_of(samples)
    assert [fold.name for fold in folds] == ["demo:s01", "demo:s02", "demo:s03"]
    for fold in folds:
        assert set(fold.test) == {s.sample_id for s in samples if s.person == fold.name}
        assert set(fold.train) == {s.sample_id for s in samples if s.person != fold.name}
    audit(samples, folds, subject_disjoint=True)


def test_the_order_of_samples_plays_no_role(samples):
    assert folds_of(samples) == folds_of(samples[::-1])


def test_one_person_under_two_subjects_is_one_fold(samples):
    twins = [replace(s, person="anna") if s.subject in ("demo:s01", "demo:s02") else s for s in samples]
    folds = folds_of(twins)
    assert [fold.name for fold in folds] == ["anna", "demo:s03"]
    audit(twins, folds, subject_disjoint=True)
    with pytest.raises(LeakageError, match="has anna in both train and test"):
        audit(twins, folds_of(samples), subject_disjoint=True)
    audit(twins, folds_of(samples), subject_disjoint=False)


def test_a_single_person_is_refused(samples):
    with pytest.raises(DataError, match="at least two to choose from, found 1"):
        folds_of([s for s in samples if s.subject == "demo:s01"])


def test_a_clip_on_both_sides_is_a_leak(samples):
    first, *rest = folds_of(samples)
    leaky = replace(first, train=(*first.train, first.test[0]))
    with pytest.raises(LeakageError, match=f"fold 'demo:s01' has {first.test[0]} in both train and test"):
        audit(samples, [leaky, *rest], subject_disjoint=False)


def test_a_subject_missing_from_every_fold_is_named(samples):
    with pytest.raises(DataError, match="subject demo:s03 is in the test set of no fold"):
        audit(samples, folds_of(samples)[:2], subject_disjoint=True)


def test_a_clip_missing_doubled_or_unknown_is_named(samples):
    first, *rest = folds_of(samples)
    with pytest.raises(DataError, match=f"{first.test[0]} is tested 0 times instead of 1"):
        audit(samples, [replace(first, test=first.test[1:]), *rest], subject_disjoint=True)
    with pytest.raises(DataError, match=f"{first.test[0]} is tested 2 times instead of 1"):
        audit(samples, [first, first, *rest], subject_disjoint=True)
    with pytest.raises(DataError, match="ghost is tested but unknown"):
        audit(samples, [replace(first, test=(*first.test, "ghost")), *rest], subject_disjoint=True)


def test_a_fold_without_training_samples_is_named(samples):
    fold = Fold("empty", (), tuple(s.sample_id for s in samples))
    with pytest.raises(DataError, match="Folds without training or test samples:\n  empty"):
        audit(samples, [fold], subject_disjoint=True)


def test_real_and_stand_in_clips_cannot_meet(samples):
    mixed = [replace(samples[0], source="real", dataset="mine"), *samples[1:]]
    with pytest.raises(DataError, match="real: mine; stand_in: demo"):
        only_source(mixed)
    assert only_source(samples) == "stand_in"


def test_the_audit_counts_what_it_saw(samples):
    found = audit(samples, folds_of(samples), subject_disjoint=True)
    assert (found.clips, found.people, found.folds) == (18, 3, 3)
    assert found.times_tested == {1: 18}
    assert found.shared_people == ()
    assert found.cameras == {}


def test_people_before_two_cameras_are_named(samples):
    twins = [replace(s, person="anna") if s.subject in ("demo:s01", "demo:s02") else s for s in samples]
    found = audit(twins, folds_of(samples), subject_disjoint=False)
    assert found.cameras == {"anna": ("demo:s01", "demo:s02")}
    assert found.shared_people == ("anna",)


def test_declared_numbers_of_tests_are_checked(samples):
    first, *_ = folds_of(samples)
    declared = {s.sample_id: 2 * (s.subject == "demo:s01") for s in samples}
    found = audit(samples, [first, first], subject_disjoint=True, times_tested=declared)
    assert found.times_tested == {0: 12, 2: 6}
    with pytest.raises(DataError, match="is tested 1 times instead of 2"):
        audit(samples, [first], subject_disjoint=True, times_tested=declared)
