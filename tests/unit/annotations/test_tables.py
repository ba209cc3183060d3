import pytest

from mer.annotations.tables import annotation_table, optional_table
from mer.core.errors import DataError

COLUMNS = {"subject": ("Subject",), "clip": ("Filename",)}
TABLE = [["Subject", "Filename"], ["01", "EP02"]]


def clips(rows):
    return [row["clip"] for row in rows]


def test_the_annotation_is_found_whatever_its_file_is_called(tree):
    copy = tree({"my labels (1).xlsx": TABLE, "readme.csv": [["hello"]]})
    assert clips(annotation_table(copy, COLUMNS)) == ["EP02"]


def test_of_two_files_one_must_be_chosen(tree):
    copy = tree({"old.xlsx": TABLE, "sub/new.xlsx": [*TABLE, ["01", "EP03"]]})
    with pytest.raises(DataError) as caught:
        annotation_table(copy, COLUMNS)
    assert str(caught.value) == (
        "copy: several annotation files have the columns Subject, Filename. Set 'annotation' to one of:\n"
        "  new.xlsx\n  old.xlsx"
    )
    assert clips(annotation_table(copy, COLUMNS, chosen="new.xlsx")) == ["EP02", "EP03"]


def test_a_missing_annotation_is_explained(tree):
    with pytest.raises(DataError) as caught:
        annotation_table(tree({"readme.csv": [["hello"]]}), COLUMNS)
    assert str(caught.value) == (
        "copy: no annotation file with the columns Subject, Filename. Put it into this folder. "
        "Tables that are there: readme.csv."
    )
    with pytest.raises(DataError, match="Tables that are there: none"):
        annotation_table(tree(), COLUMNS)


def test_a_chosen_file_that_is_not_there_is_named(tree):
    with pytest.raises(DataError, match="no annotation file called 'b.xlsx' with the columns"):
        annotation_table(tree({"a.xlsx": TABLE}), COLUMNS, chosen="b.xlsx")


def test_rows_of_later_sheets_are_stray(tree):
    copy = tree({"a.xlsx": {"Sheet1": TABLE, "Sheet2": [*TABLE, ["02", "stray"]], "Sheet3": []}})
    assert clips(annotation_table(copy, COLUMNS)) == ["EP02"]


def test_a_row_is_placed_by_file_and_sheet(tree):
    (row,) = annotation_table(tree({"a.xlsx": {"MICRO_ONLY": TABLE}}), COLUMNS)
    assert row.place == "a.xlsx[MICRO_ONLY], row 2"
    (row,) = annotation_table(tree({"a.csv": {"": TABLE}}), COLUMNS)
    assert row.place == "a.csv, row 2"


def test_an_optional_file_may_be_missing(tree):
    assert optional_table(tree(), COLUMNS) == []
    assert clips(optional_table(tree({"a.xlsx": TABLE}), COLUMNS)) == ["EP02"]


def test_a_table_with_other_columns_too_is_another_table(tree):
    coding = [["Subject", "Filename", "OnsetFrame"], ["01", "EP02", "46"]]
    copy = tree({"coding.xlsx": coding, "classes.xlsx": [*TABLE, ["01", "EP03"]]})
    assert clips(optional_table(copy, COLUMNS, without=("onsetframe",))) == ["EP02", "EP03"]
