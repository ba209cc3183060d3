"""The leak audit: what the folds of a protocol let a method see, checked before anything trains."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mer.core.errors import DataError, LeakageError, listed
from mer.core.types import Fold, Sample


@dataclass(frozen=True)
class Audit:
    """What was counted when the folds were checked.

    Attributes
    ----------
    clips, people, folds
        Numbers.
    times_tested
        How many clips are tested how often.
    shared_people
        People who are on both sides of some fold; none under a protocol that keeps them apart.
    cameras
        People who appear under several subjects, with these subjects.
    """

    clips: int
    people: int
    folds: int
    times_tested: Mapping[int, int]
    shared_people: tuple[str, ...]
    cameras: Mapping[str, tuple[str, ...]]


def audit(
    samples: Sequence[Sample],
    folds: Sequence[Fold],
    *,
    subject_disjoint: bool,
    times_tested: Mapping[str, int] | None = None,
) -> Audit:
    """Check that no fold leaks and that every sample is tested as often as declared.

    Disjointness is checked on persons, not on subjects: one person before two cameras counts once.

    Parameters
    ----------
    samples
        All samples of the protocol.
    folds
        Its folds.
    subject_disjoint
        Whether it claims that no person is on both sides of a fold.
    times_tested
        How often each sample must be tested; once if not given.

    Raises
    ------
    LeakageError
        If a clip, or under a subject-disjoint protocol a person, is on both sides of a fold.
    DataError
        If a sample is tested more or less often than declared, or a fold has an empty side.
    """
    person = {sample.sample_id: sample.person for sample in samples}
    expected = dict.fromkeys(person, 1) if times_tested is None else times_tested
    shared = {fold.name: _people(fold.train, person) & _people(fold.test, person) for fold in folds}
    _refuse_leaks(folds, shared if subject_disjoint else {})
    empty = [fold.name for fold in folds if not fold.train or not fold.test]
    if empty:
        raise DataError(listed("Folds without training or test samples:", empty))
    tested = Counter(sample_id for fold in folds for sample_id in fold.test)
    _refuse_wrong_tests(tested, expected, person)
    return Audit(
        clips=len(person),
        people=len(set(person.values())),
        folds=len(folds),
        times_tested=dict(sorted(Counter(tested[sample_id] for sample_id in person).items())),
        shared_people=tuple(sorted(set().union(*shared.values()))),
        cameras=_cameras(samples),
    )


def _people(sample_ids: Sequence[str], person: Mapping[str, str]) -> set[str]:
    return {person[sample_id] for sample_id in sample_ids if sample_id in person}


def _refuse_leaks(folds: Sequence[Fold], shared: Mapping[str, set[str]]) -> None:
    problems = []
    for fold in folds:
        both = [*sorted(set(fold.train) & set(fold.test)), *sorted(shared.get(fold.name, ()))]
        problems += [f"fold '{fold.name}' has {name} in both train and test" for name in both]
    if problems:
        raise LeakageError(listed("The folds leak:", problems))


def _refuse_wrong_tests(
    tested: Mapping[str, int], expected: Mapping[str, int], person: Mapping[str, str]
) -> None:
    problems = [f"{name} is tested but unknown" for name in sorted(set(tested) - set(person))]
    known = {name: tested.get(name, 0) for name in person}
    wrong = [name for name in sorted(known) if known[name] != expected.get(name, 0)]
    # A person of whom nothing is tested is said once, not for every clip.
    untested = {person[name] for name in person} - {person[name] for name in person if known[name]}
    claimed = {person[name] for name, times in expected.items() if times}
    problems += [f"subject {name} is in the test set of no fold" for name in sorted(untested & claimed)]
    problems += [
        f"{name} is tested {known[name]} times instead of {expected.get(name, 0)}"
        for name in wrong
        if person[name] not in untested
    ]
    if problems:
        raise DataError(listed("Samples are not tested as often as the protocol declares:", problems))


def _cameras(samples: Sequence[Sample]) -> dict[str, tuple[str, ...]]:
    subjects: dict[str, set[str]] = {}
    for sample in samples:
        subjects.setdefault(sample.person, set()).add(sample.subject)
    return {name: tuple(sorted(keys)) for name, keys in sorted(subjects.items()) if len(keys) > 1}
