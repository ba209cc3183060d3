from types import SimpleNamespace

import pytest

from mer.sweep.baseline import choose_baseline


def variants(**methods):
    """Variants by name; the method, and whether it is an oracle."""
    return {
        name: SimpleNamespace(
            spec=SimpleNamespace(name=method.removesuffix("*")),
            selection="oracle_test" if method.endswith("*") else "last",
        )
        for name, method in methods.items()
    }


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        ({"net": "ststnet", "zero": "majority", "flow_svm": "flow_svm"}, "flow_svm"),
        ({"a": "flow_svm", "flow_svm": "flow_svm"}, "flow_svm"),
        ({"zero": "majority", "a": "flow_svm", "b": "flow_svm"}, "a"),
        ({"net": "ststnet", "zero": "majority"}, "zero"),
        ({"net": "ststnet", "other": "htnet"}, "net"),
        ({"best": "ststnet*", "other": "htnet"}, "other"),
        ({"best": "ststnet*"}, "best"),
    ],
)
def test_without_a_configured_baseline(methods, expected):
    assert choose_baseline(None, variants(**methods), list(methods)) == (expected, ())


def test_only_variants_that_run_are_chosen():
    made = variants(zero="majority", net="ststnet", flow_svm="flow_svm")
    assert choose_baseline(None, made, ["zero", "net"]) == ("zero", ())
    assert choose_baseline("net", made, ["zero", "net"]) == ("net", ())


def test_another_stands_in_for_a_baseline_that_does_not_run_and_this_is_said():
    chosen, notes = choose_baseline("net", variants(zero="majority", net="ststnet"), ["zero"])
    assert chosen == "zero"
    assert notes == ("The baseline 'net' does not run here; 'zero' stands in for it",)
