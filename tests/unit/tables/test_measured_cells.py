import pandas as pd
import pytest

from mer.core.seeds import stream
from mer.evaluation.design import Design
from mer.evaluation.score_intervals import score_intervals
from mer.published.tables import Column
from mer.tables.measured_cells import NO_COSTS, NOT_ALL_PARTS, NOT_MEASURED, Run, measured_cell, metric_name

CLASSES = ("a", "b")
# Two databases, two people each; the first clip of each person is of class a. One error per row of
# WRONG: the clip's number and the seed.
CLIPS = [
    (database, person, clip, true)
    for database, people in {"casme2": "pq", "samm": "rs"}.items()
    for person in people
    for clip, true in enumerate("ab")
]


def rows(wrong=(), seeds=(0,)):
    records = []
    for seed in seeds:
        for number, (database, person, _, true) in enumerate(CLIPS):
            predicted = ("b" if true == "a" else "a") if (number, seed) in wrong else true
            records.append(
                {
                    "protocol": "p", "seed": seed, "fold": "pqrs".index(person), "database": database, "person": person,
                    "sample_id": str(number), "true": true, "predicted": predicted,
                }
            )  # fmt: skip
    return pd.DataFrame(records)


def run(wrong=(), seeds=(0,), pooling="pooled", **costs):
    return Run(rows(wrong, seeds), CLASSES, pooling, costs)


def test_an_accuracy_is_pooled_over_folds_and_averaged_over_seeds():
    found = measured_cell(
        "fr", Column("cde2019", "composite", "acc"), {"cde2019": run({(0, 0)}, seeds=(0, 1))}
    )
    assert found.value == pytest.approx((7 / 8 + 1) / 2)
    assert found.sd == pytest.approx(0.125 / 2**0.5)
    assert found.n_subjects == 4
    assert found.low <= found.value <= found.high


def test_a_database_inside_a_composite_is_scored_alone():
    runs = {"cde2019": run({(0, 0), (1, 0)})}
    assert measured_cell("fr", Column("cde2019", "casme2", "acc"), runs).value == 0.5
    assert measured_cell("fr", Column("cde2019", "samm", "acc"), runs).value == 1.0
    gone = measured_cell("fr", Column("cde2019", "smic-hs", "acc"), runs)
    assert (gone.value, gone.remark) == (None, "no clip of smic-hs is tested")


def test_one_fold_of_a_protocol_and_the_mean_of_its_folds():
    runs = {"tlcnn560-tim32-mean": run({(0, 0), (2, 0), (3, 0)}, pooling="fold_mean")}
    values = [
        measured_cell("tlcnn", Column(f"tlcnn560-tim32-{one}", "composite", "acc"), runs)
        for one in ("fold1", "fold2", "fold3", "mean")
    ]
    assert [one.value for one in values] == [0.5, 0.0, 1.0, 0.625]


def test_a_direction_of_a_holdout_is_its_tested_database():
    runs = {"hde2018-mean": run({(0, 0)}, pooling="fold_mean")}
    assert measured_cell("elrcn", Column("hde2018-samm-to-casme2", "casme2", "war"), runs).value == 0.75
    assert measured_cell("elrcn", Column("hde2018-casme2-to-samm", "samm", "war"), runs).value == 1.0


def test_a_mean_of_experiments_takes_all_of_them():
    column = Column("cdmer-type1-average", "average", "acc")
    slugs = [f"cdmer-exp{n}-{pair}" for n, pair in enumerate(("H2V", "V2H", "H2N", "N2H", "V2N", "N2V"), 1)]
    runs = {slug: run({(0, 0)} if number == 0 else ()) for number, slug in enumerate(slugs)}
    assert measured_cell("fr", column, runs).value == pytest.approx((0.875 + 5) / 6)
    del runs[slugs[2]]
    assert measured_cell("fr", column, runs).remark == NOT_ALL_PARTS
    assert measured_cell("fr", column, {}).remark == ""


def test_each_paper_means_something_else_by_f1():
    wrong = {(0, 0), (2, 0), (4, 0)}  # a: 1 of 4 right; b: 4 of 4
    runs = {"cde2018": run(wrong)}
    precision, recall = (1 + 4 / 7) / 2, (1 / 4 + 1) / 2
    elrcn = measured_cell("elrcn", Column("cde2018", "composite", "f1"), runs).value
    assert elrcn == pytest.approx(2 * precision * recall / (precision + recall))
    resnet = measured_cell("resnet10-macro", Column("cde2018", "composite", "f1"), runs).value
    assert resnet == pytest.approx((2 / 5 + 8 / 11) / 2)
    assert metric_name("fr", Column("cde2019", "composite", "acc")) == "war"


def test_costs_are_taken_as_they_are():
    runs = {"single-samm-4": run(params_millions=10.24)}
    assert measured_cell("fr", Column("single-samm-4", "samm", "params_millions"), runs).value == 10.24
    assert measured_cell("fr", Column("single-samm-4", "samm", "exec_seconds"), runs).value is None
    found = measured_cell("fr", Column("single-samm-4", "samm", "exec_seconds"), {"single-samm-4": run()})
    assert found.remark == NO_COSTS


def test_what_is_only_cited_says_so():
    found = measured_cell("tlcnn", Column("macro-pretrain-9class", "macro-expression", "acc"), {})
    assert found.remark == "only cited: macro-expression images, while pre-training"


def test_where_subjects_cannot_be_drawn_there_is_no_interval():
    one = rows()
    runs = {"cde2019": Run(one[one["person"] == "p"], CLASSES, "pooled")}
    found = measured_cell("fr", Column("cde2019", "composite", "acc"), runs)
    assert (found.value, found.low, found.n_subjects) == (1.0, None, 0)


def test_intervals_are_those_of_the_sweeps_own_file():
    run_of = run({(0, 0), (5, 0)}, seeds=(0, 1))
    own = score_intervals(run_of.rows, Design(CLASSES), lambda name: stream("comparison", "p", name))
    expected = {(one.scope, one.metric): one.interval for one in own}
    for scope, column in (("composite", "composite"), ("samm", "samm")):
        found = measured_cell("fr", Column("cde2019", column, "uf1"), {"cde2019": run_of})
        assert (found.low, found.high) == (expected[scope, "uf1"].low, expected[scope, "uf1"].high)


def test_a_column_of_another_protocol_says_that_it_is_not_measured():
    found = measured_cell("fr", Column("single-samm-4", "samm", "acc"), {"cde2019": run()})
    assert (found.value, found.remark) == (None, NOT_MEASURED)
    assert measured_cell("fr", Column("single-samm-4", "samm", "acc"), {}).remark == ""
