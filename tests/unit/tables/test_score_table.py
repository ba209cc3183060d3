import io

import pandas as pd
import pytest

from mer.tables.score_table import Cell, Row, ScoreTable, ordered_scopes


@pytest.fixture
def table():
    return ScoreTable(
        title="T (p_1): 4 clips",
        rows=(
            Row(
                "Ours & co",
                "ours_1",
                "measured",
                "",
                2,
                {("composite", "uf1"): Cell(0.71254, 0.0125), ("samm", "uf1"): Cell(0.5, 0.0)},
            ),
            Row(
                "Theirs",
                "",
                "published",
                "fr Table 2",
                None,
                {("composite", "uf1"): Cell(0.75, remark="odd")},
            ),
            Row("Other", "o", "not run", "", None, remark="not run: needs frames"),
            Row("Fourth", "", "published", "fr Table 2", None, {("samm", "uf1"): Cell(0.6, remark="odd")}),
        ),
        notes=("pooled",),
        papers=("fr",),
    )


def test_markdown_has_four_digits_and_numbered_remarks(table):
    lines = table.as_markdown().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert cells[0] == ["Method", "Variant", "Kind", "Seeds", "Composite UF1", "SAMM UF1"]
    assert cells[2] == ["Ours & co", "ours_1", "measured", "2", "0.7125 ± 0.0125", "0.5000 ± 0.0000"]
    assert cells[3] == ["Theirs", "–", "published", "–", "0.7500 [1]", "–"]
    assert cells[4] == ["Other [2]", "o", "not run", "–", "–", "–"]
    assert cells[5][-1] == "0.6000 [1]"
    assert lines[-4:-1] == ["- [1] odd", "- [2] not run: needs frames", "- pooled"]
    assert lines[-1].startswith("- Published (fr): Zhou et al.")


def test_csv_has_full_precision_and_no_blank_columns(table):
    rows = pd.read_csv(io.StringIO(table.as_csv()))
    assert rows["composite_uf1"].tolist()[:2] == [0.71254, 0.75]
    assert rows["composite_uf1_sd"][0] == 0.0125
    assert rows["remark"].tolist()[1:] == ["odd", "not run: needs frames", "odd"]
    assert "composite_uar" not in rows


def test_latex_escapes_and_uses_booktabs(table):
    text = table.as_latex()
    assert r"Ours \& co & ours\_1 & measured" in text
    assert r"\toprule" in text
    assert r"0.7500\textsuperscript{1}" in text
    assert r"0.7125 $\pm$ 0.0125" in text
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}") == 1
    assert text.index("pooled") > text.index(r"\end{tabular}")
    assert r"\multicolumn{4}{c}{}" in text


def test_scopes_are_ordered_as_in_the_papers():
    assert ordered_scopes(["zebra", "samm", "composite", "smic_hs", "demo"]) == [
        "composite",
        "smic_hs",
        "samm",
        "demo",
        "zebra",
    ]
