"""What the files of SAMM, DFME, 4DME and MMEW have in them, one quirk per test."""

import pytest

from tests.unit.annotations.conftest import marks

# SAMM.

SAMM = ["Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration"]
SAMM += ["Micro", "Action Units", "Estimated Emotion", "Objective Classes", "Notes"]


def samm(clip, *numbers, subject=None, emotion="Anger", units="4", objective="3"):
    first = subject or clip[:3]
    return [first, clip, "3", *map(str, numbers), "", "Micro - 1/2", units, emotion, objective, ""]


PREAMBLE = [[f"Note {number} on Subject and Filename"] for number in range(13)]


@pytest.mark.parametrize("above", [PREAMBLE, []], ids=["header on row 14", "header on row 1"])
def test_samm_is_read_with_and_without_its_preamble(read, above):
    sheet = [*above, SAMM, samm("006_1_2", 5562, 5588, 5632)]
    (one,) = read("samm", {"a.xlsx": {"MICRO_ONLY": sheet}}).records
    assert (one.subject, one.clip, one.emotion, one.fps) == ("006", "006_1_2", "anger", 200.0)
    assert one.objective_class == "III"
    assert one.place == f"a.xlsx[MICRO_ONLY], row {len(above) + 2}"


def test_samm_calls_its_last_class_other(read):
    found = read("samm", {"a.xlsx": [SAMM, samm("025_3_1", 10, 20, 30, emotion="Other")]})
    assert [one.emotion for one in found.records] == ["other"]
    assert found.warnings == ()


@pytest.mark.parametrize("subject", ["6", "006", "6.0"])
def test_samm_subjects_may_have_lost_their_zeros(read, subject):
    (one,) = read("samm", {"a.csv": [SAMM, samm("006_1_2", 10, 20, 30, subject=subject)]}).records
    assert one.subject == "006"
    assert one.folders[-1] == "006/006_1_2"


def test_blank_columns_of_a_samm_csv_do_no_harm(read):
    rows = [[*SAMM, "", ""], [*samm("006_1_2", 10, 20, 30), "", ""]]
    assert marks(read("samm", {"a.csv": rows})) == [(10, 20, 30)]


FAULTY = [samm("028_4_1", 1071, 1143, 1134), samm("032_3_1", 4896, 1930, 4970)]
FAULTY += [samm("032_3_2", 5126, 5127, 5200)]


def test_two_apexes_of_samm_lie_outside_their_clips(read):
    found = read("samm", {"a.xlsx": [SAMM, *FAULTY]})
    assert marks(found) == [(1071, None, 1134), (4896, None, 4970), (5126, 5127, 5200)]
    assert found.warnings[0] == (
        "apex outside onset to offset read as not annotated: 2 times, for example "
        "a.xlsx[Sheet1], row 2 (1071, 1143, 1134)"
    )


def test_two_apexes_of_samm_can_be_corrected(read):
    found = read("samm", {"a.xlsx": [SAMM, *FAULTY]}, corrections="typing_errors")
    assert marks(found) == [(1071, 1113, 1134), (4896, 4930, 4970), (5126, 5127, 5200)]


def test_action_units_of_samm_have_alternatives_and_remarks(read):
    rows = [samm("007_6_5", 1, 2, 3, units="(R6 or R12)+R15"), samm("006_1_2", 1, 2, 3, units="ref(5)+20C")]
    found = read("samm", {"a.xlsx": [SAMM, *rows]}).records
    assert found[0].action_units == ("au6_right", "au12_right", "au15_right")
    assert found[1].action_units == ("au5", "au20")


# SAMM Long Videos.

SAMM_LV = ["Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type"]
SAMM_LV += ["Action Units", "Notes"]


def long_video(clip, *numbers, kind="Micro - 1/2"):
    return [clip[:3], clip, "1", *map(str, numbers), "99", kind, "4", ""]


def samm_lv(*rows):
    return {"a.xlsx": [*([["note"]] * 9), SAMM_LV, *rows]}


def test_only_micro_expressions_of_the_long_videos_are_read(read):
    rows = [long_video("006_1_1", 10, 20, 30), long_video("006_1_2", 40, 50, 60, kind="Macro")]
    (one,) = read("samm_lv", samm_lv(*rows)).records
    assert (one.subject, one.clip, one.emotion) == ("006", "006_1_1", "micro")
    assert one.folders[0] == "SAMM_longvideos/006_1"


def test_one_name_of_the_long_videos_is_macro_and_micro(read):
    rows = [long_video("037_4_1", 10, 20, 30), long_video("037_4_1", 10, 20, 30, kind="Macro")]
    assert len(read("samm_lv", samm_lv(*rows)).records) == 1


def test_an_apex_of_minus_one_and_an_onset_of_nought_are_not_coded(read):
    rows = [long_video("006_1_1", 10, -1, 30), long_video("006_1_2", 0, 5, 30)]
    found = read("samm_lv", samm_lv(*rows))
    assert marks(found) == [(10, None, 30), (None, 5, 30)]
    assert [record.unusable for record in found.records] == ["", "its onset is not coded"]


# DFME, 4DME, MMEW.

DFME = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Emotion", "EmotionId", "Fps", "AU"]


def dfme(clip, fps):
    return [DFME, ["1", clip, "1", "2", "3", "anger", "0", fps, "4"]]


def test_the_parts_of_dfme_are_told_by_their_files(read):
    tables = {
        "training_full_with_AU.xlsx": dfme("t", "500"),
        "testA_full_with_AU.xlsx": dfme("a", "300"),
        "testB_full_with_AU.xlsx": dfme("b", "200"),
    }
    for part, clip, fps in (("training", "t", 500.0), ("test_a", "a", 300.0), ("test_b", "b", 200.0)):
        (one,) = read("dfme", tables, part=part).records
        assert (one.clip, one.fps) == (clip, fps)


def test_several_labels_of_4dme_are_one_in_any_order(read):
    header = ["sub_ID", "fold_name", "Emotion", "Onset", "Apex", "Offset", "AUs"]
    labels = ["Surprise+Positive", "Positive+Surprise", "Others", "Negative"]
    rows = [["sub01", f"c{n}", label, "1", "2", "3", "4(k)"] for n, label in enumerate(labels)]
    found = read("fourdme", {"a.xlsx": [header, *rows]}).records
    assert [one.emotion for one in found] == ["positive+surprise", "positive+surprise", "others", "negative"]


def test_mmew_lies_by_emotion_or_by_subject(read):
    header = ["Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Action Units"]
    rows = [[*header, "Estimated Emotion", "remarks"]]
    rows += [["S01", "S01-01-001", "1", "2", "3", "4", "disgust", ""]]
    (one,) = read("mmew", {"a.xlsx": rows}).records
    assert one.subject == "S01"
    assert "Micro_Expression/disgust/S01-01-001" in one.folders
    assert "Micro_Expression/S01/disgust/S01-01-001" in one.folders
