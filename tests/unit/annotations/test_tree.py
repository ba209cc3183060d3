import json

import pytest
import xlwt

from mer.annotations.tree import DiskTree
from mer.core.errors import DataError


@pytest.fixture
def disk(tmp_path):
    """Make files of a few bytes; gives the database on disk."""

    def make(*paths):
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("a,b\n")
        return DiskTree(tmp_path)

    return make


def test_tables_lie_in_the_folder_or_right_below_it(disk):
    found = disk("b.csv", "labels/a.CSV", "deep/er/c.csv", "notes.txt").sheets()
    assert list(found) == ["b.csv", "labels/a.CSV"]
    assert found["b.csv"] == {"": [["a", "b"]]}


def test_a_spreadsheet_of_1997_is_a_table(tmp_path):
    book = xlwt.Workbook()
    book.add_sheet("label").write(0, 0, "Subject")
    book.save(str(tmp_path / "a.XLS"))
    assert DiskTree(tmp_path).sheets() == {"a.XLS": {"label": [["Subject"]]}}


def test_files_of_a_mac_and_of_open_spreadsheets_are_no_tables(disk):
    copy = disk("coding.csv", "._coding.csv", ".hidden.csv", "~$coding.xlsx", ".DS_Store")
    assert list(copy.sheets()) == ["coding.csv"]


def test_landmarks_are_no_table(disk):
    copy = disk("coding.csv", "landmarks.csv", "labels/landmarks.csv")
    assert list(copy.sheets()) == ["coding.csv"]


def test_folders_come_parents_first_and_hidden_ones_not_at_all(disk):
    copy = disk("s2/micro/x.bmp", "s1/micro/x.bmp", ".Trashes/s3/x.bmp")
    assert list(copy.folders()) == ["s1", "s1/micro", "s2", "s2/micro"]


def test_frames_are_numbered_by_the_last_number_of_their_names(disk):
    copy = disk("c/img9.jpg", "c/reg_img010.JPG", "c/EP01_12-11.png")
    assert copy.frames("c") == {9: "img9.jpg", 10: "reg_img010.JPG", 11: "EP01_12-11.png"}


def test_files_of_a_mac_and_files_that_are_no_images_are_no_frames(disk):
    copy = disk("c/img1.jpg", "c/.DS_Store", "c/._img1.jpg", "c/Thumbs2.db", "c/readme3.txt")
    assert copy.frames("c") == {1: "img1.jpg"}


def test_a_folder_that_is_not_there_differs_from_an_empty_one(disk, tmp_path):
    copy = disk("file.csv")
    (tmp_path / "empty").mkdir()
    assert copy.frames("empty") == {}
    assert copy.frames("gone") is None
    assert copy.frames("file.csv") is None


def test_two_images_of_one_number_are_an_error(disk):
    with pytest.raises(DataError, match="c: 'img01.jpg' and 'img1.jpg' are both frame 1"):
        disk("c/img1.jpg", "c/img01.jpg").frames("c")


def test_files_are_listed_in_the_order_of_their_names(disk):
    copy = disk("b/2.png", "a/3.png", "a/1.png", "a/._1.png", ".cache/4.png")
    assert list(copy.files()) == ["a/1.png", "a/3.png", "b/2.png"]


def test_a_small_text_is_read_and_a_missing_one_named(disk, tmp_path):
    (tmp_path / "label.txt").write_bytes(b"   3.0000000e+00\n\xff")
    assert disk().text("label.txt").startswith("   3.0000000e+00\n")
    with pytest.raises(DataError, match="gone.txt: cannot be read"):
        disk().text("gone.txt")


def test_only_a_stand_in_says_that_it_is_one(disk, tmp_path):
    assert disk("a.csv").stand_in() is None
    (tmp_path / "STAND-IN.json").write_text(json.dumps({"version": "v2"}))
    assert disk().stand_in() == {"version": "v2"}


def test_a_planned_database_answers_as_one_on_disk(disk, tree):
    planned = tree(frames={"s1/c": ["img1.jpg", "img2.jpg"]}, texts={"s1/label.txt": "a,b\n"})
    on_disk = disk("s1/c/img1.jpg", "s1/c/img2.jpg", "s1/label.txt")
    assert list(planned.folders()) == list(on_disk.folders()) == ["s1", "s1/c"]
    assert sorted(planned.files()) == sorted(on_disk.files())
    for folder in ("s1/c", "s1", "gone"):
        assert planned.frames(folder) == on_disk.frames(folder)
    assert planned.text("s1/label.txt") == on_disk.text("s1/label.txt")
    assert planned.stand_in() in (None, {})
