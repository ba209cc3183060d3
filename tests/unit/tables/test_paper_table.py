import csv
import io

import pytest

from mer.published.tables import Column, PublishedCell, PublishedRow, PublishedTable
from mer.tables.paper_table import MeasuredCell, MeasuredRow, PaperTable

UF1, ACC = Column("cde2019", "composite", "uf1"), Column("cde2019", "smic-hs", "acc")
PRINTED = PublishedTable(
    "fr",
    "Table 2",
    (UF1, ACC),
    (
        PublishedRow("lbp-top", "LBP-TOP", "cited-from-elsewhere", {UF1: PublishedCell(0.5, "0.5000")}),
        PublishedRow(
            "fr",
            "FR",
            "own-experiment",
            {UF1: PublishedCell(0.7838, "0.7838"), ACC: PublishedCell(None, "-", note="not reported")},
        ),
        PublishedRow("new", "Not here yet", "reproduced-by-paper", {ACC: PublishedCell(0.4, "40.0")}),
    ),
)


def measured(**changes):
    cells = {
        UF1: MeasuredCell(0.75, 0.01, 0.7, 0.81),
        ACC: MeasuredCell(None, remark="not run: needs frames"),
    }
    row = {"slug": "fr", "method": "FR", "variant": "fr_adam", "kind": "measured", "n_seeds": 3}
    return MeasuredRow(**{**row, "is_stand_in": False, "cells": cells, **changes})


def rows_of(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]


def test_rows_stand_in_the_papers_order_with_measured_ones_below():
    baseline = measured(slug=None, method="Majority class", variant="majority", cells={})
    table = rows_of(PaperTable(PRINTED, [measured(), baseline]).as_markdown())
    assert [row[:3] for row in table[2:]] == [
        ["Majority class", "majority", "measured"],
        ["LBP-TOP", "–", "published, cited"],
        ["FR", "–", "published"],
        ["FR", "fr_adam", "measured"],
        ["Not here yet", "–", "published, reproduced"],
    ]
    assert table[0][4:] == ["Composite UF1", "SMIC-HS Accuracy"]


def test_a_measured_cell_has_spread_interval_difference_and_seeds():
    line = rows_of(PaperTable(PRINTED, [measured()]).as_markdown())[4]
    assert line == ["FR", "fr_adam", "measured", "3", "0.7500 ± 0.0100 [0.700, 0.810] (−0.0338)", "– [1]"]


def test_stand_ins_are_not_compared_with_printed_numbers():
    table = PaperTable(PRINTED, [measured(kind="measured, stand-in", is_stand_in=True)])
    assert rows_of(table.as_markdown())[4][4] == "0.7500 ± 0.0100 [0.700, 0.810]"
    record = next(row for row in records(table) if row["variant"] == "fr_adam")
    assert (record["difference"], record["source"]) == ("", "stand_in")


def records(table):
    return list(csv.DictReader(io.StringIO(table.as_csv())))


def test_csv_has_a_line_for_every_number_in_full_precision():
    lines = records(PaperTable(PRINTED, [measured()]))
    assert len(lines) == 4 + 2
    own = next(one for one in lines if one["variant"] == "fr_adam" and one["metric"] == "uf1")
    assert float(own["difference"]) == pytest.approx(-0.0338)
    assert (own["n_seeds"], own["low"], own["kind"]) == ("3", "0.7", "measured")
    blank = next(one for one in lines if one["method_slug"] == "fr" and one["printed"] == "-")
    assert (blank["value"], blank["remark"]) == ("", "not reported")


def test_numbers_that_do_not_add_up_and_odd_columns_are_marked():
    failing = {("fr", UF1): "no average, one set of predictions"}
    about = {ACC: "not subject-disjoint: x"}
    text = PaperTable(PRINTED, [], failing, about, ["pooled"]).as_markdown()
    assert rows_of(text)[0][5] == "SMIC-HS Accuracy [1]"
    assert rows_of(text)[3][4] == "0.7838 [2]"
    assert text.splitlines()[-4:-1] == [
        "- [1] not subject-disjoint: x",
        "- [2] no average, one set of predictions",
        "- pooled",
    ]
    assert text.splitlines()[-1].startswith("- Published (fr): Zhou et al.")


def test_a_mean_over_fewer_experiments_is_not_compared():
    one, two = Column("single-smic-hs-3", "smic-hs", "acc"), Column("single-casme2-5", "casme2", "acc")
    mean = Column("single-average", "average", "acc")
    cells = {one: PublishedCell(0.5, "50"), two: PublishedCell(None, "-"), mean: PublishedCell(0.5, "50")}
    row = PublishedRow("fr", "FR", "own-experiment", cells)
    printed = PublishedTable("fr", "Table 5", (one, two, mean), (row,))
    line = rows_of(PaperTable(printed, [measured(cells={mean: MeasuredCell(0.6)})]).as_markdown())[3]
    assert line[-1] == "0.6000"
    whole = PublishedRow("fr", "FR", "own-experiment", {**cells, two: PublishedCell(0.5, "50")})
    printed = PublishedTable("fr", "Table 5", (one, two, mean), (whole,))
    line = rows_of(PaperTable(printed, [measured(cells={mean: MeasuredCell(0.6)})]).as_markdown())[3]
    assert line[-1] == "0.6000 (+0.1000)"


def test_columns_of_several_protocols_on_the_same_data_name_them():
    columns = (Column("cdmer-exp2-V2H", "smic-hs", "acc"), Column("cdmer-exp4-N2H", "smic-hs", "acc"))
    row = PublishedRow("fr", "FR", "own-experiment", {one: PublishedCell(0.5, "50") for one in columns})
    table = rows_of(PaperTable(PublishedTable("fr", "Table 8", columns, (row,)), []).as_markdown())
    assert table[0][4:] == ["SMIC-VIS to SMIC-HS Accuracy", "SMIC-NIR to SMIC-HS Accuracy"]
    composite = (Column("cde2019", "smic-hs", "acc"), Column("single-smic-hs-3", "smic-hs", "acc"))
    row = PublishedRow("fr", "FR", "own-experiment", {one: PublishedCell(0.5, "50") for one in composite})
    table = rows_of(PaperTable(PublishedTable("fr", "Table 8", composite, (row,)), []).as_markdown())
    assert table[0][4:] == ["SMIC-HS (MEGC 2019) Accuracy", "SMIC-HS, 3 classes Accuracy"]


def test_every_format_names_every_method():
    table = PaperTable(PRINTED, [measured()])
    for text in (table.as_csv(), table.as_markdown(), table.as_latex(), table.as_html()):
        assert "Not here yet" in text
        assert "LBP-TOP" in text
    assert 'id="fr_table_2"' in table.as_html()


def test_numbers_of_another_quantity_are_not_subtracted():
    column, seconds = Column("cde2019", "composite", "uar"), Column("single-samm-4", "samm", "exec_seconds")
    fold = Column("tlcnn560-tim32-fold1", "composite", "acc")
    cells = {
        column: PublishedCell(0.76, "0.76", is_comparable=False),
        seconds: PublishedCell(20.0, "20"),
        fold: PublishedCell(0.7, "70"),
    }
    row = PublishedRow("fr", "FR", "own-experiment", cells)
    printed = PublishedTable("fr", "Table 2", tuple(cells), (row,))
    own = measured(cells={one: MeasuredCell(0.5) for one in cells})
    assert [one["difference"] for one in records(PaperTable(printed, [own])) if one["variant"]] == [""] * 3


def test_notes_that_readers_need_are_told():
    cell = PublishedCell(0.5, "50", note="printed in bold; misprint suspected: no k/130")
    row = PublishedRow("fr", "FR", "own-experiment", {UF1: cell})
    text = PaperTable(PublishedTable("fr", "Table 2", (UF1,), (row,)), []).as_markdown()
    assert "- [1] misprint suspected: no k/130" in text
    assert "bold" not in text
