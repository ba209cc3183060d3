"""Mean ranks on an axis, by the example of the twelve experiments of CDMER and by hand."""

import numpy as np
import pandas as pd
import pytest

from mer.core.errors import DataError
from mer.figures.critical_difference import critical_difference
from mer.figures.page import BLUE, COLUMN, GREY, PAGE
from tests.unit.figures.conftest import VARIANTS, drawn_texts


@pytest.fixture
def scores():
    """The first method always wins; the others take turns."""
    rows = [[0.9, 0.5, 0.4, 0.3], [0.9, 0.4, 0.3, 0.5], [0.9, 0.3, 0.5, 0.4]] * 4
    return pd.DataFrame(rows, columns=["best", "a", "b", "c"])


def test_methods_stand_by_their_mean_ranks(scores):
    figure = critical_difference(scores, "t", baseline="a")
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert shown[:4] == ["best (1.00)", "a (baseline) (3.00)", "(3.00) c", "(3.00) b"]
    marks = [tuple(marks.get_offsets()[0]) for marks in figure.axes[0].collections]
    assert sorted(marks) == [(1, 0), (3, 0), (3, 0), (3, 0)]


def test_bars_join_what_is_not_told_apart(scores):
    """Four methods on twelve tasks: q = 2.569, critical difference 1.354, which 2 ranks exceed."""
    figure = critical_difference(scores, "t")
    bars = [line for line in figure.axes[0].lines if line.get_color() == BLUE]
    assert [set(bar.get_xdata()) for bar in bars] == [{3}]
    assert "critical difference 1.35" in [text.get_text() for text in figure.axes[0].texts]
    (scale,) = [line for line in figure.axes[0].lines if line.get_color() == GREY]
    np.testing.assert_allclose(scale.get_xdata(), [1, 2.354], atol=0.001)
    together = critical_difference(scores[:5].assign(best=[0.1, 0.9, 0.1, 0.9, 0.1]), "t")
    (bar,) = [line for line in together.axes[0].lines if line.get_color() == BLUE]
    assert len(bar.get_xdata()) == 4


def test_few_short_names_take_a_column_and_many_a_page(scores):
    assert critical_difference(scores, "t").get_figwidth() == COLUMN
    assert critical_difference(scores.rename(columns={"a": VARIANTS[-2]}), "t").get_figwidth() == PAGE


@pytest.mark.parametrize("many", [False, True])
def test_texts_can_be_read_and_do_not_meet(scores, many):
    if many:
        rng = np.random.default_rng(0)
        scores = pd.DataFrame(rng.normal(size=(12, len(VARIANTS))), columns=VARIANTS)
    figure = critical_difference(scores, "Mean ranks of variants over databases: a sweep", stand_in=True)
    texts = drawn_texts(figure)
    boxes = [text.get_window_extent().padded(-1) for text in texts]
    for number, (text, box) in enumerate(zip(texts, boxes, strict=True)):
        assert text.get_fontsize() >= 7
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert not [other for other in boxes[:number] if box.overlaps(other)], text.get_text()


def test_too_few_methods_or_tasks_are_refused(scores):
    message = "tell nothing: it takes at least 3 methods and 5 tasks"
    with pytest.raises(DataError, match=f"Ranks of 2 methods over 12 tasks {message}"):
        critical_difference(scores[["a", "b"]], "t")
    with pytest.raises(DataError, match=f"Ranks of 4 methods over 4 tasks {message}"):
        critical_difference(scores[:4], "t")


def test_a_missing_score_is_refused(scores):
    scores.loc[3, "a"] = np.nan
    with pytest.raises(DataError, match="needs a score on every task"):
        critical_difference(scores, "t")
