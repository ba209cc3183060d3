from dataclasses import replace

import pytest

from mer.core.errors import DataError
from mer.core.types import Sample, SampleIndex
from mer.protocols import PROTOCOLS
from mer.sweep.splits import make_split, split_digest

LOSO = PROTOCOLS["loso"]
PARAMS = LOSO.params(datasets=("mine",))


def sample(subject, clip, emotion, person=None, dataset="mine"):
    key = f"db:{subject}"
    return Sample(f"{key}:{clip}", dataset, "db", key, person or key, clip, emotion, "real")


def clips(*subjects):
    return [
        sample(subject, emotion[0], emotion)
        for subject in subjects
        for emotion in ("negative", "positive", "surprise")
    ]


def split(samples, params=PARAMS):
    return make_split("p", LOSO.build(params), [SampleIndex(tuple(samples), "")])


def test_a_subject_that_is_two_persons_is_refused():
    """Half-filled, the column would put one person on both sides of a fold."""
    samples = [*clips("a", "b"), sample("a", "x", "negative", person="anna")]
    with pytest.raises(DataError, match="Subjects that are several persons.*\n  db:a: anna, db:a"):
        split(samples)


@pytest.mark.parametrize(("one", "other"), [("A", "a"), ("1", "01"), ("sub07", "sub7"), ("ﬁ", "fi")])
def test_persons_whose_names_are_nearly_alike_are_refused(one, other):
    with pytest.raises(DataError, match="differ only in case, accents' encoding or leading zeros"):
        split(clips(one, other))


@pytest.mark.parametrize(("one", "other"), [("1", "10"), ("sub07", "sub70"), ("a", "b"), ("100", "1")])
def test_persons_whose_names_differ_are_two(one, other):
    assert len(split(clips(one, other)).folds) == 2


def test_one_clip_in_two_data_sets_is_refused():
    samples = [*clips("a", "b"), replace(clips("a")[0], dataset="other")]
    with pytest.raises(
        DataError, match="protocols.p: Clips occur in two data sets:\n  db:a:n in mine and other"
    ):
        split(samples)


def test_a_class_without_a_clip_is_refused():
    samples = [one for one in clips("a", "b") if one.emotion != "surprise"]
    with pytest.raises(DataError, match="Classes without a clip, which would score zero:\n  surprise"):
        split(samples)


def test_a_database_without_a_class_has_a_note():
    other = [
        replace(one, database="few", sample_id=f"few:c:{one.clip}", subject="few:c", person="few:c")
        for one in clips("c")
        if one.emotion != "surprise"
    ]
    notes = split([*clips("a", "b"), *other]).notes
    assert [one for one in notes if "cannot exceed" in one] == [
        "few has no clip of surprise: its UF1 and UAR cannot exceed 0.6667"
    ]


def test_folds_that_never_see_a_class_have_a_note():
    """Only a shows surprise: the fold that tests a has none to learn from."""
    samples = [one for one in clips("a", "b", "c") if one.subject == "db:a" or one.emotion != "surprise"]
    assert split(samples).notes == (
        "1 of 3 folds train without a clip of surprise, which they cannot recognise unless macro-expressions "
        "show it: db:a",
    )
    assert not split(clips("a", "b", "c")).notes


def test_the_digest_follows_labels_people_and_folds_and_the_order_of_classes():
    before = split(clips("a", "b", "c"))
    digests = {split_digest(before)}
    relabelled = replace(before, labels={**before.labels, "db:a:n": "positive"})
    digests.add(split_digest(relabelled))
    digests.add(split_digest(replace(before, folds=before.folds[::-1])))
    digests.add(split_digest(replace(before, classes=before.classes[::-1])))
    digests.add(split_digest(split(clips("a", "b", "d"))))
    assert len(digests) == 5
    assert split_digest(split(clips("c", "b", "a"))) == split_digest(split(clips("c", "b", "a")))
