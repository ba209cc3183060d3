import pytest

from mer.core.errors import DataError
from mer.core.tabular import frame_number, number, read_rows


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "t.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_values_are_text_without_blanks_around(table):
    path = table("\ufeffa, b\r\n 007 ,x\r\n\r\n,\r\n1,y\r\n")
    assert [(row.line, row.cells) for row in read_rows(path, ["a"], ["b", "c"])] == [
        (2, {"a": "007", "b": "x", "c": ""}),
        (5, {"a": "1", "b": "y", "c": ""}),
    ]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="gone.csv: the file does not exist"):
        read_rows(tmp_path / "gone.csv", ["a"])


def test_missing_columns_are_named_with_those_found(table):
    with pytest.raises(DataError, match="no column 'b', 'c'. Found columns: a"):
        read_rows(table("a\n1\n"), ["a", "b", "c"])


def test_blank_cells_are_listed_by_row(table):
    with pytest.raises(DataError, match=r"line 3: 'b' is blank\n  line 4: 'a' is blank"):
        read_rows(table("a,b\n1,2\n1,\n,2\n"), ["a", "b"])


def test_another_encoding_is_refused(table):
    with pytest.raises(DataError, match="not a CSV file in UTF-8"):
        read_rows(table("a\nä\n", "latin-1"), ["a"])


def test_an_open_quote_does_not_swallow_the_rest(table):
    with pytest.raises(DataError, match="not a CSV file"):
        read_rows(table('a,b\n1,"x\n2,y\n'), ["a"])


def test_doubled_columns_and_surplus_cells_are_refused(table):
    with pytest.raises(DataError, match="more than one column 'a'"):
        read_rows(table("a,a\n1,2\n"), ["a"])
    with pytest.raises(DataError, match="line 2: 3 cells under 2 columns"):
        read_rows(table("a,b\n1,2,3\n"), ["a"])


def test_letters_written_in_two_ways_are_one(table):
    first, second = read_rows(table("a\nM\u00fcller\nMu\u0308ller\n"), ["a"])
    assert first["a"] == second["a"]


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "1_0", "0x1", "one", "1,5"])
def test_only_plain_numbers_are_numbers(text):
    with pytest.raises(DataError, match=f"'fps' must be a number, got '{text}'"):
        number(text, "fps")


def test_frames_are_whole_numbers_from_zero():
    assert frame_number("46", "apex") == 46
    assert frame_number("46.0", "apex") == 46
    assert frame_number("", "apex") is None
    for text in ("-1", "1.5"):
        with pytest.raises(DataError, match="'apex' must be a whole number from 0"):
            frame_number(text, "apex")
