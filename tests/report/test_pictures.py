"""Figures inside a page."""

import base64
import json

import pytest
from PIL import Image

from mer.core.errors import DataError, IncompleteRunError
from mer.report.pictures import read_figures, read_picture


@pytest.fixture
def folder(tmp_path):
    for name, dpi in (("confusion_net", 200), ("intervals", 96)):
        Image.new("RGB", (400, 200)).save(tmp_path / f"{name}.png", dpi=(dpi, dpi))
    return tmp_path


def described(folder, *entries):
    (folder / "figures.json").write_text(json.dumps(entries))


def test_the_file_is_in_its_address(folder):
    picture = read_picture(folder / "confusion_net.png", folder, "", "words")
    kind, content = picture.source.split(",")
    assert kind == "data:image/png;base64"
    assert base64.b64decode(content) == (folder / "confusion_net.png").read_bytes()


def test_a_figure_has_the_size_that_it_was_drawn_for(folder):
    # 400 pixels at 200 per inch are two inches, and a page has 96 pixels per inch.
    assert read_picture(folder / "confusion_net.png", folder, "", "").width == 192
    assert read_picture(folder / "confusion_net.png", folder, "", "").height == 96
    Image.new("L", (50, 20)).save(folder / "plain.png")
    assert read_picture(folder / "plain.png", folder, "", "").width == 50


def test_described_figures_come_first_and_others_are_told_by_their_names(folder):
    described(folder, {"file": "intervals.png", "title": "Intervals", "caption": "UF1 with its interval"})
    found = read_figures(folder, folder, [folder / "confusion_net.png", folder / "intervals.png"])
    assert [(one.title, one.caption) for one in found] == [
        ("Intervals", "UF1 with its interval"),
        ("", "Confusion matrices of net: counts, and the share of each true class as colour"),
    ]


def test_a_figure_of_an_earlier_form_of_the_sweep_is_not_shown(folder):
    assert [one.caption for one in read_figures(folder, folder, [folder / "intervals.png"])] == ["intervals"]


def test_a_described_figure_that_is_not_there_is_an_error(folder):
    described(folder, {"file": "gone.png", "title": "", "caption": "c"})
    with pytest.raises(IncompleteRunError, match="figures.json names figures that are not there") as caught:
        read_figures(folder, folder, [])
    assert "gone.png" in str(caught.value)


@pytest.mark.parametrize("text", ["{", '["intervals.png"]', '[{"file": "intervals.png"}]', "3"])
def test_a_damaged_list_is_an_error(folder, text):
    (folder / "figures.json").write_text(text)
    with pytest.raises(DataError, match="figures.json: not a list of figures"):
        read_figures(folder, folder, [])


def test_a_damaged_picture_is_an_error(folder):
    path = folder / "confusion_net.png"
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DataError, match="confusion_net.png: not a complete PNG file"):
        read_picture(path, folder, "", "")
    path.write_bytes(b"GIF89a")
    with pytest.raises(DataError, match="confusion_net.png: not a complete PNG file"):
        read_picture(path, folder, "", "")
