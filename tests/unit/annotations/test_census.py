import pytest

from mer.annotations.census import recognise
from mer.annotations.records import Unversioned

SAMM = {"anger": 57, "other": 26, "happiness": 26, "surprise": 15, "contempt": 12, "disgust": 9}
SAMM |= {"fear": 8, "sadness": 6}
CASME = {"contempt": 1, "disgust": 42, "fear": 2, "happiness": 10, "repression": 43, "sadness": 5}
CASME |= {"surprise": 19, "tense": 71}


@pytest.fixture
def clips(record):
    """Make as many records as classes ask for, of some subjects."""

    def make(classes, subjects):
        labels = [name for name, number in classes.items() for _ in range(number)]
        return Unversioned(
            tuple(
                record(subject=f"{n % subjects:03d}", clip=f"c{n}", emotion=label)
                for n, label in enumerate(labels)
            )
        )

    return make


def test_a_version_is_recognised_by_what_it_holds(clips, tree):
    census = recognise("samm", clips(SAMM, 29), tree())
    assert (census.version, census.problem) == ("v2", "")
    assert census.counts.clips == 159


def test_other_counts_are_listed_per_class_with_the_closest_version(clips, tree):
    census = recognise("samm", clips({**SAMM, "anger": 56, "fear": 10}, 29), tree())
    assert census.version == "like v2"
    assert census.verified
    assert census.problem == (
        "copy: matches no known version of samm. Closest is 'v2':\n"
        "  anger: expected 57, found 56\n"
        "  fear: expected 8, found 10"
    )


def test_a_label_in_another_spelling_is_found_twice_in_the_list(clips, tree):
    census = recognise("samm", clips({**SAMM, "other": 0, "others": 26}, 29), tree())
    assert "other: expected 26, found 0\n  others: expected 0, found 26" in census.problem


def test_a_subject_too_many_is_no_known_version(clips, tree):
    census = recognise("samm", clips(SAMM, 30), tree())
    assert census.problem.endswith("'v2':\n  subjects: expected 29, found 30")


@pytest.mark.parametrize(("classes", "subjects"), [({**CASME, "tense": 67}, 19), (CASME, 18)])
def test_counts_of_casme_only_warn(clips, tree, classes, subjects):
    """No file has the published 195 rows; copies in use have 189 to 193."""
    census = recognise("casme", clips(classes, subjects), tree())
    assert "matches no known version of casme" in census.problem
    assert not census.verified


def test_counts_that_are_published_only_warn(clips, tree):
    census = recognise("mmew", clips({"happiness": 35}, 30), tree())
    assert "happiness: expected 36, found 35" in census.problem
    assert not census.verified


def test_a_database_without_known_counts_only_warns(clips, tree):
    census = recognise("fourdme", clips({"negative": 127}, 40), tree())
    assert (census.version, census.verified) == ("unknown", False)
    assert census.problem == "copy: no counts of fourdme are known to compare with"


def note(*counts):
    listed = [{"classes": classes, "subjects": subjects} for classes, subjects in counts]
    return {"version": "v2", "scale": 0.05, "counts": listed}


def test_a_stand_in_is_compared_with_what_it_was_written_with(clips, tree):
    small = {"anger": 3, "other": 2}
    census = recognise("samm", clips(small, 4), tree(note=note((small, 4))))
    assert (census.version, census.problem) == ("stand-in of v2, scale 0.05", "")
    census = recognise("samm", clips({"anger": 2, "other": 2}, 4), tree(note=note((small, 4))))
    assert census.problem == ("copy: not what the stand-in was written with:\n  anger: expected 3, found 2")


def test_a_stand_in_may_be_read_in_several_ways(clips, tree):
    micro, everything = ({"negative": 3}, 4), ({"negative": 3, "non_micro": 5}, 4)
    copy = tree(note=note(micro, everything))
    assert recognise("smic_hs", clips({"negative": 3, "non_micro": 5}, 4), copy).problem == ""
    assert recognise("smic_hs", clips({"negative": 4}, 4), copy).problem != ""
