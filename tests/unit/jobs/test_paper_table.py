import csv

import pytest

from mer.artefacts.predictions import write_predictions
from mer.artefacts.scores import SCORE_COLUMNS, write_rows
from mer.core.errors import IncompleteRunError
from mer.jobs import paper_table
from mer.sweep.specs.paper_table import PaperSource, PaperTableSpec, PaperVariant
from tests.unit.jobs.test_table import measured as scores
from tests.unit.tables.test_measured_cells import rows

CLASSES = ("a", "b")


def source(protocol="p", slug="cde2019", kind="real", **changes):
    about = {
        "protocol": protocol,
        "slug": slug,
        "source": kind,
        "pooling": "pooled",
        "subject_disjoint": True,
    }
    return PaperSource(**{**about, **changes})


def variant(name, slug=None, protocols=("p",), **changes):
    about = {"method": f"Title of {name}", "selection": "last", "skipped": {}}
    return PaperVariant(variant=name, slug=slug, protocols=protocols, **{**about, **changes})


def spec(sources=None, variants=None, table="Table 6", **changes):
    about = {"paper": "fr", "table": table, "missing": {}, "trial": False, "revision": ""}
    sources = sources or (source(),)
    return PaperTableSpec(
        sources=sources, variants=variants or (variant("fr", "fr"),), **{**about, **changes}
    )


def write(root, name, protocol="p", kind="real", wrong=()):
    """Write what a sweep keeps of a variant."""
    made = rows(wrong).assign(
        protocol=protocol, task="t", method="m", variant=name, selection="last", clip="c", source=kind,
        recipe="r", device="cpu", seconds=1.0,
    )  # fmt: skip
    made = made.assign(subject=made["person"])
    for one in CLASSES:
        made[f"score_{one}"] = (made["predicted"] == one).astype(float)
    (root / "predictions" / protocol).mkdir(parents=True, exist_ok=True)
    (root / "scores" / protocol).mkdir(parents=True, exist_ok=True)
    write_predictions(root / f"predictions/{protocol}/{name}.parquet", made, CLASSES, {})
    write_rows(root / f"scores/{protocol}/{name}.csv", scores(variants=(name,)), SCORE_COLUMNS)


FAILING = """paper,table,protocol,dataset_scope,method_slug,metric,reason
fr,Table 6,cde2019,composite,fr,uf1,no average
fr,Table 2,cde2019,composite,fr,uar,of another table
"""


def made(tmp_path, asked):
    (tmp_path / "failing.csv").write_text(FAILING)
    paper_table.run(
        asked,
        tmp_path,
        tmp_path / "failing.csv",
        [tmp_path / f"t.{suffix}" for suffix in ("csv", "md", "tex", "html")],
    )
    with (tmp_path / "t.csv").open() as file:
        return list(csv.DictReader(file))


def test_measured_lines_stand_beside_printed_ones_with_their_difference(tmp_path):
    write(tmp_path, "fr", wrong={(0, 0)})
    lines = made(tmp_path, spec())
    own = next(one for one in lines if one["variant"] == "fr" and one["metric"] == "uar")
    assert float(own["value"]) == pytest.approx((3 / 4 + 1) / 2)
    assert float(own["difference"]) == pytest.approx(0.875 - 0.7832)
    assert {one["kind"] for one in lines} == {"published", "measured"}
    text = (tmp_path / "t.md").read_text()
    assert "Intervals over fewer than 30 subjects (here down to 4)" in text
    assert "MEGC 2019: measured under p on real clips" in text
    assert (tmp_path / "t.html").read_text().startswith('<div class="scores-table" id="fr_table_6">')


def test_real_clips_and_stand_ins_have_lines_of_their_own(tmp_path):
    write(tmp_path, "fr")
    write(tmp_path, "fr", protocol="s", kind="stand_in")
    sources = (source(), source("s", kind="stand_in"))
    lines = made(tmp_path, spec(sources, (variant("fr", "fr", ("p", "s")),)))
    kinds = [one["kind"] for one in lines if one["variant"]]
    assert kinds == ["measured", "measured", "measured, stand-in", "measured, stand-in"]
    assert paper_table.STAND_IN_NOTE in (tmp_path / "t.md").read_text()


def test_two_protocols_on_the_same_kind_of_clips_have_lines_of_their_own(tmp_path):
    write(tmp_path, "fr")
    write(tmp_path, "fr", protocol="other", wrong={(0, 0)})
    lines = made(tmp_path, spec((source(), source("other")), (variant("fr", "fr", ("p", "other")),)))
    own = [one for one in lines if one["variant"] and one["metric"] == "uar"]
    assert [(one["measured_under"], float(one["value"])) for one in own] == [("p", 1.0), ("other", 0.875)]
    text = (tmp_path / "t.md").read_text()
    assert "| fr on p " in text
    assert "| fr on other " in text


def test_a_variant_that_is_not_run_has_dashes_and_the_reason(tmp_path):
    write(tmp_path, "fr")
    skipped = variant("big", "basic-inception", (), skipped={"p": "takes a GPU"})
    made(tmp_path, spec(variants=(variant("fr", "fr"), skipped), missing={"flows": "no folder"}))
    text = (tmp_path / "t.md").read_text()
    line = next(line for line in text.splitlines() if "Title of big" in line)
    assert [cell.strip() for cell in line.strip("|").split("|")][2:] == ["not run", "–", "– [1]", "– [1]"]
    assert "- [1] not run: takes a GPU" in text
    assert "- flows: not run, no folder" in text


def test_oracles_are_marked(tmp_path):
    write(tmp_path, "fr")
    lines = made(tmp_path, spec(variants=(variant("fr", "fr", selection="oracle_test"),)))
    own = next(one for one in lines if one["variant"] == "fr")
    assert own["kind"] == "oracle"
    assert "best on its own test clips" in own["remark"]


def test_columns_whose_people_are_on_both_sides_say_so(tmp_path):
    write(tmp_path, "fr", protocol="e")
    asked = spec(
        (source("e", "cdmer-exp1-H2V", subject_disjoint=False),), (variant("fr", "fr", ("e",)),), "Table 3"
    )
    lines = made(tmp_path, asked)
    own = next(one for one in lines if one["variant"] and one["protocol"] == "cdmer-exp1-H2V")
    assert own["remark"].endswith("not subject-disjoint: the same people on both sides, before two cameras")


def test_missing_predictions_are_an_error_and_nothing_is_written(tmp_path):
    write(tmp_path, "fr")
    asked = spec(variants=(variant("fr", "fr"), variant("gone"), variant("lost")))
    with pytest.raises(
        IncompleteRunError, match=r"Table 6 of fr: predictions are missing(.|\n)*gone(.|\n)*lost"
    ):
        made(tmp_path, asked)
    assert not (tmp_path / "t.csv").exists()


def test_printed_numbers_that_fail_the_audit_are_marked_with_its_reason(tmp_path):
    write(tmp_path, "fr")
    lines = made(tmp_path, spec())
    remarks = {one["remark"] for one in lines if one["method_slug"] == "fr" and one["kind"] == "published"}
    assert remarks == {"audit: no average", ""}
    assert "- [1] audit: no average" in (tmp_path / "t.md").read_text()


def test_a_variant_that_runs_under_no_protocol_has_one_line(tmp_path):
    write(tmp_path, "fr")
    write(tmp_path, "fr", protocol="other")
    skipped = variant("big", "basic-inception", (), skipped={"p": "takes a GPU", "other": "takes a GPU"})
    runs = variant("fr", "fr", ("p", "other"))
    made(tmp_path, spec((source(), source("other")), (runs, skipped)))
    assert (tmp_path / "t.md").read_text().count("Title of big") == 1


def test_what_is_to_be_said_about_a_variant_is_said(tmp_path):
    write(tmp_path, "fr")
    lines = made(tmp_path, spec(variants=(variant("fr", "fr", remarks={"p": "learns from others"}),)))
    assert next(one for one in lines if one["variant"] == "fr")["remark"] == "learns from others"


def test_a_table_that_nothing_is_measured_for_says_so(tmp_path):
    asked = PaperTableSpec(
        paper="fr", table="Table 6", sources=(), variants=(), missing={}, trial=False, revision=""
    )
    made(tmp_path, asked)
    assert paper_table.UNMEASURED_NOTE in (tmp_path / "t.md").read_text()


def test_a_trial_says_so_in_the_title(tmp_path):
    write(tmp_path, "fr")
    for trial, title in ((False, "measured beside printed"), (True, "measured beside printed (trial)")):
        made(tmp_path, spec(trial=trial))
        assert (tmp_path / "t.md").read_text().splitlines()[0] == f"# Table 6 of the FR paper, {title}"
        assert f"paper, {title}</caption>" in (tmp_path / "t.html").read_text()
