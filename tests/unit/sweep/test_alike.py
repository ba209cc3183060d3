"""Which variants differ in nothing but one setting."""

from pathlib import Path

from mer.sweep.alike import selection_groups, setting_series
from mer.sweep.config import parse


def variants(**settings):
    raw = {
        "name": "mine",
        "datasets": {"demo": {}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": settings,
    }
    return parse(raw, "mine.yaml", Path.cwd()).variants


def fr(**settings):
    return {"method": "fr", **settings}


def test_an_oracle_is_grouped_with_honest_choices_of_the_same_settings():
    found = selection_groups(
        variants(
            a=fr(epochs=40),
            again=fr(epochs=40),
            other=fr(epochs=30),
            held=fr(epochs=40, selection="inner_val", patience=5),
            best=fr(epochs=40, selection="oracle_test"),
        )
    )
    assert [(group.name, group.variants) for group in found] == [
        ("FR", {"last": "a", "inner_val": "held", "oracle_test": "best"})
    ]


def test_two_groups_of_one_method_are_told_apart_by_their_oracles():
    found = selection_groups(
        variants(
            a=fr(epochs=40), b=fr(epochs=40, selection="oracle_test"),
            c=fr(epochs=30), d=fr(epochs=30, selection="oracle_test"),
        )
    )  # fmt: skip
    assert [group.name for group in found] == ["FR (b)", "FR (d)"]


def test_a_lone_oracle_or_honest_choices_alone_are_no_group():
    assert selection_groups(variants(best=fr(selection="oracle_test"), other=fr(epochs=7))) == []
    assert selection_groups(variants(a=fr(), b=fr(selection="inner_val"))) == []


def test_three_variants_that_differ_in_one_number_are_a_series():
    found = setting_series(
        variants(
            half=fr(proposal_weight=0.5),
            usual=fr(),
            none=fr(proposal_weight=0.0),
            slow=fr(lr=1e-5),
            other={"method": "fr_fc", "proposal_weight": 0.3},
        )
    )
    assert len(found) == 1
    assert (found[0].name, found[0].setting) == ("FR", "proposal_weight")
    assert list(found[0].numbers.items()) == [("none", 0.0), ("half", 0.5), ("usual", 0.85)]


def test_two_series_of_one_method_have_names_of_their_own():
    found = setting_series(
        variants(
            base=fr(epochs=100, lr=1e-3), e200=fr(epochs=200, lr=1e-3), e400=fr(epochs=400, lr=1e-3),
            low=fr(epochs=100, lr=1e-4), high=fr(epochs=100, lr=1e-2),
        )
    )  # fmt: skip
    assert {one.name for one in found} == {"FR (epochs, base)", "FR (lr, low)"}


def test_numbers_may_lie_deeper():
    found = setting_series(
        variants(**{f"flip{n}": {"method": "ststnet", "augmentation": {"shift": n / 10}} for n in range(3)})
    )
    assert [(one.setting, list(one.numbers.values())) for one in found] == [
        ("augmentation.shift", [0, 0.1, 0.2])
    ]


def test_two_values_twice_the_same_or_a_switch_are_no_series():
    assert setting_series(variants(a=fr(epochs=1), b=fr(epochs=2), c=fr(epochs=2))) == []
    assert setting_series(variants(a=fr(epochs=1), b=fr(epochs=2), c=fr(epochs=3, lr=0.1))) == []
    switches = variants(a=fr(batch_norm=True), b=fr(batch_norm=False), c=fr(shared_streams=True))
    assert setting_series(switches) == []


def test_a_series_of_oracles_is_named_so():
    found = setting_series(variants(**{f"n{n}": fr(epochs=n, selection="oracle_test") for n in (1, 2, 3)}))
    assert [one.name for one in found] == ["FR (oracle)"]
