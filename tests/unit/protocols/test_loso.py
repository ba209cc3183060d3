import pytest
from pydantic import ValidationError

from mer.protocols.loso import SPEC


def test_the_ready_made_task_has_three_classes():
    protocol = SPEC.build(SPEC.params(datasets=("a",)))
    assert list(protocol.task.classes) == ["negative", "positive", "surprise"]


def test_a_task_of_ones_own():
    classes = {"happy": ("happiness",), "other": ("disgust", "fear")}
    task = SPEC.build(SPEC.params(datasets=("a",), task="two", classes=classes, drop=("others",))).task
    assert task.name == "two"
    assert task.classes == ("happy", "other")
    rule = task.rules["*"]
    assert dict(rule.classes) == {"happy": ("happiness",), "other": ("disgust", "fear")}
    assert rule.dropped == ("others",)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"task": "mine"}, "task 'mine' needs 'classes'"),
        ({"drop": ("x",)}, "'drop' goes with 'classes'"),
        ({"classes": {"a": ("x",), "b": ("y",)}}, "a name of its own"),
        ({"task": "mine", "classes": {"a": ("x",), "b": ("x",)}}, "each label once"),
        ({"task": "mine", "classes": {"a": ("x",), "b": ("y",)}, "drop": ("x",)}, "each label once"),
        ({"task": "mine", "classes": {"a": ("x",)}}, "at least two classes"),
        ({"task": "mine", "classes": {"a": ("x",), "b": ()}}, "of at least one label"),
    ],
)
def test_an_incomplete_task_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        SPEC.params(datasets=("a",), **settings)
