import pytest

from mer.core.errors import DataError
from mer.core.tabular import read_rows


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "t.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_values_are_text_without_blanks_around(table):
    path = table("\ufeffa, b\r\n 007 ,x\r\n\r\n,\r\n1,y\r\n")
    assert read_rows(path, ["a"], ["b", "c"]) == [
        {"a": "007", "b": "x", "c": ""},
        {"a": "1", "b": "y", "c": ""},
    ]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="gone.csv: the file does not exist"):
        read_rows(tmp_path / "gone.csv", ["a"])


def test_missing_columns_are_named_with_those_found(table):
    with pytest.raises(DataError, match="no column 'b', 'c'. Found columns: a"):
        read_rows(table("a\n1\n"), ["a", "b", "c"])


def test_blank_cells_are_listed_by_row(table):
    with pytest.raises(DataError, match=r"row 3: 'b' is blank\n  row 4: 'a' is blank"):
        read_rows(table("a,b\n1,2\n1,\n,2\n"), ["a", "b"])


def test_another_encoding_is_refused(table):
    with pytest.raises(DataError, match="not a CSV file in UTF-8"):
        read_rows(table("a\nä\n", "latin-1"), ["a"])
