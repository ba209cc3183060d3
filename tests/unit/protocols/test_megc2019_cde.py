"""Counts of the organisers' list: 442 clips, 68 subjects."""

from dataclasses import replace

import pytest

from mer.core.errors import DataError
from mer.core.types import Sample
from mer.protocols.base import THREE_CLASS, check_folds
from mer.protocols.megc2019_cde import EXPECTED, SPEC

SUBJECTS = {"casme2": 24, "samm": 28, "smic_hs": 16}


@pytest.fixture
def samples():
    """Make as many clips per database and class as published, spread over as many subjects."""
    made = []
    for database, counts in EXPECTED.items():
        labels = [name for name, n in zip(THREE_CLASS.classes, counts, strict=True) for _ in range(n)]
        for number, label in enumerate(labels):
            subject = f"{database}:{number % SUBJECTS[database]:02d}"
            made.append(
                Sample(
                    f"{subject}:c{number}", "flow", database, subject, subject, f"c{number}", label, "real"
                )
            )
    return made


def split(samples, **settings):
    protocol = SPEC.build(SPEC.params(datasets=("flow",), **settings))
    return protocol.folds(protocol.task.label(samples))


def test_published_counts_give_68_folds_of_442_clips(samples):
    folds = split(samples)
    assert len(samples) == 442
    assert len(folds) == 68
    check_folds(samples, folds, subject_disjoint=True)


def test_a_fold_is_trained_on_all_databases(samples):
    first = split(samples)[0]
    assert {sample_id.split(":")[0] for sample_id in first.train} == set(EXPECTED)


def test_other_counts_are_refused_unless_asked_for(samples):
    with pytest.raises(DataError, match="casme2 negative: expected 88, found 87"):
        split(samples[1:])
    assert len(split(samples[1:], allow_partial=True)) == 68
    stand_ins = [replace(s, source="stand_in") for s in samples[1:]]
    assert len(split(stand_ins)) == 68


def test_a_subject_too_many_is_refused(samples):
    """One person written in two ways would stand on both sides of a fold."""
    odd = [replace(samples[0], subject="casme2:0", person="casme2:0"), *samples[1:]]
    with pytest.raises(DataError, match="casme2 subjects: expected 24, found 25"):
        split(odd)


def test_tables_say_when_the_clips_are_not_the_published_ones(samples):
    protocol = SPEC.build(SPEC.params(datasets=("flow",), allow_partial=True))
    assert protocol.notes(protocol.task.label(samples)) == ()
    (note,) = protocol.notes(protocol.task.label(samples[1:]))
    assert "but 441, so not comparable" in note


def test_other_databases_are_refused(samples):
    with pytest.raises(DataError, match="found samm, smic_hs"):
        split([s for s in samples if s.database != "casme2"])
