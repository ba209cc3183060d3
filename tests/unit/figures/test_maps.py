"""Matrices of pairs and subjects, maps of features, curves over epochs."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from mer.core.errors import DataError
from mer.figures.feature_map import Points, embedded, feature_map
from mer.figures.page import BLACK
from mer.figures.pairwise import pairwise
from mer.figures.subject_difficulty import subject_difficulty
from mer.figures.training_curves import training_curves

CLASSES = ("negative", "positive", "surprise")


@pytest.fixture
def comparisons():
    """Scores 0.6, 0.4 and 0.3: b leads, then a, then c."""
    rows = [("a", "b", -0.2, 0.0004, 0.0012), ("a", "c", 0.1, 0.04, 0.08), ("b", "c", 0.3, np.nan, np.nan)]
    return pd.DataFrame(rows, columns=["first", "second", "difference", "p", "p_adjusted"]).assign(
        metric="uf1"
    )


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_a_cell_is_its_column_less_its_row_with_p_beneath(comparisons):
    figure = pairwise(comparisons, "t", baseline="a")
    axis, colours = figure.axes
    assert labels(axis.get_xticklabels()) == ["b", "a (baseline)"]
    assert labels(axis.get_yticklabels()) == ["a (baseline)", "c"]
    written = {tuple(text.get_position()): text.get_text() for text in axis.texts}
    assert written == {(0.5, 1.5): ".20\n<.001", (0.5, 2.5): ".30\n–", (1.5, 2.5): ".10\n.040"}
    assert colours.get_ylabel() == "UF1 of column less row"


def test_significant_differences_are_framed(comparisons):
    axis = pairwise(comparisons, "t").axes[0]
    frames = [patch for patch in axis.patches if isinstance(patch, Rectangle)]
    assert [(int(frame.get_x()), int(frame.get_y())) for frame in frames] == [(0, 1)]
    assert len([p for p in pairwise(comparisons, "t", alpha=0.1).axes[0].patches]) == 2


def test_a_missing_or_doubled_pair_is_refused(comparisons):
    with pytest.raises(DataError, match="Expected each of 3 pairs of 3 variants once, got 2 rows of 2 pairs"):
        pairwise(comparisons[:2], "t")
    with pytest.raises(DataError, match="got 4 rows of 3 pairs"):
        pairwise(pd.concat([comparisons, comparisons[:1]]), "t")


def test_the_hardest_subject_is_on_top_with_the_number_of_its_clips():
    rows = [
        ("v", "s1", 0.9, 10), ("w", "s1", 0.7, 10),
        ("v", "s2", 0.1, 3), ("w", "s2", 0.5, 3),
        ("v", "s3", 0.6, 4),
    ]  # fmt: skip
    shares = pd.DataFrame(rows, columns=["variant", "subject", "accuracy", "n_clips"])
    shares = shares.assign(database="samm", subject="samm:" + shares["subject"], selection="last")
    shares.loc[shares["variant"] == "w", "selection"] = "oracle_test"
    axis = subject_difficulty(shares, "t", baseline="v").axes[0]
    assert axis.get_title() == "SAMM\nsubjects (clips)"
    assert labels(axis.get_yticklabels()) == ["s2 (3)", "s3 (4)", "s1 (10)"]
    assert labels(axis.get_xticklabels()) == ["v (baseline)", "w (oracle)", "mean of all"]
    cells = np.ma.filled(axis.collections[0].get_array().reshape(3, 3).astype(float), np.nan)
    np.testing.assert_allclose(cells, [[0.1, 0.5, 0.3], [0.6, np.nan, 0.6], [0.9, 0.7, 0.8]])


def test_of_very_many_subjects_some_are_named_and_all_are_drawn():
    shares = pd.DataFrame(
        {"subject": [f"dfme:{n:03d}" for n in range(600)], "accuracy": np.linspace(0, 1, 600)}
    )
    shares = shares.assign(variant="v", selection="last", database="dfme", n_clips=2)
    figure = subject_difficulty(shares, "t")
    assert figure.get_figheight() <= 9
    assert figure.axes[0].collections[0].get_array().size == 1200
    assert 20 < len(figure.axes[0].get_yticklabels()) < 80


def test_very_long_names_and_many_databases_are_drawn():
    rows = [(f"d{d}", f"d{d}:s{s}", 0.5) for d in range(5) for s in range(16)]
    shares = pd.DataFrame(rows, columns=["database", "subject", "accuracy"])
    shares = shares.assign(variant="v" * 60, selection="last", n_clips=2)
    for baseline in ("", "v" * 60):
        figure = subject_difficulty(shares, "t", baseline=baseline)
        assert [axis.collections[0].get_array().size for axis in figure.axes[:5]] == [32] * 5


@pytest.fixture
def curve_tables():
    values = {0: [0.2, 0.4, 0.3], 1: [0.4, 0.6, 0.5]}
    curves = pd.DataFrame(
        [("v", "uf1", seed, epoch, value) for seed, line in values.items() for epoch, value in enumerate(line, 1)],
        columns=["variant", "metric", "seed", "epoch", "value"],
    )  # fmt: skip
    choices = pd.DataFrame({"variant": "v", "seed": 0, "fold": [0, 1, 2], "epoch": [2, 1, 2]})
    return curves, choices, pd.DataFrame({"variant": ["v"], "value": [0.7]})


def test_curves_end_at_the_epoch_that_counts_and_show_what_the_oracle_chose(curve_tables):
    figure = training_curves(*curve_tables, "Scores by epoch")
    (axis,) = figure.axes
    assert figure.get_suptitle() == "Scores by epoch\nno result, as test clips are looked at"
    *seeds, mean, last, oracle = axis.lines
    assert [list(line.get_ydata()) for line in seeds] == [[0.2, 0.4, 0.3], [0.4, 0.6, 0.5]]
    np.testing.assert_allclose(mean.get_ydata(), [0.3, 0.5, 0.4])
    assert (last.get_xdata()[0], last.get_ydata()[0], last.get_marker()) == (3, pytest.approx(0.4), "o")
    assert set(oracle.get_ydata()) == {0.7}
    marks = [segment[0][0] for segment in axis.collections[0].get_segments()]
    assert marks == [1, 2, 2]


def test_a_single_seed_has_one_line(curve_tables):
    curves, *others = curve_tables
    figure = training_curves(curves[curves["seed"] == 0], *others, "t")
    assert len(figure.axes[0].lines) == 3
    assert "each seed" not in labels(figure.legends[0].get_texts())


@pytest.fixture
def clips():
    """Thirty clips in three well separated groups."""
    rng = np.random.default_rng(0)
    kinds = np.repeat(np.arange(3), 10)
    features = rng.normal(size=(30, 8)) + 20 * np.eye(8)[kinds]
    points = Points(
        labels=[CLASSES[kind] for kind in kinds],
        databases=["samm" if number % 2 else "casme2" for number in range(30)],
        held_out=np.arange(30) % 10 == 0,
    )
    return features, points


def test_equal_streams_give_equal_maps_and_neighbours_stay_together(clips):
    features, _ = clips
    places = embedded(features, np.random.default_rng(1))
    np.testing.assert_array_equal(places, embedded(features, np.random.default_rng(1)))
    assert not np.array_equal(places, embedded(features, np.random.default_rng(2)))
    middles = places.reshape(3, 10, 2).mean(axis=1)
    nearest = np.linalg.norm(places[:, None] - middles, axis=2).argmin(axis=1)
    assert nearest.tolist() == np.repeat(np.arange(3), 10).tolist()


def test_held_out_clips_have_a_dark_edge_and_databases_their_marks(clips):
    features, points = clips
    figure = feature_map(
        features, features[:, :4], points, "t", np.random.default_rng(0), classes=CLASSES, panels=("z", "z'")
    )
    for axis, title in zip(figure.axes, ("z", "z'"), strict=True):
        assert axis.get_title() == title
        sizes = [len(group.get_offsets()) for group in axis.collections]
        # Learned from: CASME II, SAMM; held out: CASME II (0, 10, 20 are even), none of SAMM.
        assert sizes == [12, 15, 3, 0]
        np.testing.assert_allclose(axis.collections[2].get_edgecolors(), [[0, 0, 0, 1]])
        assert len(axis.collections[0].get_edgecolors()) == 0
        assert len({tuple(colour) for colour in axis.collections[1].get_facecolors()}) == 3
    named = labels(figure.legends[0].get_texts())
    assert named == [*CLASSES, "CASME II", "SAMM", "held out", "learned from"]
    assert BLACK in [handle.get_markeredgecolor() for handle in figure.legends[0].legend_handles]


def test_features_of_too_few_or_other_clips_are_refused(clips):
    features, points = clips
    rng = np.random.default_rng(0)
    with pytest.raises(
        DataError, match=r"features of shape \(N, D\) of at least 5 clips, N = 30, got \(29, 8\)"
    ):
        feature_map(features, features[1:], points, "t", rng, classes=CLASSES)
    features[3, 3] = np.inf
    with pytest.raises(DataError, match="Features must be finite numbers"):
        feature_map(features, features, points, "t", rng, classes=CLASSES)
