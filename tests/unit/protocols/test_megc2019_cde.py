"""Counts of the organisers' list: 442 clips, 68 subjects."""

from dataclasses import replace

import pytest

from mer.core.errors import DataError
from mer.core.types import Sample, SampleIndex
from mer.protocols.megc2019_cde import EXPECTED, SPEC
from mer.sweep.splits import make_split
from mer.tasks.megc2019_list import organisers_list

SUBJECTS = {"casme2": 24, "samm": 28, "smic_hs": 16}


CLASSES = ("negative", "positive", "surprise")


@pytest.fixture
def samples():
    """Make as many clips per database and class as published, spread over as many subjects."""
    made = []
    for database, counts in EXPECTED.databases.items():
        labels = [name for name in CLASSES for _ in range(counts.classes[name])]
        for number, label in enumerate(labels):
            subject = f"{database}:{number % SUBJECTS[database]:02d}"
            made.append(sample(database, subject, f"c{number}", label))
    return made


def sample(database, subject, clip, label):
    return Sample(f"{subject}:{clip}", "flow", database, subject, subject, clip, label, "real")


def make(samples, **settings):
    index = SampleIndex(tuple(samples), "")
    return make_split("mine", SPEC.build(SPEC.params(datasets=("flow",), **settings)), [index])


def split(samples, **settings):
    return make(samples, **settings).folds


def test_published_counts_give_68_folds_of_442_clips(samples):
    folds = split(samples)
    assert len(samples) == 442
    assert len(folds) == 68


def test_a_fold_is_trained_on_all_databases(samples):
    first = split(samples)[0]
    assert {sample_id.split(":")[0] for sample_id in first.train} == set(EXPECTED.databases)


def test_other_counts_are_refused_unless_asked_for(samples):
    with pytest.raises(DataError, match="casme2 negative: expected 88, found 87"):
        split(samples[1:])
    assert len(split(samples[1:], allow_partial=True)) == 68
    stand_ins = [replace(s, source="stand_in") for s in samples[1:]]
    assert len(split(stand_ins)) == 68


def test_a_subject_too_many_is_refused(samples):
    """One person written in two ways would stand on both sides of a fold."""
    odd = [replace(samples[0], subject="casme2:anna", person="casme2:anna"), *samples[1:]]
    with pytest.raises(DataError, match="casme2 subjects: expected 24, found 25"):
        split(odd)


def test_tables_say_when_the_clips_are_not_the_published_ones(samples):
    *_, note = make(samples[1:], allow_partial=True).notes
    assert "Not the 442 clips of the organisers' list but 441, so not comparable" in note


@pytest.fixture
def listed():
    """Make the clips of the organisers' list by their names."""
    made = []
    for sample_id, label in organisers_list().items():
        database, subject, clip = sample_id.split(":")
        made.append(sample(database, f"{database}:{subject}", clip, label))
    return made


def test_clips_that_are_not_on_the_list_take_no_part(listed):
    more = [sample("casme2", "casme2:sub04", "EP12_01f", "disgust")]
    more += [sample("casme2", "casme2:sub05", "EP09_05f", "disgust")]
    found = make([*listed, *more])
    assert len(found.samples) == 442
    assert "casme2:sub04:EP12_01f" not in found.samples
    assert found.notes == ()


def test_a_class_that_is_not_the_lists_is_refused(listed):
    wrong = [replace(listed[0], emotion="repression"), *listed[1:]]
    with pytest.raises(DataError, match="casme2:sub01:EP02_01f: negative, in the list positive"):
        make(wrong)


def test_other_databases_are_refused(samples):
    with pytest.raises(DataError, match="found samm, smic_hs"):
        split([s for s in samples if s.database != "casme2"])
