import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mer.artefacts.comparisons import COMPARISON_COLUMNS, INTERVAL_COLUMNS
from mer.artefacts.folds import read_folds, write_folds
from mer.artefacts.predictions import score_columns, write_predictions
from mer.core.errors import IncompleteRunError
from mer.evaluation.counts import count_by
from mer.evaluation.metrics import uf1
from mer.jobs import comparison
from mer.sweep.specs.comparison import ComparisonSpec

VARIANTS = ("majority", "net", "best")


@pytest.fixture
def predicted(prepared):
    """Make predictions of the tiny demo, 24 clips of four people, of which some are right."""
    split = read_folds(prepared.folds)

    def make(variant, n_right, seeds=(0, 1), selection="last"):
        rows = []
        for seed in seeds:
            for number, (name, sample) in enumerate(sorted(split.samples.items())):
                true = split.labels[name]
                wrong = next(one for one in split.classes if one != true)
                fold = next(n for n, fold in enumerate(split.folds) if name in fold.test)
                rows.append(
                    {
                        "protocol": "p", "task": split.task, "method": "m", "variant": variant,
                        "selection": selection, "seed": seed, "fold": fold, "database": sample.database,
                        "subject": sample.subject, "person": sample.person, "clip": sample.clip,
                        "sample_id": name, "source": "stand_in", "true": true, "recipe": "r", "device": "cpu",
                        "predicted": true if number < n_right else wrong, "seconds": 1.0,
                    }
                )  # fmt: skip
        table = pd.DataFrame(rows)
        for name, column in zip(split.classes, score_columns(split.classes), strict=True):
            table[column] = (table["predicted"] == name).astype(float)
        return table

    return make


@pytest.fixture
def three(predicted):
    return {
        "majority": predicted("majority", 6),
        "net": predicted("net", 20, seeds=(0, 1, 2)),
        "best": predicted("best", 24, selection="oracle_test"),
    }


def run(prepared, tables, out, folds=None, left_out=None, **changes):
    classes = read_folds(prepared.folds).classes
    paths = []
    for name, rows in tables.items():
        paths.append(out / "predictions" / f"{name}.parquet")
        write_predictions(paths[-1], rows, classes, {}, (left_out or {}).get(name, {}))
    about = {"protocol": "p", "title": "T", "baseline": "majority", "variants": list(tables), "revision": ""}
    made = [out / name for name in ("c.csv", "c.md", "i.csv")]
    comparison.run(ComparisonSpec.from_plain({**about, **changes}), folds or prepared.folds, paths, *made)
    return pd.read_csv(made[0]), made[1].read_text(), pd.read_csv(made[2])


def test_every_variant_is_compared_with_the_baseline_in_both_metrics(prepared, three, tmp_path):
    table, text, _ = run(prepared, three, tmp_path)
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert [(row.variant, row.metric) for row in table.itertuples()] == [
        ("net", "uf1"), ("net", "uar"), ("best", "uf1"), ("best", "uar"),
    ]  # fmt: skip
    net = table.iloc[0]
    counts = [count_by(three[name].query("seed == 0"), read_folds(prepared.folds).classes, ())[1] for name in ("net", "majority")]  # fmt: skip
    assert (net["value"], net["baseline_value"]) == pytest.approx([uf1(one) for one in counts])
    assert net["difference"] == pytest.approx(net["value"] - net["baseline_value"])
    assert net["low"] < net["difference"] < net["high"]
    assert (net["n_subjects"], net["n_seeds"], net["baseline_n_seeds"]) == (4, 3, 2)
    assert (net["protocol"], net["source"], net["baseline"]) == ("p", "stand_in", "majority")
    # Right are 6 of the baseline and 20 of the method, in which the 6 are.
    assert (net["only_variant"], net["only_baseline"]) == (14, 0)
    assert net["p_mcnemar"] == pytest.approx(0.5**14)
    assert "T (p): every method against majority" in text
    assert f"{net['difference']:+.4f}" in text


def test_what_is_to_be_kept_in_mind_is_said(prepared, three, tmp_path):
    table, text, _ = run(prepared, three, tmp_path, notes=["The baseline was chosen so"])
    net = table.iloc[0]
    assert net["beyond_reach"]
    assert net["smallest_p"] == net["p_swap"] == 2 / 2**3
    assert "with 3 differing subjects p cannot fall below 0.25, which exceeds 0.05" in net["remark"]
    assert "only 4 subjects: intervals cover too rarely" in net["remark"]
    for line in (
        "4 subjects, fewer than 30",
        "Stand-in data",
        "The baseline was chosen so",
        "p cannot fall below",
    ):
        assert line in text


def test_an_oracle_is_compared_and_marked_and_no_member_of_the_family(prepared, three, tmp_path):
    table, text, _ = run(prepared, three, tmp_path)
    best = table[table["variant"] == "best"]
    assert best["p_holm"].isna().all()
    assert best["difference"].notna().all()
    assert best["remark"].str.startswith("oracle, no result").all()
    assert set(table["n_family"]) == {1}
    assert "oracle, no result" in text


def test_a_variant_without_some_clips_is_listed_and_never_silently_smaller(prepared, three, tmp_path):
    gone = three["net"]["person"] == "demo:s02"
    names = set(three["net"].loc[gone, "sample_id"])
    three["net"] = three["net"][~gone]
    table, text, intervals = run(prepared, three, tmp_path, left_out={"net": dict.fromkeys(names, "no face")})
    net = table[table["variant"] == "net"]
    assert net["value"].isna().all()
    assert (
        net["remark"]
        .str.startswith("not comparable: net has no prediction for 6 clips of majority (no face)")
        .all()
    )
    assert "Not comparable, net: net has no prediction for 6 clips" in text
    # Its own scores stand, with fewer subjects.
    assert set(intervals.loc[intervals["variant"] == "net", "n_subjects"]) == {3}


def test_intervals_of_all_scores_have_their_columns(prepared, three, tmp_path):
    _, _, found = run(prepared, three, tmp_path)
    assert list(found.columns) == [
        "protocol", "source", "variant", "selection", "scope", "metric", "value", "low", "high", "standard_error",
        "n_subjects", "n_seeds", "n_repeated",
    ]  # fmt: skip
    assert tuple(found.columns) == INTERVAL_COLUMNS
    assert set(found["source"]) == {"stand_in"}
    assert list(zip(found["variant"], found["metric"], strict=True)) == [
        (variant, metric) for variant in VARIANTS for metric in ("uf1", "uar", "war")
    ]
    war = found[(found["variant"] == "net") & (found["metric"] == "war")].iloc[0]
    assert war["value"] == pytest.approx(20 / 24)
    assert war["low"] < war["value"] <= war["high"] <= 1
    assert (war["scope"], war["selection"], war["n_seeds"]) == ("demo", "last", 3)


def test_folds_of_several_people_are_compared_by_both_t_tests(prepared, three, tmp_path):
    """Four people in three folds: {1, 2}, {3}, {4}."""
    split = read_folds(prepared.folds)
    first, second, *rest = split.folds
    together = replace(
        first, test=first.test + second.test, train=tuple(name for one in rest for name in one.test)
    )
    path = tmp_path / "folds.json"
    write_folds(path, replace(split, folds=(together, *rest), pooling="fold_mean"))
    merged = {name: rows.assign(fold=np.maximum(rows["fold"] - 1, 0)) for name, rows in three.items()}
    table, text, _ = run(prepared, merged, tmp_path, folds=path)
    net = table.iloc[0]
    assert net["n_folds"] == 3
    assert net["fold_mean"] == pytest.approx(net["value"])
    assert net["t_paired"] != pytest.approx(net["t_corrected"])
    # 24 clips are tested and 12 + 18 + 18 trained on.
    assert net["t_corrected"] == pytest.approx(net["t_paired"] * np.sqrt((1 / 3) / (1 / 3 + 24 / 48)))
    assert "UF1 of folds" in text
    assert "n_test / n_train = 0.5" in text
    alone, _, _ = run(prepared, three, tmp_path)
    assert alone["n_folds"].isna().all()


def test_one_variant_has_intervals_and_nothing_to_be_compared_with(prepared, three, tmp_path):
    table, text, intervals = run(prepared, {"majority": three["majority"]}, tmp_path)
    assert table.empty
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert "Nothing is compared." in text
    assert len(intervals) == 3


def test_the_same_predictions_give_the_same_files(prepared, three, tmp_path):
    for folder in ("one", "other"):
        run(prepared, three, tmp_path / folder)
    for name in ("c.csv", "c.md", "i.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_missing_predictions_of_a_variant_are_an_error_and_nothing_is_written(prepared, three, tmp_path):
    with pytest.raises(IncompleteRunError, match="No predictions on p of these variants:\n  gone"):
        run(prepared, three, tmp_path, variants=[*VARIANTS, "gone"])
    assert not list(tmp_path.glob("*.csv"))


def test_the_specification_names_the_baseline_and_what_is_compared(prepared):
    spec = json.loads(prepared.jobs.comparison_spec("p"))
    assert spec["baseline"] == "flow_svm"
    assert spec["variants"] == list(prepared.jobs.sweep.config.variants)
