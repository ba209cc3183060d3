import pytest

from mer.annotations.versions import closest, task_versions, versions
from mer.tasks.base import ClassCounts


def named(dataset, name):
    return next(one for one in versions(dataset) if one.name == name)


def test_casme2_is_known_in_three_versions():
    assert [one.name for one in versions("casme2")] == ["2014-05-08", "2019-07-01", "256 rows"]
    assert named("casme2", "2014-05-08").counts.clips == 255
    assert named("casme2", "2019-07-01").counts.classes["surprise"] == 28
    assert named("casme2", "256 rows").counts.classes["disgust"] == 64


@pytest.mark.parametrize(
    ("dataset", "name", "clips", "subjects"),
    [
        ("samm", "v2", 159, 29),
        ("smic_hs", "basic", 164, 16),
        ("smic_hs", "extended, edited", 157, 16),
        ("smic_hs", "extended, original", 162, 16),
        ("smic_hs", "basic with non-micro", 328, 16),
        ("smic_vis", "basic", 71, 8),
        ("smic_nir", "basic", 71, 8),
        ("casme_squared", "micro", 57, 14),
        ("casme_squared", "macro", 300, None),
        ("casme_squared", "macro and micro", 357, 22),
        ("casme3_a", "JpgIndex v2", 860, 94),
        ("casme3_a", "JpgIndex v1", 921, None),
        ("dfme", "training", 1856, 176),
        ("dfme", "test A", 474, 42),
        ("dfme", "test B", 299, 41),
        ("dfme", "all", 2629, 259),
        ("casme", "193 rows", 193, 19),
        ("mmew", "published", 300, 30),
        ("jaffe", "published", 213, 10),
        ("kdef", "frontal", 980, 70),
        ("rafd", "frontal", 1608, 67),
        ("ckplus", "last three images", 3 * 327, None),
        ("ckplus", "sequences", 327, None),
        ("oulu_casia", "last three images", 3 * 480, 80),
    ],
)
def test_versions_have_their_totals(dataset, name, clips, subjects):
    counts = named(dataset, name).counts
    assert (counts.clips, counts.subjects) == (clips, subjects)


@pytest.mark.parametrize(
    ("dataset", "name", "verified"),
    [
        ("casme2", "2014-05-08", True),
        ("samm", "v2", True),
        ("smic_nir", "basic", True),
        ("mmew", "published", False),
        ("casme", "193 rows", False),
    ],
)
def test_counts_that_no_released_file_confirms_only_warn(dataset, name, verified):
    assert named(dataset, name).verified == verified


def test_a_database_of_unknown_counts_has_no_version():
    assert versions("fourdme") == ()
    assert closest(ClassCounts({"negative": 127}, 40), ()) is None


def test_the_closest_version_has_the_fewest_clips_that_differ():
    known = versions("casme2")
    base = dict(named("casme2", "2019-07-01").counts.classes)
    assert closest(ClassCounts({**base, "surprise": 27}, 26), known).name == "2019-07-01"
    assert closest(ClassCounts({**base, "surprise": 25, "sadness": 6}, 26), known).name == "2014-05-08"


@pytest.mark.parametrize(
    ("task", "version", "counts"),
    [
        ("casme2_5", "2014-05-08", (32, 63, 25, 27, 99)),
        ("casme2_5", "2019-07-01", (32, 63, 28, 27, 99)),
        ("casme2_5", "256 rows", (32, 64, 25, 27, 99)),
    ],
)
def test_five_classes_of_casme2_are_known_of_every_version(task, version, counts):
    names = ("happiness", "disgust", "surprise", "repression", "others")
    assert task_versions("casme2", task)[version].classes == dict(zip(names, counts, strict=True))


def test_counts_of_a_task_follow_from_labels_where_none_are_recounted():
    found = task_versions("casme2", "tlcnn_4")
    assert found["256 rows"].classes == {"positive": 32, "negative": 73, "surprise": 25, "others": 126}
    assert task_versions("casme2", "megc2019")["2019-07-01"].classes == {
        "negative": 90,
        "positive": 32,
        "surprise": 28,
    }


def test_subjects_are_not_made_up_where_labels_are_dropped():
    """Which subjects stay does not follow from the numbers of clips."""
    assert task_versions("casme2", "megc2019")["2014-05-08"].subjects == 24
    assert task_versions("casme2", "megc2019")["2019-07-01"].subjects is None


def test_a_task_of_another_database_has_no_counts():
    assert task_versions("samm", "casme2_5") == {}
    assert task_versions("casme2", "no_such_task") == {}
