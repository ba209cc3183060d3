from dataclasses import replace

import pytest

from mer.core.errors import DataError
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts, Rule, Task
from mer.tasks.megc2019_list import listed_clips, organisers_list


@pytest.fixture
def samples(tiny_demo):
    return tiny_demo.index().samples


def test_a_task_maps_and_drops_labels(samples):
    rule = Rule({"bad": ("negative",), "other": ("surprise",)}, dropped=("positive",))
    labelled = Task("two", ("bad", "other"), {"*": rule}).label(samples)
    assert len(labelled) == 12
    assert {(one.sample.emotion, one.label) for one in labelled} == {
        ("negative", "bad"),
        ("surprise", "other"),
    }


def test_a_rule_of_a_database_goes_before_the_one_for_all(samples):
    rules = {"*": Rule({"bad": ("negative", "positive", "surprise")})}
    rules["demo"] = Rule({"good": ("positive",)}, dropped=("negative", "surprise"))
    labelled = Task("mine", ("bad", "good"), rules).label(samples)
    assert {one.label for one in labelled} == {"good"}


def test_labels_without_a_class_are_listed_with_their_counts(samples):
    task = Task("one", ("bad",), {"*": Rule({"bad": ("negative",)})})
    with pytest.raises(DataError, match=r"demo: 'positive' \(6 clips\)\n  demo: 'surprise' \(6 clips\)"):
        task.label(samples)


def test_repression_changes_sides_between_tasks():
    def class_of(task):
        return TASKS[task].rules["casme2"].class_of()["repression"]

    assert class_of("megc2019") == "negative"
    assert class_of("casme2_4") == "others"
    assert class_of("cdmer") is None
    assert class_of("casme2_5") == "repression"


@pytest.mark.parametrize("name", TASKS)
def test_rules_fill_every_class_and_no_other(name):
    task = TASKS[name]
    for rule in task.rules.values():
        assert set(rule.classes) <= set(task.classes)
        labels = [label for group in rule.classes.values() for label in group] + list(rule.dropped)
        assert len(labels) == len(set(labels))
    assert {label for rule in task.rules.values() for label in rule.classes} == set(task.classes)


def test_differences_are_said_per_class_and_for_subjects():
    expected = ClassCounts({"a": 3, "b": 2}, 4)
    assert ClassCounts({"a": 3, "b": 2}, 4).differences(expected) == []
    assert ClassCounts({"a": 1, "c": 1}, 3).differences(expected) == [
        "a: expected 3, found 1",
        "b: expected 2, found 0",
        "c: expected 0, found 1",
        "subjects: expected 4, found 3",
    ]


def test_the_organisers_list_has_the_published_counts():
    classes = list(organisers_list().values())
    assert [classes.count(name) for name in ("negative", "positive", "surprise")] == [250, 109, 83]
    assert {key: len(listed_clips(key)) for key in ("casme2", "samm", "smic_hs")} == {
        "casme2": 24,
        "samm": 28,
        "smic_hs": 16,
    }


def test_of_macro_expressions_those_with_a_class_are_labelled(samples):
    """Sadness is negative, whatever EMR's program makes of it; nobody asks for a class of the others."""
    emotions = ("anger", "sadness", "happiness", "surprise", "neutral", "bored")
    posed = [replace(one, database="ckplus", emotion=e) for one, e in zip(samples, emotions, strict=False)]
    for name in ("megc2019", "three_class", "casme2_4"):
        found = [(one.sample.emotion, one.label) for one in TASKS[name].label_macro(posed)]
        assert found == [
            ("anger", "negative"), ("sadness", "negative"), ("happiness", "positive"), ("surprise", "surprise")
        ]  # fmt: skip
    assert TASKS["casme2_5"].label_macro(posed) == ()
    squared = [
        replace(one, database="casme_squared", emotion=e)
        for one, e in zip(samples, ("positive", "others"), strict=False)
    ]
    for name in ("megc2019", "three_class"):
        assert [one.label for one in TASKS[name].label_macro(squared)] == ["positive"]


def test_macro_expressions_are_not_among_a_tasks_own_clips(samples):
    posed = [replace(samples[0], database="ckplus", emotion="anger")]
    assert TASKS["megc2019"].label_macro(posed)
    with pytest.raises(DataError, match="has no class for these labels"):
        TASKS["megc2019"].label(posed)
