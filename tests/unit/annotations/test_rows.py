from dataclasses import replace

from mer.annotations.rows import read_records
from mer.annotations.sheets import SheetRow
from mer.annotations.values import Notes

GOOD = {"subject": "01", "clip": "EP02", "onset": "46", "apex": "59", "offset": "86", "emotion": "Disgust"}


def read(*rows, make=lambda row, record: record, **settings):
    sheet = [SheetRow(f"a.xlsx, row {n}", {**GOOD, **row}) for n, row in enumerate(rows, start=2)]
    return read_records(sheet, make, notes=Notes(), folders=("{subject}/{clip}",), **settings)


def test_a_row_becomes_a_record():
    (one,) = read({"units": "4+L10", "objective_class": "7"}).records
    assert (one.subject, one.clip, one.emotion) == ("01", "EP02", "disgust")
    assert (one.onset, one.apex, one.offset) == (46, 59, 86)
    assert one.action_units == ("au4", "au10_left")
    assert one.objective_class == "VII"
    assert one.folders == ("01/EP02",)
    assert one.place == "a.xlsx, row 2"


def test_free_text_below_the_table_is_no_clip():
    found = read({}, {"subject": "* lengths are in frames", "clip": ""}, {"subject": "", "clip": "see above"})
    assert len(found.records) == 1
    assert found.warnings == ()


def test_a_database_without_a_column_has_nothing_in_it():
    row = SheetRow("a.xlsx, row 2", {"subject": "1", "clip": "c", "onset": "2", "offset": "3"})
    found = read_records([row], lambda row, record: record, notes=Notes(), folders=())
    assert (found.records[0].apex, found.records[0].objective_class) == (None, "")


def test_a_reader_may_name_subjects_and_leave_rows_out():
    def make(row, record):
        return None if record.clip == "macro" else replace(record, subject=f"sub{record.subject}")

    (one,) = read({}, {"clip": "macro"}, make=make).records
    assert one.folders == ("sub01/EP02",)


def test_a_slash_is_no_apex_and_is_noted():
    found = read({"apex": "/"})
    assert found.records[0].apex is None
    assert found.warnings == ("apex '/' read as not annotated: 1 times, for example a.xlsx, row 2",)


def test_a_correction_comes_before_the_check_of_the_apex():
    corrections = {("01", "EP02", "apex"): ("30", "60")}
    assert read({"apex": "30"}, corrections=corrections).records[0].apex == 60
    assert read({"apex": "30"}).records[0].apex is None


def test_a_correction_of_a_clip_that_is_not_there_is_noted():
    found = read({}, corrections={("01", "EP99", "apex"): ("30", "60")})
    assert found.warnings == ("correction left out, there is no such clip: 1 times, for example 01/EP99",)


def test_the_objective_class_of_the_file_is_kept_where_the_rule_says_another():
    found = read({"units": "12", "objective_class": "4"})
    assert found.records[0].objective_class == "IV"
    assert found.warnings == (
        "objective class kept that differs from the rule on action units: 1 times, for example a.xlsx, row 2",
    )
    assert read({"units": "12", "objective_class": "1"}).warnings == ()


def test_no_objective_class_is_made_up():
    found = read({"units": "12", "objective_class": ""})
    assert found.records[0].objective_class == ""
    assert found.warnings == ()
