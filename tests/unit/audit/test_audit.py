"""The audit of published numbers against what readers found, and against numbers that were changed."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from mer.audit.audit import failing_cells
from mer.audit.check import KEY, VERDICTS, as_frame
from mer.audit.claims import check_claims
from mer.audit.conflicts import check_counts, check_papers, check_repeats
from mer.audit.grids import check_grids
from mer.audit.matrices import check_matrices
from mer.audit.means import check_means
from mer.audit.micro_f1 import check_micro_f1
from mer.audit.one_run import check_one_run
from mer.audit.pairs import check_constant, check_pairs
from mer.audit.t_tests import check_t_tests
from mer.published.results import published_results

EXPECTED = list(csv.DictReader((Path(__file__).parent / "expected_checks.csv").read_text().splitlines()))
# Disagreements that a reader found and that no shipped number tells: remarks, never counted as computed.
EXPLAINED = {
    "eq. (10) UF1 = (1/K) F1_k": "the wording of an equation",
    "CDMER validation": "two descriptions of a protocol in prose",
    "Table 1 to Table 4 numbering": "the numbering of tables",
    "Baseline citation": "a reference list, which is not among the data",
    "F1 definition in the first author's public code": "a program, which is not among the data",
}
# Disagreements of the audit beyond those: computed, each for a reason of its own.
FURTHER = {
    "Table 4 C3D-FC1 (Sports1M) [64]: some accuracy is not the share of one class",
    "Table 4 C3D-FC2 (Sports1M) [64]: some accuracy is not the share of one class",
    "Table 4 C3D-FC1 (UCF101) [64]: some accuracy is not the share of one class",
    "Table 4 C3D-FC2 (UCF101) [64]: some accuracy is not the share of one class",
    "Sec. 4.6.2 improvement over STRCN-A on the columns that both report",
    "text Sec. III-C total of casme2 (as-distributed) against tlcnn Table 1",
    "Table III ELRCN-SE war: mean of both holdouts in the prose",
    "text Sec. IV-D ELRCN-SE WAR on the grid k/185",
}


def check_of(expected, checks):
    """Find the check of an expectation: by its item, or by the one that stands for it in any paper."""
    if not expected["check"]:
        found = [one for one in checks if (one.paper, one.item) == (expected["paper"], expected["item"])]
    else:
        found = [one for one in checks if one.item == expected["check"]]
    assert len(found) == 1, f"{expected['item']}: {len(found)} checks"
    return found[0]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: f"{row['paper']}: {row['item']}")
def test_each_finding_of_readers_is_reproduced_or_explained(expected, checks):
    found = check_of(expected, checks)
    if expected["item"] in EXPLAINED or (expected["agrees"] == "n/a" and found.verdict != "derived"):
        assert found.verdict == "not computable"
    else:
        assert found.verdict == {"yes": "agrees", "no": "disagrees", "n/a": "derived"}[expected["agrees"]]


def test_all_104_disagreements_are_accounted_for(checks):
    missed = [row for row in EXPECTED if row["agrees"] == "no"]
    assert len(EXPECTED) == 340
    assert len(missed) == 104
    assert {row["item"] for row in missed} >= set(EXPLAINED)
    reproduced = {check_of(row, checks).item for row in missed if row["item"] not in EXPLAINED}
    assert len(reproduced) == 104 - len(EXPLAINED)
    disagreeing = {one.item for one in checks if one.verdict == "disagrees"}
    assert disagreeing - reproduced == FURTHER


def test_every_check_has_its_own_name_and_a_known_verdict(checks):
    names = Counter((one.paper, one.item) for one in checks)
    assert max(names.values()) == 1
    assert {one.verdict for one in checks} == set(VERDICTS)
    assert all(one.recomputed for one in checks if one.verdict in ("agrees", "disagrees", "derived"))
    assert not any(one.weight for one in checks if one.verdict != "disagrees")
    assert list(as_frame(checks)["item"]) == [one.item for one in checks]


def test_failing_cells_are_cells_of_the_results_with_a_short_reason(published):
    cells = failing_cells(published)
    assert list(cells.columns) == [*KEY, "reason"]
    keys = list(KEY)
    assert not cells.duplicated(keys).any()
    known = published.results[keys].merge(cells, on=keys)
    assert len(known) == len(cells) > 100
    assert (cells["reason"].str.len() > 10).all()
    assert cells["reason"].str.split("; ").map(lambda parts: max(map(len, parts))).max() < 120


def test_failing_cells_name_what_is_wrong_with_a_cell(published):
    cells = failing_cells(published).set_index(list(KEY))["reason"]
    place = ("fr", "Table 2", "cde2019", "smic-hs", "lbp-top")
    assert "70/51/43 clips" in cells[(*place, "uf1")]
    assert "70/51/43 clips" in cells[(*place, "uar")]
    assert ("fr", "Table 2", "cde2019", "samm", "lbp-top", "uf1") not in cells.index
    both = cells["fr", "Table 4", "cdmer-exp8-H2C", "casme2", "c3d-fc1-sports1m", "uf1"]
    assert "constant prediction" in both
    assert "UF1 lies between 0.2397 and" in both


def test_failing_cells_match_the_rows_of_score_tables(published):
    """Protocol, method and scope are those that tables look published numbers up by."""
    cells = failing_cells(published)
    shown = published_results("cde2019")
    scopes = cells["dataset_scope"].str.replace("-", "_")
    keys = set(zip(cells["paper"], cells["table"], cells["method_slug"], scopes, strict=True))
    rows = set(zip(shown["paper"], shown["table"], shown["method_slug"], shown["scope"], strict=True))
    assert ("fr", "Table 2", "lbp-top", "smic_hs") in keys & rows


def only(checks, item):
    (found,) = [one for one in checks if one.item == item]
    return found


RESULT = {"paper": "fr", "table": "Table 2", "dataset_scope": "smic-hs", "method_slug": "lbp-top"}
FLIPS = {
    "a matrix against a printed cell": (
        check_matrices,
        "Fig. 3(b) UAR against Table 2 FR",
        "agrees",
        ("results", {**RESULT, "dataset_scope": "composite", "method_slug": "fr", "metric": "uar"}, "value"),
        "0.7842",
    ),
    "integer counts": (
        check_matrices,
        "Fig. 3(a): integer counts from the row percentages and the printed class sizes",
        "agrees",
        (
            "confusions",
            {"figure_or_table": "Fig. 3(a)", "row_class": "positive", "col_class": "negative"},
            "percent_or_fraction",
        ),
        "28.54",
    ),
    "a mean of folds": (
        check_means,
        "Table 3 TIM32 TLCNN: mean of five folds",
        "agrees",
        ("results", {"protocol": "tlcnn560-tim32-fold2", "method_slug": "tlcnn"}, "value"),
        "0.6805",
    ),
    "an average of columns": (
        check_means,
        "Table 5 MDMO [21]: average of 2 reported column(s)",
        "disagrees",
        ("results", {"protocol": "single-average", "method_slug": "mdmo"}, "value"),
        "0.5625",
    ),
    "a rate on the grid": (
        check_grids,
        "Table I ELRCN-TE WAR on the grid k/247",
        "disagrees",
        ("results", {"table": "Table I", "method_slug": "elrcn-te", "metric": "war"}, "value"),
        "0.5263",
    ),
    "a row on the grid": (
        check_grids,
        "Table 3 FDM: fold values on the grid k/112",
        "agrees",
        ("results", {"protocol": "tlcnn560-tim64-fold3", "method_slug": "fdm"}, "value"),
        "0.4610",
    ),
    "a reachable pair": (
        check_pairs,
        "Table 2 LBP-TOP on SMIC-HS: UF1 with UAR",
        "disagrees",
        ("results", {**RESULT, "metric": "uf1"}, "value"),
        "0.5200",
    ),
    "reachable pairs with accuracy": (
        check_pairs,
        "Tables 3 and 4: UF1 with accuracy in the cited cells",
        "disagrees",
        (
            "results",
            {"protocol": "cdmer-exp8-H2C", "method_slug": "c3d-fc1-sports1m", "metric": "uf1"},
            "value",
        ),
        "0.2397",
    ),
    "a constant prediction": (
        check_constant,
        "Table 4 C3D-FC2 (UCF101) [64]: some accuracy is not the share of one class",
        "disagrees",
        (
            "results",
            {"protocol": "cdmer-exp7-C2H", "method_slug": "c3d-fc2-ucf101", "metric": "acc"},
            "value",
        ),
        "0.4329",
    ),
    "one run": (
        check_one_run,
        "Table 2 FR row, Fig. 3(b) and printed accuracies together: an average of rounds?",
        "disagrees",
        ("results", {"table": "Table 8", "protocol": "cde2019"}, "value"),
        "0.7012",
    ),
    "micro-F1": (
        check_micro_f1,
        "Table I elrcn-te: micro-F1 equals WAR",
        "disagrees",
        ("results", {"table": "Table I", "method_slug": "elrcn-te", "metric": "f1"}, "value"),
        "0.5244",
    ),
    "a p-value": (
        check_t_tests,
        "Sec. 4.2 claim TLCNN vs TLCNN(E), paired two-sided t-test, TIM32, 5 folds",
        "disagrees",
        ("results", {"protocol": "tlcnn560-tim32-fold1", "method_slug": "tlcnn-e"}, "value"),
        "0.7917",
    ),
    "a cell that is printed twice": (
        check_repeats,
        "Table 7 against Table 5",
        "agrees",
        ("results", {"table": "Table 7", "protocol": "single-samm-4", "method_slug": "fr", "metric": "acc"}, "value"),
        "0.6031",
    ),
    "a cell of two papers": (
        check_papers,
        "Table III LBP-TOP (provided) UAR hde2018-mean against resnet10-macro Table IV",
        "disagrees",
        ("results", {"paper": "elrcn", "protocol": "hde2018-mean", "method_slug": "lbp-top", "metric": "uar"}, "value"),
        "0.332",
    ),
    "a sum of counts": (
        check_counts,
        "text Sec. 4.2 composite tlcnn560: sum of the classes",
        "disagrees",
        ("counts", {"label_scheme": "tlcnn560", "class": "others"}, "count"),
        "215",
    ),
    "counts of two papers": (
        check_counts,
        "text Sec. IV-D subjects of composite (objective-5-loso) against resnet10-macro text Sec. III-C",
        "disagrees",
        ("counts", {"paper": "elrcn", "label_scheme": "objective-5-loso"}, "count"),
        "46",
    ),
    "a gain in prose": (
        check_claims,
        "Sec. 4.4.2 FR over EMR, average UAR of four columns",
        "disagrees",
        ("claims", {"item": "Sec. 4.4.2 FR over EMR, average UAR of four columns"}, "printed"),
        "0.57",
    ),
    "an order in prose": (
        check_claims,
        "Sec. 4.6.2 'our FR suppresses all the deep learning features'",
        "disagrees",
        ("results", {"table": "Table 5", "protocol": "single-samm-4", "method_slug": "strcn-g"}, "value"),
        "0.6000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FLIPS.values(), ids=FLIPS.keys())
def test_changing_one_published_cell_flips_its_check(case, published, changed):
    family, item, before, (table, where, column), value = case
    assert only(family(published), item).verdict == before
    after = {"agrees": "disagrees", "disagrees": "agrees"}[before]
    assert only(family(changed(table, where, column, value)), item).verdict == after


def test_accuracies_are_derived_only_where_one_set_of_recalls_fits(published, changed):
    derived = {one.item: one.recomputed for one in check_one_run(published) if one.verdict == "derived"}
    assert derived["Table 2 FR accuracy on composite (not printed)"] == "353/442 = 0.7986"
    assert derived["Table 2 FR accuracy on SAMM (not printed)"] == "108/133 = 0.8120"
    found = list(
        check_one_run(changed("results", {"table": "Table 8", "protocol": "cde2019"}, "value", "0.7012"))
    )
    assert [one.verdict for one in found] == ["agrees"]
    assert found[0].recomputed == "0 sets of integer recalls fit all of them"
