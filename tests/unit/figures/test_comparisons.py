"""Differences of pairs and gaps, by the worked example of six subjects."""

import numpy as np
import pandas as pd
import pytest

from mer.evaluation.comparison import Predicted
from mer.evaluation.design import Design
from mer.figures.comparisons import pair_comparisons, selection_gaps

CLASSES = ("0", "1", "2")
DESIGN = Design(CLASSES, n_draws=500, n_swaps=99)
# Six subjects: true classes, and what two methods say.
SUBJECTS = {
    "s1": ("0012", "0012", "0012"),
    "s2": ("0112", "0112", "0102"),
    "s3": ("00012", "11000", "02200"),
    "s4": ("0122", "0122", "1122"),
    "s5": ("00122", "21012", "00012"),
    "s6": ("012", "012", "001"),
}


def predicted(name, method, selection="last", seeds=(0,)):
    rows = [
        (seed, person, f"{person}:{number}", true, predicted)
        for seed in seeds
        for person, texts in SUBJECTS.items()
        for number, (true, predicted) in enumerate(zip(texts[0], texts[method], strict=True))
    ]
    frame = pd.DataFrame(rows, columns=["seed", "person", "sample_id", "true", "predicted"])
    return Predicted(name, selection, frame.assign(database="d", fold=0), {})


def streams(name):
    return np.random.default_rng(0)


def test_pairs_are_swapped_exactly_and_adjusted_for_all_of_them():
    methods = [predicted("a", 1), predicted("b", 2), predicted("c", 2, seeds=(0, 1))]
    table = pair_comparisons(methods, "uf1", DESIGN, streams)
    assert list(zip(table["first"], table["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    np.testing.assert_allclose(table["difference"], [0.097337, 0.097337, 0], atol=1e-6)
    np.testing.assert_allclose(table["p"], [0.4375, 0.4375, 1])
    np.testing.assert_allclose(table["p_adjusted"], [1, 1, 1])
    assert set(table["metric"]) == {"uf1"}


def test_what_was_not_tested_on_the_same_clips_has_no_p():
    fewer = predicted("b", 2)
    fewer = Predicted("b", "last", fewer.rows[fewer.rows["person"] != "s3"], {})
    table = pair_comparisons([predicted("a", 1), fewer, predicted("c", 2)], "uf1", DESIGN, streams)
    assert table["p"].isna().tolist() == [True, False, True]
    # One pair is left, so that nothing is adjusted.
    assert table["p_adjusted"].tolist()[1] == table["p"].tolist()[1] == 0.4375
    assert table["difference"].notna().all()


def test_gaps_are_the_oracle_less_each_honest_choice():
    group = {
        "last": predicted("x", 2),
        "inner_val": predicted("y", 1, "inner_val"),
        "oracle_test": predicted("z", 1, "oracle_test"),
    }
    scores, gaps = selection_gaps({"FR": group}, "uf1", DESIGN, streams)
    assert scores["value"].tolist() == pytest.approx([0.588190, 0.685526, 0.685526], abs=1e-6)
    assert gaps["selection"].tolist() == ["last", "inner_val"]
    np.testing.assert_allclose(gaps["value"], [0.097337, 0], atol=1e-6)
    # All 46656 draws give -0.121667 to 0.372391; equal predictions differ by nothing in every draw.
    np.testing.assert_allclose(gaps.loc[0, ["low", "high"]].astype(float), [-0.12, 0.37], atol=0.05)
    assert gaps.loc[1, ["low", "high"]].tolist() == [0, 0]


def test_a_lone_subject_gives_gaps_without_interval():
    one = {kind: predicted(kind, method, kind) for kind, method in (("last", 2), ("oracle_test", 1))}
    one = {kind: Predicted(kind, kind, t.rows[t.rows["person"] == "s5"], {}) for kind, t in one.items()}
    _, gaps = selection_gaps({"FR": one}, "uf1", DESIGN, streams)
    assert gaps[["low", "high"]].isna().all(axis=None)
    assert gaps["value"].notna().all()
