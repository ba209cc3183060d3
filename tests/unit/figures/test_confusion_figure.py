import pandas as pd
import pytest
from PIL import Image

from mer.figures.confusion_figure import confusion_figure
from mer.figures.figure_file import save_figure

CLASSES = ("negative", "positive", "surprise")


@pytest.fixture
def counts():
    matrix = [[8, 1, 1], [0, 4, 0], [2, 0, 0]]
    return pd.DataFrame(
        [
            {"scope": scope, "seed": seed, "true": a, "predicted": b, "count": matrix[i][j] + seed}
            for scope in ("demo", "composite") for seed in (0, 1)
            for i, a in enumerate(CLASSES) for j, b in enumerate(CLASSES)
        ]
    )  # fmt: skip


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_counts_are_means_over_seeds_with_shares_of_the_true_class(counts):
    figure = confusion_figure(counts, CLASSES, "t")
    composite, demo = figure.axes
    assert composite.get_title().startswith("Composite (n = ")
    assert demo.get_title().startswith("demo")
    # First row: 8.5, 1.5, 1.5 of 11.5.
    assert texts(composite)[:3] == ["8.5\n74%", "1.5\n13%", "1.5\n13%"]
    single = confusion_figure(counts[counts["seed"] == 0], CLASSES, "t")
    assert texts(single.axes[0])[6:] == ["2\n100%", "0\n0%", "0\n0%"]


def test_a_class_without_samples_is_drawn_as_zero(counts):
    empty = counts.assign(count=counts["count"].where(counts["true"] != "surprise", 0))
    assert texts(confusion_figure(empty, CLASSES, "t").axes[0])[6:] == ["0\n0%"] * 3


def test_the_same_figure_gives_the_same_file(counts, tmp_path):
    for name in ("a", "b"):
        figure = confusion_figure(counts, CLASSES, "t")
        for suffix in ("png", "pdf"):
            save_figure(figure, tmp_path / f"{name}.{suffix}")
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width > 800
