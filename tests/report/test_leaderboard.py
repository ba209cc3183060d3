"""Ranks, means and spreads by hand, and files that do not agree."""

import pandas as pd
import pytest

from mer.core.errors import DataError, IncompleteRunError
from mer.report.contents import read_contents
from mer.report.leaderboard import read_leaderboard
from tests.report.conftest import VARIANTS, Variant, write_sweep


@pytest.fixture
def board(results):
    return read_leaderboard(read_contents(results, "mine"), "p")


def row(board, variant):
    (found,) = (one for one in (*board.lines, *board.oracles, *board.not_run) if one.variant == variant)
    return found


def test_means_and_deviations_are_over_seeds(board):
    score = row(board, "net").scores[0]
    assert score.mean == pytest.approx(0.72)
    assert score.sd == pytest.approx(0.02)
    assert (score.low, score.high) == (pytest.approx(0.66), pytest.approx(0.77))
    assert row(board, "net").scores[1].mean == pytest.approx(0.74)  # UAR
    assert row(board, "net").scores[1].low is None


def test_only_honest_measured_rows_are_ranked(board):
    ranks = {one.variant or one.method: one.rank for one in (*board.lines, *board.oracles, *board.not_run)}
    measured = {name: rank for name, rank in ranks.items() if rank is not None}
    assert measured == {"better": 1, "net": 2, "majority": 3}
    assert ranks["oracle"] is None
    assert ranks["EMR"] is None
    assert [one.variant for one in board.oracles] == ["oracle"]
    assert not any(one.kind == "oracle" for one in board.lines)


def test_rows_begin_with_the_best_score(board):
    means = [one.scores[0].mean for one in board.lines]
    assert means == sorted(means, reverse=True)
    # EMR, the best published one, 0.7885; RCN-A, (0.75 + 0.75 + 0.78) / 3.
    assert means[0] == 0.7885
    assert 0.76 in [pytest.approx(mean) for mean in means]


def test_equal_scores_share_a_rank(tmp_path):
    same = {
        name: Variant(name, {0: value}) for name, value in {"a": 0.5, "b": 0.7, "c": 0.5, "d": 0.1}.items()
    }
    write_sweep(tmp_path, variants=same)
    board = read_leaderboard(read_contents(tmp_path / "results", "mine"), "p")
    assert {one.variant: one.rank for one in board.lines if one.variant} == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_published_rows_keep_their_source_and_kind(board):
    published = [one for one in board.lines if not one.variant]
    assert {one.short_kind for one in published} == {"published", "cited"}
    (emr,) = (one for one in published if one.method == "EMR")
    assert emr.source == "fr Table 2"
    assert emr.n_seeds is None
    assert emr.scores[0].sd is None


def test_rows_that_were_not_run_say_why(board):
    (only,) = board.not_run
    assert only.remark == "not run: smic_hs has no annotated apex"
    assert set(only.scores) == {None}


def test_the_best_measured_number_is_neither_published_nor_an_oracles(board):
    assert board.best[0] == pytest.approx(0.76)


def test_the_axis_holds_every_first_score_and_interval(board):
    low, high = board.axis
    assert (low, high) == (0.1, 1.0)  # of the majority class, 0.25 - 0.06; of the oracle, 0.91 + 0.05


def test_columns_are_those_of_the_table(board):
    assert [column.title for column in board.columns][:4] == [
        "Composite UF1", "Composite UAR", "SMIC-HS UF1", "SMIC-HS UAR",
    ]  # fmt: skip
    assert board.scopes == [("Composite", 2), ("SMIC-HS", 3), ("CASME II", 2), ("SAMM", 2)]
    assert board.kinds == {"measured": 3, "published": 4, "cited": 10, "oracle": 1, "not run": 1}
    assert board.title == "MEGC 2019 composite (p): 442 clips, 68 subjects, 68 folds"
    assert not any(note.startswith("[") for note in board.notes)
    assert any(note.startswith("Published (fr): Zhou et al.") for note in board.notes)


def test_without_intervals_and_with_one_seed_only_means_are_there(tmp_path):
    write_sweep(tmp_path, variants={"net": Variant("STSTNet", {0: 0.7})}, intervals=False)
    board = read_leaderboard(read_contents(tmp_path / "results", "mine"), "p")
    score = row(board, "net").scores[0]
    assert (score.sd, score.low, score.high) == (None, None, None)
    assert not board.has_intervals
    assert not board.has_spread


def test_a_table_without_measured_rows_is_shown(tmp_path):
    write_sweep(tmp_path, variants=VARIANTS)
    folder = tmp_path / "results/mine"
    frame = pd.read_csv(folder / "tables/p.csv")
    frame[~frame["kind"].isin(["measured", "oracle"])].to_csv(folder / "tables/p.csv", index=False)
    contents = read_contents(tmp_path / "results", "mine")
    with pytest.raises(IncompleteRunError, match="not of the same variants: better, majority, net, oracle"):
        read_leaderboard(contents, "p")
    contents.runs["p"].clear()
    (folder / "intervals/p.csv").unlink()
    board = read_leaderboard(contents, "p")
    assert board.source == ""
    assert board.best[0] is None


def test_a_table_of_other_scores_is_refused(results):
    path = results / "mine/scores/p/net.csv"
    path.write_text(path.read_text().replace(",0.74,", ",0.75,"))
    with pytest.raises(IncompleteRunError, match="is not made of the scores beside it") as caught:
        read_leaderboard(read_contents(results, "mine"), "p")
    assert "net, Composite UF1" in str(caught.value)


def test_intervals_of_other_scores_are_refused(results):
    path = results / "mine/intervals/p.csv"
    path.write_text(path.read_text().replace("p,better,last,composite,uf1", "p,former,last,composite,uf1"))
    with pytest.raises(IncompleteRunError, match="is not of the scores beside it") as caught:
        read_leaderboard(read_contents(results, "mine"), "p")
    assert "former has no scores" in str(caught.value)
    frame = pd.read_csv(path).replace("former", "better")
    frame.loc[frame["variant"] == "net", "value"] = 0.73
    frame.to_csv(path, index=False)
    with pytest.raises(IncompleteRunError, match="net, composite uf1: around 0.73, the scores say 0.72"):
        read_leaderboard(read_contents(results, "mine"), "p")


def test_intervals_may_be_missing_where_there_are_too_few_subjects(results):
    path = results / "mine/intervals/p.csv"
    frame = pd.read_csv(path)
    frame.loc[frame["variant"] == "net", ["low", "high"]] = float("nan")
    # A metric that the protocol does not report is of no use to the leaderboard.
    more = frame.assign(metric="war", value=0.9)
    pd.concat([frame, more]).to_csv(path, index=False)
    board = read_leaderboard(read_contents(results, "mine"), "p")
    assert row(board, "net").scores[0].low is None
    assert row(board, "better").scores[0].low == pytest.approx(0.70)


def test_intervals_without_their_columns_are_damaged(results):
    (results / "mine/intervals/p.csv").write_text("variant,low\nnet,0.1\n")
    with pytest.raises(DataError, match="intervals/p.csv: not a table of intervals"):
        read_leaderboard(read_contents(results, "mine"), "p")


def test_real_and_stand_in_scores_never_share_a_leaderboard(results):
    path = results / "mine/scores/p/net.csv"
    path.write_text(path.read_text().replace(",real,", ",stand_in,"))
    with pytest.raises(IncompleteRunError, match="real and stand-in data cannot share a leaderboard"):
        read_leaderboard(read_contents(results, "mine"), "p")


def test_a_damaged_table_is_named(results):
    (results / "mine/tables/p.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"tables/p.csv: no column method, kind. Run the workflow again."):
        read_leaderboard(read_contents(results, "mine"), "p")
