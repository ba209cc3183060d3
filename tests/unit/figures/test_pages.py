"""What holds for every figure: it fits a page, can be read, says what it must, and is the same every time."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from mer.figures.class_bars import class_bars
from mer.figures.confusion_figure import confusion_figure
from mer.figures.feature_map import Points, feature_map
from mer.figures.figure_file import save_figure
from mer.figures.fold_bars import fold_bars
from mer.figures.numbers import accuracies, class_scores
from mer.figures.page import COLUMN, PAGE, STAND_IN, broken, row_height
from mer.figures.pairwise import pairwise
from mer.figures.parameter_sweep import parameter_sweep
from mer.figures.score_intervals import score_intervals
from mer.figures.selection_gap import selection_gap
from mer.figures.subject_difficulty import subject_difficulty
from mer.figures.training_curves import training_curves
from tests.unit.figures.conftest import CLASSES, VARIANTS, drawn_texts, predictions

TITLE = "What is shown: Composite of MEGC 2019 (megc2019_cde)"


def _per_class(variants, **about):
    return class_bars(class_scores(predictions(variants), CLASSES), **about)


def _fold_bars(variants, **about):
    return fold_bars(accuracies(predictions(variants), "fold"), **about)


def _subjects(variants, **about):
    return subject_difficulty(accuracies(predictions(variants), "database", "subject"), **about)


def _scores(variants, **about):
    rows = [
        (name, "oracle_test" if name == "best" else "last", scope, value, value - 0.1, value + 0.1)
        for scope in ("composite", "smic_hs", "casme2", "samm")
        for name, value in zip(variants, np.linspace(0.3, 0.8, len(variants)), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["variant", "selection", "scope", "value", "low", "high"])
    return score_intervals(frame.assign(metric="uf1", n_subjects=68), **about)


def _pairwise(variants, **about):
    rows = [
        (a, b, 0.05 * (j - i), 0.01 * (i + 1), 0.03 * (i + 1))
        for (i, a), (j, b) in combinations(enumerate(variants), 2)
    ]
    frame = pd.DataFrame(rows, columns=["first", "second", "difference", "p", "p_adjusted"])
    return pairwise(frame.assign(metric="uf1"), **about)


def _selection_gap(variants, **about):
    kinds = ("last", "inner_val", "oracle_test")
    scores = [(name, kind, 0.5 + 0.1 * place) for name in variants for place, kind in enumerate(kinds)]
    gaps = [(name, kind, 0.1, 0.05, 0.2) for name in variants for kind in kinds[:2]]
    return selection_gap(
        pd.DataFrame(scores, columns=["method", "selection", "value"]).assign(metric="uf1"),
        pd.DataFrame(gaps, columns=["method", "selection", "value", "low", "high"]),
        **about,
    )


def _training_curves(variants, **about):
    curves = [
        (name, seed, epoch, 0.4 + 0.001 * epoch)
        for name in variants
        for seed in (0, 1)
        for epoch in range(1, 201)
    ]
    choices = [(name, 0, fold, 10 * fold + 1) for name in variants for fold in range(20)]
    return training_curves(
        pd.DataFrame(curves, columns=["variant", "seed", "epoch", "value"]).assign(metric="uf1"),
        pd.DataFrame(choices, columns=["variant", "seed", "fold", "epoch"]),
        pd.DataFrame({"variant": variants, "value": 0.7}),
        **about,
    )


def _parameter_sweep(variants, **about):
    rows = [(name, 0.1 * number, 0.5, 0.4, 0.6) for name in variants for number in range(1, 10)]
    frame = pd.DataFrame(rows, columns=["series", "number", "value", "low", "high"])
    return parameter_sweep(frame.assign(setting="proposal_weight", selection="last", metric="uf1"), **about)


def _confusion(variants, **about):
    names = [f"{name[:20]}" for name in variants]
    rows = [(scope, 0, a, b, 7) for scope in ("composite", "samm") for a in names for b in names]
    frame = pd.DataFrame(rows, columns=["scope", "seed", "true", "predicted", "count"])
    return confusion_figure(frame, names, **about)


def _features(variants, **about):
    features = np.random.default_rng(0).normal(size=(40, 6))
    points = Points(
        [CLASSES[n % 3] for n in range(40)],
        [("casme2", "samm", "smic_hs")[n % 3] for n in range(40)],
        np.arange(40) < 4,
    )
    return feature_map(
        features, features[:, :3], points, rng=np.random.default_rng(0), classes=CLASSES, **about
    )


WITH_BASELINE = {
    "per_class": _per_class,
    "fold_bars": _fold_bars,
    "subjects": _subjects,
    "scores": _scores,
    "pairwise": _pairwise,
}
FIGURES = {
    **WITH_BASELINE,
    "selection_gap": _selection_gap,
    "training_curves": _training_curves,
    "parameter_sweep": _parameter_sweep,
    "confusion": _confusion,
    "features": _features,
}
# Variants that a figure is drawn of: few, and so many as the largest of our sweeps has.
FEW, MANY = VARIANTS[:2], VARIANTS


@pytest.fixture(params=FIGURES)
def draw(request):
    return FIGURES[request.param]


@pytest.fixture(
    scope="module",
    params=[(name, n) for name in FIGURES for n in ("few", "many")],
    ids=lambda case: "-".join(case),
)
def page(request):
    """A figure of stand-ins, and the texts that are seen on it."""
    name, n = request.param
    about = {"title": TITLE, "stand_in": True, **({"baseline": "flow_svm"} if name in WITH_BASELINE else {})}
    figure = FIGURES[name](FEW if n == "few" else MANY, **about)
    return figure, drawn_texts(figure), name


def test_a_figure_fits_a_page_and_its_texts_can_be_read(page):
    figure, texts, _ = page
    assert 2 < figure.get_figwidth() <= PAGE
    assert figure.get_figheight() <= 9
    paper = figure.bbox.padded(1)
    for text in texts:
        assert text.get_fontsize() >= 7, text.get_text()
        box = text.get_window_extent()
        assert paper.x0 <= box.x0, text.get_text()
        assert box.x1 <= paper.x1, text.get_text()
        assert paper.y0 <= box.y0, text.get_text()
        assert box.y1 <= paper.y1, text.get_text()


def test_no_text_lies_on_another(page):
    _, texts, _ = page
    found = [(text, text.get_window_extent().padded(-1)) for text in texts if not text.get_rotation() % 90]
    for (one, box), (other, other_box) in combinations(found, 2):
        assert not box.overlaps(other_box), (one.get_text(), other.get_text())


def test_stand_ins_and_the_baseline_are_said(page):
    figure, texts, name = page
    assert figure.get_suptitle().replace("\n", " ").endswith(STAND_IN)
    marked = [text.get_text() for text in texts if "(baseline)" in text.get_text().replace("\n", " ")]
    assert all("flow_svm" in text for text in marked)
    assert bool(marked) == (name in WITH_BASELINE)


def test_of_real_clips_nothing_is_said_about_stand_ins():
    assert STAND_IN not in _scores(FEW, title=TITLE).get_suptitle().replace("\n", " ")


def test_the_same_figure_gives_the_same_file(draw, tmp_path):
    for name in ("a", "b"):
        for suffix in ("png", "pdf"):
            save_figure(draw(FEW, title=TITLE), tmp_path / f"{name}.{suffix}")
    for suffix in ("png", "pdf"):
        content = (tmp_path / f"a.{suffix}").read_bytes()
        assert content == (tmp_path / f"b.{suffix}").read_bytes()
        assert len(content) > 5000


def test_small_figures_are_a_column_wide():
    figure = _training_curves(["v"], title=TITLE)
    assert figure.get_figwidth() == COLUMN


def test_names_are_broken_where_they_may_be():
    assert broken("short_name") == "short_name"
    assert broken("a" * 40) == "a" * 40
    assert broken("flow_ensemble_of_three_seeds (oracle)") == "flow_ensemble_of_three_\nseeds (oracle)"
    assert row_height(["a", "b\nc"]) > row_height(["a", "b"])


def test_what_is_drawn_does_not_depend_on_settings_of_matplotlib(tmp_path):
    import matplotlib as mpl

    figure = _scores(FEW, title=TITLE)
    with mpl.rc_context({"font.size": 20, "axes.labelsize": 20}):
        other = _scores(FEW, title=TITLE)
    pages = []
    for one in (figure, other):
        canvas = FigureCanvasAgg(one)
        canvas.draw()
        pages.append(np.asarray(canvas.buffer_rgba()))
    np.testing.assert_array_equal(*pages)
