import pytest
import xlsxwriter
import xlwt

from mer.annotations.sheets import find_table, read_grids
from mer.core.errors import DataError

COLUMNS = {"subject": ("Subject",), "clip": ("Filename",), "onset": ("Onset Frame", "OnsetFrame")}


@pytest.fixture
def spreadsheet(tmp_path):
    """Write cells into a spreadsheet with one sheet or several."""

    def write(rows, name="a.xlsx", **sheets):
        with xlsxwriter.Workbook(str(tmp_path / name)) as book:
            for title, cells in {"Sheet1": rows, **sheets}.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(cells):
                    for column, cell in enumerate(row):
                        sheet.write(number, column, cell)
        return tmp_path / name

    return write


def test_numbers_and_texts_are_read_as_people_typed_them(spreadsheet):
    path = spreadsheet([["01", 46, 46.5, "  EP02_01f "]])
    assert read_grids(path) == {"Sheet1": [["01", "46", "46.5", "EP02_01f"]]}


def test_all_sheets_are_read_also_empty_ones(spreadsheet):
    path = spreadsheet([["a"]], Sheet2=[], label=[["b"]])
    assert read_grids(path) == {"Sheet1": [["a"]], "Sheet2": [], "label": [["b"]]}


def test_a_formula_gives_the_value_that_is_stored_with_it(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_number(0, 0, 10)
        sheet.write_formula(0, 1, "=A1+34-1", None, 43)
    assert read_grids(tmp_path / "a.xlsx")["Sheet1"] == [["10", "43"]]


def test_a_formula_without_a_stored_value_is_blank(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_number(0, 0, 10)
        sheet.write_formula(0, 1, "=A1+34-1", None, "")
        sheet.write_number(0, 2, 5)
    assert read_grids(tmp_path / "a.xlsx")["Sheet1"] == [["10", "", "5"]]


def test_a_spreadsheet_of_1997_is_read(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("label")
    for column, cell in enumerate(["spNO.1", "a", 112]):
        sheet.write(0, column, cell)
    book.save(str(tmp_path / "a.xls"))
    assert read_grids(tmp_path / "a.xls") == {"label": [["spNO.1", "a", "112"]]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_may_have_any_of_three_delimiters(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    path.write_text(f"Subject{delimiter}Filename\n1{delimiter}EP02\n")
    assert read_grids(path) == {"": [["Subject", "Filename"], ["1", "EP02"]]}


def test_a_byte_order_mark_and_capitals_in_the_suffix_do_no_harm(tmp_path):
    path = tmp_path / "A.CSV"
    path.write_bytes("Subject,Emotion\r\n1,Disgust\r\n".encode("utf-8-sig"))
    assert read_grids(path) == {"": [["Subject", "Emotion"], ["1", "Disgust"]]}


def test_a_csv_file_in_latin_1_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Überraschung,1\n".encode("latin-1"))
    assert read_grids(path) == {"": [["Überraschung", "1"]]}


def test_an_ellipsis_of_windows_does_not_end_a_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a;sad… or not;1\r\n;;\r\nb;c;2\r\n".encode("cp1252"))
    (rows,) = read_grids(path).values()
    assert [len(row) for row in rows] == [3, 3, 3]
    assert rows[2] == ["b", "c", "2"]


def test_rows_and_columns_are_counted_from_the_first_one_also_where_these_are_blank(spreadsheet):
    rows = [[], ["", ""], ["", "Subject", "Filename", "OnsetFrame"], ["", "1", "a", 46]]
    (grid,) = read_grids(spreadsheet(rows)).values()
    (found,) = find_table(grid, "a.xlsx", COLUMNS)
    assert found.place == "a.xlsx, row 4"


def test_an_empty_csv_file_has_no_rows(tmp_path):
    (tmp_path / "a.csv").write_text("")
    assert read_grids(tmp_path / "a.csv") == {"": []}


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
def test_a_damaged_spreadsheet_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK\x03\x04 cut off")
    with pytest.raises(DataError, match=f"{name}: not a readable spreadsheet .* Copy it again"):
        read_grids(tmp_path / name)


def test_a_file_of_no_bytes_is_named(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match="a.xlsx"):
        read_grids(tmp_path / "a.xlsx")


# Finding the table in a sheet.


def test_the_header_may_stand_on_the_first_row():
    grid = [["Subject", "Filename", "Onset Frame"], ["006", "006_1_2", "5562"]]
    (row,) = find_table(grid, "samm.xlsx", COLUMNS)
    assert (row["subject"], row["clip"], row["onset"]) == ("006", "006_1_2", "5562")
    assert row.place == "samm.xlsx, row 2"


def test_the_header_may_stand_below_a_preamble():
    preamble = [[f"Note {number} on Subject and Filename", "", ""] for number in range(13)]
    grid = [*preamble, ["Subject", "Filename", "Onset Frame"], ["006", "006_1_2", "5562"]]
    (row,) = find_table(grid, "samm.xlsx", COLUMNS)
    assert row["clip"] == "006_1_2"
    assert row.place == "samm.xlsx, row 15"


def test_capitals_blanks_and_punctuation_of_headers_do_not_matter():
    grid = [[" SUBJECT", "file_name", "OnsetFrame "], ["1", "a", "2"]]
    (row,) = find_table(grid, "x", COLUMNS)
    assert (row["subject"], row["clip"], row["onset"]) == ("1", "a", "2")


def test_columns_without_a_name_are_passed_over():
    grid = [["Subject", "Filename", "", "OnsetFrame", ""], ["01", "EP02", "stray", "46", "stray"]]
    (row,) = find_table(grid, "x", COLUMNS)
    assert dict(row.cells) == {"subject": "01", "clip": "EP02", "onset": "46"}


def test_hundreds_of_empty_columns_on_the_right_do_no_harm():
    grid = [["Subject", "Filename", "OnsetFrame", *[""] * 240], ["1", "EP01_5", "7", *[""] * 240]]
    (row,) = find_table(grid, "x", COLUMNS)
    assert row["onset"] == "7"


def test_of_two_columns_with_one_name_the_first_counts():
    grid = [["Subject", "Filename", "OnsetFrame", "OnsetFrame"], ["1", "a", "7", "8"]]
    (row,) = find_table(grid, "x", COLUMNS)
    assert row["onset"] == "7"


def test_blank_rows_are_left_out_and_still_counted():
    grid = [["Subject", "Filename", "OnsetFrame"], ["", "", ""], [], ["1", "a", "7"]]
    (row,) = find_table(grid, "x", COLUMNS)
    assert row.place == "x, row 4"


def test_a_short_row_has_blank_cells():
    grid = [["Subject", "Filename", "OnsetFrame", "Emotion"], ["1", "a"]]
    (row,) = find_table(grid, "x", COLUMNS, {"emotion": ("Emotion",)})
    assert (row["subject"], row["clip"], row["onset"], row["emotion"]) == ("1", "a", "", "")


def test_an_optional_column_that_is_not_there_is_blank():
    grid = [["Subject", "Filename", "OnsetFrame"], ["1", "a", "7"]]
    (row,) = find_table(grid, "x", COLUMNS, {"emotion": ("Emotion",)})
    assert row.get("emotion") == ""
    assert "emotion" not in row.cells


def test_a_sheet_without_the_columns_has_no_table():
    assert find_table([["Subject", "Filename"], ["1", "a"]], "x", COLUMNS) is None
    assert find_table([], "x", COLUMNS) is None


def test_a_table_without_rows_is_still_a_table():
    assert find_table([["Subject", "Filename", "OnsetFrame"]], "x", COLUMNS) == []
