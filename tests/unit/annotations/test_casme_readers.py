"""What the files of the CASME databases have in them, one quirk per test."""

from collections import Counter

import pytest

from mer.core.errors import DataError
from tests.unit.annotations.conftest import marks

# CASME II.

CASME2 = ["Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", "", "Action Units"]
CASME2 += ["Estimated Emotion"]
EP02 = ["01", "EP02_01f", "", "46", "59", "86", "", "12", "happiness"]
CLASSES = ["Subject", "Filename", "Objective Class"]


def test_casme2_subjects_are_called_as_their_folders(read):
    (one,) = read("casme2", {"a.xlsx": [CASME2, EP02]}).records
    assert (one.subject, one.clip, one.emotion, one.fps) == ("sub01", "EP02_01f", "happiness", 200.0)
    assert one.folders[0] == "Cropped/sub01/EP02_01f"
    assert "CASME2_RAW_selected/sub01/EP02_01f" in one.folders


@pytest.mark.parametrize("cell", ["1", "01", "sub01", "1.0", "Sub1"])
def test_casme2_subjects_may_have_lost_their_zero(read, cell):
    (one,) = read("casme2", {"a.csv": [CASME2, [cell, *EP02[1:]]]}).records
    assert one.subject == "sub01"


def test_a_slash_in_casme2_is_no_apex(read):
    row = ["04", "EP12_01f", "", "261", "/", "321", "", "4", "disgust"]
    assert marks(read("casme2", {"a.xlsx": [CASME2, row]})) == [(261, None, 321)]
    filled = read("casme2", {"a.xlsx": [CASME2, row]}, corrections="benchmark_apex")
    assert marks(filled) == [(261, 294, 321)]


def test_an_apex_of_casme2_may_be_its_onset_or_offset(read):
    rows = [["05", "EP09_05f", "", "69", "69", "123", "", "4", "disgust"]]
    rows += [["12", "EP09_06", "", "66", "111", "111", "", "4", "disgust"]]
    assert marks(read("casme2", {"a.xlsx": [CASME2, *rows]})) == [(69, 69, 123), (66, 111, 111)]


@pytest.mark.parametrize("name", ["EP09f", "EP06_02_01", "EP08_1", "EP01_2"])
def test_irregular_clip_names_of_casme2_are_kept(read, name):
    (one,) = read("casme2", {"a.xlsx": [CASME2, ["09", name, *EP02[2:]]]}).records
    assert one.clip == name


def test_question_marks_in_casme2_are_no_action_units(read):
    row = [*EP02[:7], "?", "others"]
    (one,) = read("casme2", {"a.xlsx": [CASME2, row]}).records
    assert one.action_units == ()


def test_one_clip_name_may_belong_to_two_subjects_of_casme2(read):
    found = read("casme2", {"a.xlsx": [CASME2, EP02, ["02", *EP02[1:]]]})
    assert [(one.subject, one.clip) for one in found.records] == [
        ("sub01", "EP02_01f"),
        ("sub02", "EP02_01f"),
    ]


CODING_2019 = [[*CASME2, "Objective Classes"], [*EP02, "3"]]


def test_objective_classes_of_casme2_come_from_the_file_or_the_column(read):
    tables = {"CASME2-coding-20190701.xlsx": CODING_2019, "classes.xlsx": [CLASSES, ["01", "EP02_01f", "1"]]}
    assert [one.objective_class for one in read("casme2", tables).records] == ["I"]
    assert [one.objective_class for one in read("casme2", tables, objective="column").records] == ["III"]


def test_objective_classes_of_casme2_are_joined_by_subject_and_clip(read):
    classes = [CLASSES, ["2", "EP02_01f", "5"], ["1", "EP02_01f", "1"]]
    tables = {"a.xlsx": [CASME2, EP02, ["02", *EP02[1:]]], "classes.csv": classes}
    assert [one.objective_class for one in read("casme2", tables).records] == ["I", "V"]


def test_stray_rows_on_the_second_sheet_of_objective_classes_do_not_count(read):
    stray = [["01", "EP02_01f", "7"]] * 10
    classes = {"Sheet1": [CLASSES, ["01", "EP02_01f", "1"]], "Sheet2": stray}
    tables = {"a.xlsx": [CASME2, EP02], "CASME2-ObjectiveClasses.xlsx": classes}
    assert [one.objective_class for one in read("casme2", tables).records] == ["I"]


def test_without_the_file_there_is_no_objective_class(read):
    assert [one.objective_class for one in read("casme2", {"a.xlsx": CODING_2019}).records] == [""]


# CASME.

CASME = ["Subject", "Filename", "", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "", "AUs", "Emotion"]
BLANK = [""] * 240


def casme(clip, *numbers, subject="1", emotion="disgust"):
    onset, apex, second, offset = numbers
    return [subject, clip, "", onset, apex, second, offset, "", "4", emotion, *BLANK]


@pytest.mark.parametrize("second", ["\\", "", "80"])
def test_the_first_apex_of_casme_counts(read, second):
    found = read("casme", {"a.csv": [[*CASME, *BLANK], casme("EP01_5", "70", "75", second, "90")]})
    assert marks(found) == [(70, 75, 90)]
    assert found.warnings == ()


def test_the_second_apex_of_casme_counts_where_there_is_no_first(read):
    found = read("casme", {"a.csv": [[*CASME, *BLANK], casme("EP01_5", "70", "\\", "80", "90")]})
    assert marks(found) == [(70, 80, 90)]


def test_casme_spells_contempt_in_its_own_way(read):
    found = read("casme", {"a.csv": [CASME, casme("EP01_5", "1", "2", "", "3", emotion="comtempt")]})
    assert [one.emotion for one in found.records] == ["contempt"]


def test_casme_names_are_not_padded_and_one_has_no_number(read):
    rows = [casme("EP01_5", "1", "2", "", "3"), casme("EP11", "1", "2", "", "3", subject="11")]
    found = read("casme", {"a.csv": [CASME, *rows]}).records
    assert [(one.subject, one.clip) for one in found] == [("sub01", "EP01_5"), ("sub11", "EP11")]
    assert found[0].folders[0] == "Cropped/sub01/EP01_5"


# CAS(ME)².

TYPES = ("macro-expression", "micro-expression")


def squared(subject, video, *numbers, units="4", emotion="negative", kind=TYPES[1]):
    return [subject, video, *map(str, numbers), units, emotion, kind, emotion]


FOLDERS = [["1", "s15"], ["11", "s26"]]
VIDEOS = [["disgust1", "0101"], ["happyiness2", "0503"]]


def casme_squared(*rows):
    return {"CAS(ME)^2code_final.xlsx": {"Sheet1": rows, "Sheet2": FOLDERS, "Sheet3": VIDEOS}}


def test_casme_squared_has_no_header(read):
    (one,) = read("casme_squared", casme_squared(squared("1", "disgust1_2", 557, 562, 572))).records
    assert (one.subject, one.clip, one.emotion) == ("s01", "disgust1_2", "negative")
    assert (one.onset, one.apex, one.offset, one.fps) == (557, 562, 572, 30.0)
    assert one.place == "CAS(ME)^2code_final.xlsx[Sheet1], row 1"


def test_only_the_expressions_asked_for_take_part(read):
    tables = casme_squared(
        squared("1", "disgust1_1", 1, 2, 3), squared("1", "disgust1_2", 4, 5, 6, kind=TYPES[0])
    )
    for expressions, numbers in {"micro": [1], "macro": [2], "all": [1, 2]}.items():
        found = read("casme_squared", tables, expressions=expressions).records
        assert [one.clip for one in found] == [f"disgust1_{number}" for number in numbers]


def test_an_offset_of_nought_is_not_coded(read):
    rows = [squared("1", "disgust1_1", 100, 110, 0, kind=TYPES[0])]
    (one,) = read("casme_squared", casme_squared(*rows), expressions="macro").records
    assert one.offset is None
    assert one.apex == 110
    assert one.unusable == "its offset is not coded"


@pytest.mark.parametrize("apex", ["0", "95", "130"])
def test_an_apex_of_casme_squared_out_of_range_is_dropped(read, apex):
    (one,) = read("casme_squared", casme_squared(squared("1", "disgust1_1", 100, apex, 120))).records
    assert (one.onset, one.apex, one.offset, one.unusable) == (100, None, 120, "")


@pytest.mark.parametrize(("cell", "units"), [("", ()), ("10or11", ("au10", "au11")), ("1,2", ("au1", "au2"))])
def test_action_units_of_casme_squared_are_read(read, cell, units):
    (one,) = read("casme_squared", casme_squared(squared("1", "disgust1_1", 1, 2, 3, units=cell))).records
    assert one.action_units == units


def test_the_further_sheets_name_folder_and_video(read):
    """One folder's name has lost its first letter; one video is spelt happyiness."""
    frames = {
        "rawpic/s15/15_0101disgustingteeth": ["img001.jpg"],
        "rawpic/s15/15_0503unnyfarting": ["img001.jpg"],
        "rawpic/s26/26_0101disgustingteeth": ["img001.jpg"],
    }
    rows = [squared("1", "happyiness2_1", 1, 2, 3), squared("1", "happy2_2", 4, 5, 6)]
    rows += [squared("11", "disgust1_5", 1, 2, 3)]
    first, second, third = read("casme_squared", casme_squared(*rows), frames).records
    assert first.clip == "happy2_1"
    assert first.folders[-1] == second.folders[-1] == "rawpic/s15/15_0503unnyfarting"
    assert third.folders[-1] == "rawpic/s26/26_0101disgustingteeth"
    assert "cropped/s26/disgust1_5" in third.folders


def test_a_label_of_casme_squared_may_be_misspelt(read):
    (one,) = read(
        "casme_squared", casme_squared(squared("1", "disgust1_1", 1, 2, 3, emotion="happyiness"))
    ).records
    assert one.emotion == "happiness"


def test_a_missing_coding_of_casme_squared_is_explained(read):
    with pytest.raises(DataError, match="in its eighth column, found 0. Put CAS.ME..2code_final.xlsx here"):
        read("casme_squared", {"a.xlsx": [["Subject", "Filename"]]})


def test_a_subject_of_casme_squared_without_a_folder_is_not_looked_for_in_anothers(read):
    """Subject 15 is not s15, who is subject 1."""
    rows = [squared("1", "disgust1_1", 1, 2, 3), squared("15", "anger1_1", 1, 2, 3)]
    rows += [squared("16", "anger1_1", 1, 2, 3), squared("15", "anger1_2", 4, 5, 6)]
    with pytest.raises(DataError, match="no sheet of pairs says which folder is whose") as caught:
        read("casme_squared", casme_squared(*rows))
    named = str(caught.value).splitlines()[1:]
    assert [line.strip()[:4] for line in named] == ["15 (", "16 ("]


# CAS(ME)³.

CASME3 = ["Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Objective class", "emotion"]


def casme3(subject, video, *numbers, emotion="disgust", objective="iv"):
    return [subject, video, *map(str, numbers), "4", objective, emotion]


def casme3_a(*rows):
    return {"cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx": {"label": [CASME3, *rows]}}


def test_a_clip_of_casme3_is_named_by_video_and_onset(read):
    rows = [casme3("spNO.1", "a", 112, 120, 130), casme3("spNO.1", "a", 300, 310, 320)]
    found = read("casme3_a", casme3_a(*rows)).records
    assert [(one.subject, one.clip) for one in found] == [("spNO.1", "a_112"), ("spNO.1", "a_300")]
    assert found[0].folders[-1] == "spNO.1/a/color"
    assert found[0].objective_class == "IV"


def test_a_video_in_a_capital_letter_lies_in_a_folder_with_a_small_one(read):
    (one,) = read("casme3_a", casme3_a(casme3("spNO.1", "J", 1, 2, 3))).records
    assert one.clip == "j_1"
    assert all(folder.endswith("/j/color") for folder in one.folders)


def test_labels_of_casme3_come_in_several_spellings(read):
    rows = [
        casme3("spNO.1", "a", n, n, n, emotion=label)
        for n, label in enumerate(["others", "Others", "sad", "happy"], start=1)
    ]
    found = read("casme3_a", casme3_a(*rows)).records
    assert Counter(one.emotion for one in found) == {"others": 2, "sadness": 1, "happiness": 1}


def test_faulty_rows_of_casme3_are_dropped_in_part_or_whole(read):
    rows = [
        casme3("spNO.149", "d", 112, 83, 358),
        casme3("spNO.216", "d", 3647, 2655, 2660),
        casme3("spNO.40", "e", 500, 510, 0),
        casme3("spNO.216", "e", 0, 0, 25),
    ]
    found = read("casme3_a", casme3_a(*rows)).records
    assert [(one.apex, one.unusable) for one in found] == [
        (None, ""),
        (None, "its offset 2660 is before its onset 3647"),
        (None, "its offset 0 is before its onset 500"),
        (0, ""),
    ]


def test_faulty_rows_of_casme3_can_be_corrected(read):
    """The row with the wrong onset is number 749, of video d."""
    rows = [casme3("spNO.149", "d", 112, 83, 358), casme3("spNO.216", "d", 3647, 2655, 2660)]
    found = read("casme3_a", casme3_a(*rows), corrections="repaired_copy")
    assert marks(found) == [(112, 160, 358), (2647, 2655, 2660)]
    assert all(not one.unusable for one in found.records)
