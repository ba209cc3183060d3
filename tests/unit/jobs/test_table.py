import pandas as pd
import pytest

from mer.artefacts.scores import SCORE_COLUMNS, write_rows
from mer.core.errors import DataError, IncompleteRunError
from mer.jobs import table
from mer.jobs.table import score_table
from mer.sweep.specs.tables import TableRow, TableSpec


def measured(source="real", variants=("majority", "net"), seeds=(0, 1), value=0.7):
    return pd.DataFrame(
        [
            {
                "protocol": "p", "task": "three_class", "variant": variant, "selection": "last",
                "method": "majority" if variant == "majority" else "ststnet",
                "source": source, "seed": seed, "scope": scope, "metric": metric, "value": value + seed / 10,
                "n_clips": 442 if scope == "composite" else 100, "n_subjects": 68, "n_folds": 68, "n_left_out": 0,
            }
            for variant in variants for seed in seeds
            for scope in ("composite", "samm") for metric in ("uf1", "uar", "war")
        ]
    )  # fmt: skip


def spec(rows=None, notes=()):
    rows = rows or (
        TableRow(variant="majority", method="Majority class"),
        TableRow(variant="net", method="STSTNet", published="ststnet"),
    )
    return TableSpec(
        protocol="p",
        title="MEGC 2019 composite",
        published="cde2019",
        pooling="pooled",
        metrics=("uf1", "uar", "war"),
        rows=rows,
        notes=notes,
        revision="",
    )


def test_measured_rows_stand_under_the_published_one_of_their_method():
    made = score_table(spec(), measured())
    kinds = [(row.method, row.kind) for row in made.rows]
    assert kinds[0] == ("Majority class", "measured")
    place = kinds.index(("STSTNet", "published, cited"))
    assert kinds[place + 1] == ("STSTNet", "measured")
    assert made.title == "MEGC 2019 composite (p): 442 clips, 68 subjects, 68 folds"
    assert made.papers == ("fr",)


def test_numbers_that_a_paper_measured_of_others_are_called_reproduced():
    made = score_table(spec().model_copy(update={"published": "single-casme2-5"}), measured())
    assert "published, reproduced" in {row.kind for row in made.rows}


def test_means_and_deviations_are_over_seeds():
    row = score_table(spec(), measured()).rows[0]
    assert row.n_seeds == 2
    assert row.cells["composite", "uf1"].mean == pytest.approx(0.75)
    assert row.cells["composite", "uf1"].sd == pytest.approx(0.0707, abs=1e-4)
    single = score_table(spec(), measured(seeds=(0,))).rows[0]
    assert single.cells["composite", "uf1"].sd is None


def test_stand_ins_are_never_set_beside_published_numbers():
    made = score_table(spec(), measured(source="stand_in"))
    assert {row.data for row in made.rows} == {"stand_in"}
    assert ",stand_in," in made.as_csv().splitlines()[1]
    assert {row.kind for row in made.rows} == {"measured"}
    assert any(note.startswith("Stand-in data") for note in made.notes)
    assert not any(note.startswith("Stand-in") for note in score_table(spec(), measured()).notes)


def test_a_partial_copy_says_so():
    assert "only 3 clips" in score_table(spec(notes=("only 3 clips",)), measured()).notes


def test_a_skipped_variant_is_a_row_with_its_reason():
    rows = (
        TableRow(variant="net", method="STSTNet", published="ststnet"),
        TableRow(variant="lbp", method="LBP-TOP", published="lbp-top", skipped="needs frames"),
    )
    made = score_table(spec(rows), measured(variants=("net",)))
    row = next(row for row in made.rows if row.variant == "lbp")
    assert (row.kind, row.remark, row.cells) == ("not run", "not run: needs frames", {})


def test_missing_scores_are_an_error_and_nothing_is_written(tmp_path):
    write_rows(tmp_path / "s.csv", measured(variants=("majority",)), SCORE_COLUMNS)
    with pytest.raises(IncompleteRunError, match="No scores on p for these variants:\n  net"):
        table.run(spec(), [tmp_path / "s.csv"], [tmp_path / "t.md"])
    assert not (tmp_path / "t.md").exists()


def test_real_and_stand_in_scores_cannot_share_a_table(tmp_path):
    for source, name in (("real", "majority"), ("stand_in", "net")):
        write_rows(tmp_path / f"{name}.csv", measured(source, (name,)), SCORE_COLUMNS)
    with pytest.raises(IncompleteRunError, match="real and stand-in data cannot share a table"):
        table.run(spec(), [tmp_path / "majority.csv", tmp_path / "net.csv"], [tmp_path / "t.md"])


def test_only_the_metrics_of_the_protocol_are_shown(tmp_path):
    scores = pd.concat([measured(), measured().assign(metric="recall_negative")])
    costs = measured().query("metric == 'war'").assign(metric="exec_seconds")
    write_rows(tmp_path / "s.csv", pd.concat([scores, costs]), SCORE_COLUMNS)
    shown = spec().model_copy(update={"metrics": ("war",), "published": None})
    table.run(shown, [tmp_path / "s.csv"], [tmp_path / "t.csv"])
    columns = pd.read_csv(tmp_path / "t.csv").columns
    assert {name for name in columns if name.startswith("composite")} == {
        "composite_war", "composite_war_sd", "composite_exec_seconds", "composite_exec_seconds_sd",
    }  # fmt: skip


def test_all_formats_are_written(tmp_path):
    write_rows(tmp_path / "s.csv", measured(), SCORE_COLUMNS)
    outputs = [tmp_path / f"t.{suffix}" for suffix in ("csv", "md", "tex")]
    table.run(spec(), [tmp_path / "s.csv"], outputs)
    assert all("STSTNet" in path.read_text() for path in outputs)


def test_scores_in_another_form_are_refused(tmp_path):
    (tmp_path / "s.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"s.csv: expected the columns protocol, task"):
        table.run(spec(), [tmp_path / "s.csv"], [tmp_path / "t.md"])
