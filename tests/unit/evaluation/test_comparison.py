from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mer.evaluation.comparison import Predicted, compare_all
from mer.evaluation.design import Design, counts_of, with_as_many_seeds
from mer.evaluation.metrics import uf1
from mer.evaluation.multiple_comparisons import holm
from mer.evaluation.score_intervals import score_intervals
from mer.evaluation.subject_bootstrap import subject_bootstrap
from mer.evaluation.subject_swap import subject_swap
from mer.tables.comparison_table import remarks

CLASSES = ("a", "b", "c")
DESIGN = Design(classes=CLASSES, n_draws=300, n_swaps=199)


def streams(name):
    return np.random.default_rng(len(name))


def method(name, rows, selection="last", left_out=None):
    return Predicted(name, selection, rows, left_out or {})


def compare(baseline, others, design=DESIGN):
    return compare_all(baseline, others, design, streams)


def test_differences_intervals_and_p_are_those_of_their_tests(predict):
    one, base = method("net", predict(14)), method("base", predict(5))
    (found, by_uar), refused = compare(base, [one])
    assert refused == []
    assert (found.name, found.baseline, found.metric, by_uar.metric) == ("net", "base", "uf1", "uar")
    counts = [counts_of(each.rows, DESIGN)[:, 0, 0] for each in (one, base)]
    values = [uf1(each.sum(axis=0)) for each in counts]
    assert (found.value, found.baseline_value) == pytest.approx(values)
    expected = subject_bootstrap(
        np.stack(counts, axis=1),
        lambda pooled: uf1(pooled[:, 0]) - uf1(pooled[:, 1]),
        streams("draws"),
        n_draws=300,
    )
    assert found.difference == expected
    assert found.swap == subject_swap(*counts, uf1, streams("swaps"), n_swaps=199)
    assert found.difference.n_subjects == 8


def test_holm_is_over_the_methods_in_one_metric_without_oracles(predict):
    base = method("base", predict(4))
    others = [
        method("good", predict(20)),
        method("fair", predict(9)),
        method("best", predict(24), "oracle_test"),
    ]
    found, _ = compare(base, others)
    by_uf1 = {one.name: one for one in found if one.metric == "uf1"}
    assert by_uf1["best"].p_holm is None
    assert by_uf1["best"].value == 1.0
    assert {one.n_family for one in found} == {2}
    expected = holm([by_uf1[name].swap.p for name in ("good", "fair")])
    assert (by_uf1["good"].p_holm, by_uf1["fair"].p_holm) == expected
    assert by_uf1["good"].p_holm > by_uf1["good"].swap.p


def test_methods_on_other_clips_are_listed_with_the_reason(predict):
    rows = predict(14)
    fewer = method("net", rows[rows["person"] != "d0:s2"], left_out={"d0:s2:a": "no face found"})
    found, refused = compare(method("base", predict(5)), [fewer, method("fair", predict(9))])
    assert {one.name for one in found} == {"fair"}
    assert {one.n_family for one in found} == {1}
    assert refused[0].name == "net"
    assert refused[0].reason.startswith("net has no prediction for 3 clips of base (no face found)")


def test_seeds_are_averaged_and_no_evidence(predict):
    base, once = method("base", predict(5)), method("net", predict(14))
    thrice = method("net", predict(14, seeds=(1, 2, 3)))
    (one, _), _ = compare(base, [once])
    (many, _), _ = compare(base, [thrice])
    assert (one.n_seeds, many.n_seeds, many.baseline_n_seeds) == (1, 3, 1)
    assert many.difference == one.difference
    assert many.swap == one.swap
    assert many.mcnemar == one.mcnemar


def test_seeds_are_repeated_until_both_methods_have_as_many(predict):
    a = counts_of(predict(14, seeds=(0, 1)), DESIGN)
    b = counts_of(predict(5, seeds=(0, 1, 2)), DESIGN)
    one, other = with_as_many_seeds(a, b)
    assert one.shape == other.shape == (8, 6, 1, 3, 3)
    assert (one.mean(axis=1) == a.mean(axis=1)).all()
    assert (other.mean(axis=1) == b.mean(axis=1)).all()


def test_mcnemar_is_of_the_first_seed_and_of_clips_tested_once(predict):

    first, later = predict(14, seeds=(2,)), predict(24, seeds=(5,))
    (found, _), _ = compare(method("base", predict(5)), [method("net", pd.concat([later, first]))])
    assert (found.mcnemar.only_first, found.mcnemar.only_second) == (9, 0)
    twice = [pd.concat([predict(n), predict(n).assign(fold=9)]) for n in (5, 14)]
    (found, _), _ = compare(method("base", twice[0]), [method("net", twice[1])])
    assert found.mcnemar is None


def test_folds_are_compared_where_they_are_units(predict):
    """Of four folds with six clips each, the methods have other numbers right."""
    design = Design(classes=CLASSES, n_draws=300, n_swaps=199, test_share=1 / 3)
    (found, _), _ = compare(method("base", predict(5)), [method("net", predict(14))], design)
    folds = found.folds
    assert folds.n_folds == 4
    assert folds.mean - folds.baseline_mean == pytest.approx(folds.paired.difference)
    # Variance 1/4 becomes 1/4 + 1/3.
    assert folds.corrected.t == pytest.approx(folds.paired.t * np.sqrt((1 / 4) / (1 / 4 + 1 / 3)))
    (found, _), _ = compare(method("base", predict(5)), [method("net", predict(14))])
    assert found.folds is None


def test_scores_that_are_means_of_folds_are_compared_as_such(predict):
    design = Design(classes=CLASSES, pooling="fold_mean", n_draws=300, n_swaps=199)
    one = predict(14, n_subjects=12, folds=3)
    (found, _), _ = compare(method("base", predict(5, n_subjects=12, folds=3)), [method("net", one)], design)
    values = [uf1(counts_of(part, DESIGN)[:, 0, 0].sum(axis=0)) for _, part in one.groupby("fold")]
    assert found.value == pytest.approx(np.mean(values))
    assert found.difference.low < found.difference.estimate < found.difference.high


def test_methods_in_other_folds_are_compared_only_where_folds_are_not_averaged(predict):
    base, one = method("base", predict(5, folds=4)), method("net", predict(14, folds=2))
    assert len(compare(base, [one])[0]) == 2
    found, refused = compare(base, [one], Design(classes=CLASSES, pooling="fold_mean", n_draws=300))
    assert found == []
    assert "net and base have another fold for" in refused[0].reason


def test_with_few_subjects_a_comparison_out_of_reach_says_so(predict):
    (found, _), _ = compare(
        method("base", predict(0, n_subjects=4)), [method("net", predict(12, n_subjects=4))]
    )
    assert (found.swap.p, found.swap.smallest_p, found.swap.beyond_reach) == (0.125, 0.125, True)


def test_a_small_p_that_holm_takes_out_of_reach_says_so(predict):
    """Of six differing subjects p is 2/64 at least, below 0.05; of two methods, Holm makes 4/64 of that."""
    design = Design(classes=CLASSES, n_draws=300)
    base, net = (method(name, predict(n, n_subjects=6)) for name, n in (("base", 0), ("net", 18)))
    alone, pair = (compare(base, others)[0][0] for others in ([net], [net, replace(net, name="other")]))
    assert (alone.swap.smallest_p, alone.p_holm, pair.p_holm) == (2 / 64, 2 / 64, 4 / 64)
    assert not any("Holm" in remark for remark in remarks(alone, design))
    assert any(
        "among 2 methods, Holm leaves that below 0.05 beside others alone" in one
        for one in remarks(pair, design)
    )


def test_draws_that_are_mostly_made_again_are_remarked_on(predict):
    """Five people in four folds, of whom two share one."""
    design = Design(classes=CLASSES, pooling="fold_mean", n_draws=300)
    base, net = (method(name, predict(n, n_subjects=5)) for name, n in (("base", 3), ("net", 9)))
    (found, _), _ = compare(base, [net], design)
    assert found.difference.n_repeated > 300
    assert any("were made again: the interval is too narrow" in one for one in remarks(found, design))
    (plain, _), _ = compare(method("base", predict(3)), [method("net", predict(9))])
    assert not any("made again" in one for one in remarks(plain, DESIGN))


def test_draws_that_must_all_have_everybody_are_none(predict):
    """Three people, one a fold: every draw that counts has each of them once."""
    design = Design(classes=CLASSES, pooling="fold_mean", n_draws=300)
    first = next(score_intervals(predict(4, n_subjects=3, folds=3), design, streams))
    assert np.isnan([first.interval.low, first.interval.high]).all()


def test_every_scope_has_intervals(predict):
    found = list(score_intervals(predict(14, databases=2, seeds=(0, 1)), DESIGN, streams))
    assert [(one.scope, one.metric) for one in found] == [
        (scope, metric) for scope in ("composite", "d0", "d1") for metric in ("uf1", "uar", "war")
    ]
    assert all(one.interval.low <= one.interval.estimate <= one.interval.high for one in found)
    assert [one.interval.n_subjects for one in found[::3]] == [8, 4, 4]
    assert {one.n_seeds for one in found} == {2}
    assert found[2].interval.estimate == pytest.approx(14 / 24)


def test_subjects_that_cannot_be_drawn_anew_leave_a_score_without_interval(predict):
    """One person a fold: a draw that has everyone again is one of 8!/8**8."""
    design = Design(classes=CLASSES, pooling="fold_mean", n_draws=300)
    first = next(score_intervals(predict(14, folds=8), design, streams))
    assert first.interval.estimate > 0
    assert np.isnan([first.interval.low, first.interval.high, first.interval.standard_error]).all()
    alone = next(score_intervals(predict(2, n_subjects=1), DESIGN, streams))
    assert np.isnan(alone.interval.low)
