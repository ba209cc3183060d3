"""What is drawn where: bars of classes and folds, dots with intervals."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from mer.core.errors import DataError
from mer.figures.class_bars import class_bars
from mer.figures.fold_bars import fold_bars
from mer.figures.numbers import accuracies, class_scores
from mer.figures.page import BLUE, ORANGE, VERMILION
from mer.figures.parameter_sweep import parameter_sweep
from mer.figures.score_intervals import score_intervals
from mer.figures.selection_gap import selection_gap
from tests.unit.figures.conftest import CLASSES, VARIANTS


def names(axis, which="y"):
    labels = axis.get_yticklabels() if which == "y" else axis.get_xticklabels()
    return [label.get_text().replace("\n", "") for label in labels]


def test_each_class_has_two_bars_for_each_variant(many):
    scores = class_scores(many, CLASSES)
    figure = class_bars(scores, "t", baseline="flow_svm")
    panels = [axis for axis in figure.axes if axis.axison]
    assert [axis.get_title() for axis in panels] == [
        f"{name} (n = {n})" for name, n in zip(CLASSES, (26, 26, 24), strict=True)
    ]
    for axis, name in zip(panels, CLASSES, strict=True):
        recalls, f1s = axis.containers
        for bars, metric, colour in ((recalls, "recall", BLUE), (f1s, "f1", ORANGE)):
            rows = scores[(scores["metric"] == metric) & (scores["class"] == name)]
            np.testing.assert_allclose([bar.get_width() for bar in bars], rows["value"])
            assert {to_hex(bar.get_edgecolor()).upper() for bar in bars} == {colour}
        assert recalls[0].get_y() < f1s[0].get_y()
    assert names(panels[0])[1] == "flow_svm (baseline)"
    assert panels[0].get_ylim() == (len(VARIANTS) - 0.5, -0.5)  # the first on top


def test_bars_of_oracles_are_hollow(many):
    for figure in (class_bars(class_scores(many, CLASSES), "t"), fold_bars(accuracies(many, "fold"), "t")):
        colours = [to_hex(bar.get_facecolor()) for axis in figure.axes for bar in axis.patches]
        assert 0 < colours.count("#ffffff") < len(colours) / 4


def test_a_panel_for_each_variant_has_a_bar_for_each_fold_and_their_mean():
    rows = [("v", "last", fold, value) for fold, value in enumerate([0.2, 0.6, 1.0])]
    rows += [("w", "oracle_test", fold, 0.5) for fold in range(3)]
    accuracies = pd.DataFrame(rows, columns=["variant", "selection", "fold", "accuracy"]).assign(n_clips=5)
    first, second = fold_bars(accuracies, "t").axes
    assert [bar.get_height() for bar in first.patches] == [0.2, 0.6, 1.0]
    assert first.lines[0].get_ydata() == pytest.approx([0.6, 0.6])
    assert (first.get_title(), second.get_title()) == ("v\nmean 0.600", "w (oracle)\nmean 0.500")
    assert names(first, "x") == ["1", "2", "3"]


def test_a_fold_that_a_variant_has_no_clip_of_is_empty():
    rows = [("v", "last", 0, 0.2), ("v", "last", 1, 0.6), ("w", "oracle_test", 1, 0.5)]
    accuracies = pd.DataFrame(rows, columns=["variant", "selection", "fold", "accuracy"]).assign(n_clips=5)
    first, second = fold_bars(accuracies, "t").axes
    assert [text.get_text() for text in first.texts] == []
    assert [(text.get_text(), text.get_position()[0]) for text in second.texts] == [("–", 0)]
    assert second.get_title() == "w (oracle)\nmean 0.500"


def test_panels_above_empty_places_have_numbers(many):
    rows = class_scores(many, CLASSES)
    more = [rows.assign(**{"class": rows["class"] + end}) for end in ("", "2")]
    figure = class_bars(pd.concat(more), "t")
    shown = [axis.xaxis.get_tick_params()["labelbottom"] for axis in figure.axes if axis.axison]
    n_columns = figure.axes[0].get_subplotspec().get_gridspec().ncols
    assert len(shown) == 6
    assert shown == [number + n_columns >= 6 for number in range(6)]


def test_more_folds_than_bars_can_show_are_refused():
    accuracies = pd.DataFrame({"variant": "v", "selection": "last", "fold": range(13), "accuracy": 0.5})
    with pytest.raises(DataError, match="13 folds cannot be told apart as bars, at most 12 can"):
        fold_bars(accuracies, "t")


def test_scores_are_sorted_and_marked(made_up):
    rows = made_up.intervals(
        ("bad", "last", 0.3, 0.2, 0.4),
        ("best", "oracle_test", 0.8, 0.7, 0.9),
        ("base", "last", 0.5, 0.45, 0.55),
    )
    figure = score_intervals(rows, "t", baseline="base")
    (axis,) = figure.axes
    assert axis.get_title() == "CASME II\n24 subjects"
    assert names(axis) == ["best (oracle)", "base (baseline)", "bad"]
    assert axis.get_ylim() == (2.5, -0.5)
    bars = {
        line.get_ydata()[0]: line
        for line in axis.lines
        if len(line.get_xdata()) == 2 and line.get_linestyle() == "-"
    }
    assert {place: tuple(line.get_xdata()) for place, line in bars.items()} == {
        0: (0.7, 0.9), 1: (0.45, 0.55), 2: (0.2, 0.4)
    }  # fmt: skip
    dots = {line.get_ydata()[0]: line for line in axis.lines if len(line.get_xdata()) == 1}
    assert [dots[place].get_xdata()[0] for place in range(3)] == [0.8, 0.5, 0.3]
    assert [dots[place].get_marker() for place in range(3)] == ["o", "D", "o"]
    assert dots[0].get_markerfacecolor() == "white"
    assert dots[0].get_color() == VERMILION
    assert dots[2].get_markerfacecolor() == BLUE
    (reference,) = [line for line in axis.lines if line.get_linestyle() == "--"]
    assert set(reference.get_xdata()) == {0.5}
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["baseline", "oracle, no result: epoch chosen on the test clips"]


def test_every_scope_has_a_panel_the_composite_first_and_sorts_them(made_up):
    composite = made_up.intervals(
        ("a", "last", 0.3, 0.2, 0.4), ("b", "last", 0.6, 0.5, 0.7), scope="composite"
    )
    samm = made_up.intervals(("a", "last", 0.9, 0.8, 1), ("b", "last", 0.1, 0, 0.2), scope="samm")
    figure = score_intervals(pd.concat([samm, composite]), "t")
    assert [axis.get_title().split("\n")[0] for axis in figure.axes] == ["Composite", "SAMM"]
    assert names(figure.axes[0]) == ["b", "a"]
    assert not figure.legends
    assert figure.get_figwidth() == 7
    assert score_intervals(samm, "t").get_figwidth() == 3.4


def test_a_score_without_an_interval_is_a_dot_alone(made_up):
    rows = made_up.intervals(("a", "last", 0.3, np.nan, np.nan), ("b", "last", 0.6, 0.5, 0.7))
    (axis,) = score_intervals(rows, "t").axes
    assert sum(len(line.get_xdata()) == 1 for line in axis.lines) == 2
    assert axis.get_xlim() == pytest.approx((0.27, 0.73))


@pytest.fixture
def gap_tables():
    scores = pd.DataFrame(
        [("FR", "last", 0.5), ("FR", "inner_val", 0.45), ("FR", "oracle_test", 0.7), ("CapsuleNet", "last", 0.4), ("CapsuleNet", "oracle_test", 0.6)],
        columns=["method", "selection", "value"],
    )  # fmt: skip
    gaps = pd.DataFrame(
        [("FR", "inner_val", 0.25, 0.2, 0.3), ("FR", "last", 0.2, 0.1, 0.3), ("CapsuleNet", "last", 0.2, np.nan, np.nan)],
        columns=["method", "selection", "value", "low", "high"],
    )  # fmt: skip
    return scores.assign(metric="uf1"), gaps


def test_the_gap_stands_beside_the_scores_it_is_of(gap_tables):
    figure = selection_gap(*gap_tables, "t")
    left, right = figure.axes
    assert names(left) == ["FR", "CapsuleNet"]
    dots = [(line.get_ydata()[0], line.get_xdata()[0]) for line in left.lines if len(line.get_xdata()) == 1]
    assert dots == [(0, 0.5), (0, 0.45), (0, 0.7), (1, 0.4), (1, 0.6)]
    hollow = [line.get_xdata()[0] for line in left.lines if line.get_markerfacecolor() == "white"]
    assert hollow == [0.7, 0.6]
    gaps = [
        (line.get_ydata()[0], line.get_xdata()[0]) for line in right.lines if line.get_marker() in ("o", "s")
    ]
    # The gap to the last epoch above the one to held-out subjects; a lone one in the middle.
    assert gaps == [(pytest.approx(-0.1), 0.2), (pytest.approx(0.1), 0.25), (1, 0.2)]
    assert right.get_xlabel() == "UF1 gained by the oracle"
    assert "no result" in [text.get_text() for text in figure.legends[0].get_texts()][2]


def test_a_series_is_a_line_by_its_number_with_intervals():
    rows = [(0.9, 0.6, 0.5, 0.7), (0.1, 0.4, 0.3, 0.6), (0.5, 0.5, np.nan, np.nan)]
    points = pd.DataFrame(rows, columns=["number", "value", "low", "high"]).assign(
        series="FR", setting="proposal_weight", selection="last", metric="uf1"
    )
    (axis,) = parameter_sweep(points, "t").axes
    line, _, (bars,) = axis.containers[0]
    assert line.get_xydata().tolist() == [[0.1, 0.4], [0.5, 0.5], [0.9, 0.6]]
    np.testing.assert_allclose(bars.get_segments()[0], [[0.1, 0.3], [0.1, 0.6]])
    assert (axis.get_title(), axis.get_xlabel(), axis.get_xscale()) == ("FR", "proposal_weight", "linear")


def test_numbers_of_many_sizes_have_a_logarithmic_axis():
    points = pd.DataFrame({"number": [1e-4, 1e-3, 1e-2], "value": 0.5, "low": 0.4, "high": 0.6}).assign(
        series="STSTNet (oracle)", setting="lr", selection="oracle_test", metric="uf1"
    )
    (axis,) = parameter_sweep(points, "t").axes
    assert axis.get_xscale() == "log"
    assert axis.lines[0].get_markerfacecolor() == "white"
