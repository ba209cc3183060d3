import pytest

from mer.core.errors import DataError
from mer.sweep.remembered import remembered


class Counting:
    def __init__(self):
        self.calls = []

    @remembered
    def value(self, name, *, times=1):
        self.calls.append(name)
        if name == "bad":
            raise DataError("bad")
        return [name] * times


def test_a_value_is_computed_once_per_object_and_arguments():
    one, two = Counting(), Counting()
    assert one.value("a") is one.value("a")
    assert one.value("a", times=2) == ["a", "a"]
    assert one.value("b") == two.value("b") == ["b"]
    assert (one.calls, two.calls) == (["a", "a", "b"], ["b"])


def test_an_error_is_not_remembered():
    one = Counting()
    for _ in range(2):
        with pytest.raises(DataError, match="bad"):
            one.value("bad")
    assert one.calls == ["bad", "bad"]


def test_a_method_of_a_subclass_has_its_own_value():
    class Doubling(Counting):
        @remembered
        def value(self, name):
            return super().value(name) * 2

    assert Doubling().value("a") == ["a", "a"]
