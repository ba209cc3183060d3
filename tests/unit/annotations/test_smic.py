import pytest

from mer.annotations.smic import Smic, canonical
from mer.core.errors import DataError

HS, VIS = "SMIC_all_cropped/HS", "SMIC_all_cropped/VIS"
FRAMES = ["reg_image559740.bmp", "reg_image559741.bmp"]
HEADER = ["Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F", "Offset3F"]
HEADER += ["", "FirstF", "LastF", "TotalMF1", "TotalMF2", "TotalMF3", "TotalVL", "Emotion"]


def row(name, onset, offset, *events, first="1000", emotion="negative"):
    """A row of SMIC-HS-E with its blank columns."""
    further = [*events, *[""] * (4 - len(events))]
    return [name.split("_")[0][1:], name, "", onset, offset, *further, "", first, "", "", "", "", "", emotion]


@pytest.fixture
def folders(tree):
    """A basic release with these clip folders."""
    return lambda *paths: tree(frames=dict.fromkeys(paths, FRAMES))


@pytest.fixture
def extended(tree):
    """Read SMIC-HS-E with these rows."""

    def read(*rows, tables=None, camera="HS", **settings):
        empty = {"Sheet2": [], "Sheet3": []}
        tables = tables or {"SMIC-HS-E_annotation.xlsx": {camera: [HEADER, *rows], **empty}}
        return Smic(camera, 100.0, extended=True, **settings).read(tree(tables))

    return read


def names(found):
    return [one.clip for one in found.records]


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        ("s1_ne_01", "s01_ne_01"),
        ("s01_ne_01", "s01_ne_01"),
        ("s20_sur_2", "s20_sur_02"),
        ("S3_PO_08", "s03_po_08"),
        ("s1_n1", "s01_n_01"),
        ("s18_n012", "s18_n_12"),
        ("s1", ""),
        ("micro", ""),
        ("s1_ne", ""),
        ("s1_neg_01", ""),
        ("xs1_ne_01", ""),
    ],
)
def test_clips_have_one_name_whatever_their_padding(name, clip):
    assert canonical(name) == clip


def test_a_folder_tells_subject_and_class(folders):
    found = Smic("HS", 100.0).read(folders(f"{HS}/s1/micro/negative/s1_ne_01", f"{HS}/s20/x/s20_sur_02"))
    one, other = found.records
    assert (one.subject, one.clip, one.emotion) == ("s01", "s01_ne_01", "negative")
    assert (other.subject, other.clip, other.emotion) == ("s20", "s20_sur_02", "surprise")
    assert (one.onset, one.apex, one.offset, one.fps) == (None, None, None, 100.0)


def test_the_depth_of_folders_does_not_matter(folders):
    found = Smic("HS", 100.0).read(folders("s1_ne_01", "a/b/c/d/s2_po_01"))
    assert names(found) == ["s01_ne_01", "s02_po_01"]


def test_every_camera_reads_its_own_clips(folders):
    copy = folders(f"{HS}/s11/micro/negative/s11_ne_01", f"{VIS}/s11/micro/positive/s11_po_01")
    assert names(Smic("HS", 100.0).read(copy)) == ["s11_ne_01"]
    assert names(Smic("VIS", 25.0).read(copy)) == ["s11_po_01"]


def test_cropped_frames_come_before_raw_ones(folders):
    raw = "All raw/HS/s1/micro/negative/s1_ne_01"
    cropped = f"{HS}/s1/micro/negative/s1_ne_01"
    assert Smic("HS", 100.0).read(folders(raw, cropped)).records[0].folders == (cropped, raw)


RAW = ("SMIC_all_raw/HS/s18/micro/surprise/s18_sur_03", "SMIC_all_raw/HS/s1/micro/negative/s1_ne_01")


def test_the_clip_that_is_missing_from_the_cropped_frames_is_not_taken_from_the_raw_ones(folders):
    """s18_sur_03 is reported missing there; a copy that has the raw frames as well is of 163 clips too."""
    found = Smic("HS", 100.0).read(folders(f"{HS}/s1/micro/negative/s1_ne_01", *RAW))
    assert names(found) == ["s01_ne_01"]
    assert found.release == "basic, s18_sur_03 missing"


def test_it_is_a_clip_like_others_where_all_are_raw(folders):
    found = Smic("HS", 100.0).read(folders(*RAW))
    assert names(found) == ["s01_ne_01", "s18_sur_03"]
    assert found.release == "basic"


def test_a_clip_with_two_folders_of_one_kind_is_refused(folders):
    with pytest.raises(DataError) as caught:
        Smic("HS", 100.0).read(folders("a/s1_ne_01", "b/s01_ne_01"))
    assert str(caught.value) == (
        "copy: clips with two folders. Remove or rename one:\n  s01_ne_01: a/s1_ne_01, b/s01_ne_01"
    )


def test_clips_without_a_micro_expression_take_part_only_if_asked(folders):
    copy = folders(f"{HS}/s1/micro/negative/s1_ne_01", f"{HS}/s1/non_micro/s1_n1")
    assert names(Smic("HS", 100.0).read(copy)) == ["s01_ne_01"]
    found = Smic("HS", 100.0, non_micro=True).read(copy)
    assert [(one.clip, one.emotion) for one in found.records] == [
        ("s01_n_01", "non_micro"),
        ("s01_ne_01", "negative"),
    ]


def test_a_folder_without_clips_is_explained(folders):
    with pytest.raises(DataError, match="no clip folder of SMIC-HS, such as .*s1_ne_01. Name the folder"):
        Smic("HS", 100.0).read(folders(f"{VIS}/s11/micro/negative/s11_ne_01"))


# SMIC-E.


def test_a_row_of_the_extended_release_is_a_long_clip(extended):
    (one,) = extended(row("s3_ne_02", "1020", "1053")).records
    assert (one.subject, one.clip, one.emotion) == ("s03", "s03_ne_02", "negative")
    assert (one.onset, one.offset, one.apex) == (1020, 1053, None)
    assert "SMIC-E_raw image/HS_long/SMIC-HS-E/s03/s3_ne_02" in one.folders
    assert "SMIC-HS-E/s3/s3_ne_02" in one.folders


def test_free_text_below_the_table_is_left_out_and_noted(extended):
    found = extended(row("s3_ne_02", "1020", "1053"), [], ["", "* lengths are in frames"])
    assert names(found) == ["s03_ne_02"]
    assert found.warnings == (
        "row that names no clip left out: 1 times, for example SMIC-HS-E_annotation.xlsx[HS], row 4",
    )


def test_a_first_frame_that_is_missing_does_no_harm(extended):
    found = extended(row("s3_ne_20", "1020", "1053", first="MISSING <-426679"))
    assert names(found) == ["s03_ne_20"]
    assert found.warnings == ()


def test_the_class_goes_by_name_and_the_column_is_noted_where_it_differs(extended):
    rows = [row("s18_sur_03", "1020", "1053"), row("s1_ne_01", "20", "50")]
    found = extended(*rows)
    assert [one.emotion for one in found.records] == ["surprise", "negative"]
    assert found.warnings == (
        "the Emotion column says negative where the name says surprise: 1 times, for example "
        "SMIC-HS-E_annotation.xlsx[HS], row 2",
    )
    assert [one.emotion for one in extended(*rows, label_by_column=True).records] == ["negative", "negative"]


def test_further_events_are_clips_of_their_own_only_if_asked(extended):
    rows = [row("s4_ne_04", "1020", "1050", "1070", "1100", "1120", "1150")]
    assert names(extended(*rows)) == ["s04_ne_04"]
    found = extended(*rows, all_events=True)
    assert [(one.clip, one.onset, one.offset) for one in found.records] == [
        ("s04_ne_04", 1020, 1050),
        ("s04_ne_04_2", 1070, 1100),
        ("s04_ne_04_3", 1120, 1150),
    ]


def test_a_second_event_may_come_before_the_first(extended):
    found = extended(row("s18_sur_03", "1120", "1150", "1020", "1050", emotion="surprise"), all_events=True)
    assert [(one.clip, one.onset, one.offset) for one in found.records] == [
        ("s18_sur_03", 1120, 1150),
        ("s18_sur_03_2", 1020, 1050),
    ]


@pytest.mark.parametrize(
    "third",
    [("1070", "1100"), ("1090", "1120"), ("1100", "1130"), ("0", "30"), ("", "")],
    ids=["repeat", "overlap", "touching", "formula of nothing", "blank"],
)
def test_a_third_event_counts_only_after_the_second_has_ended(extended, third):
    """Its columns hold filled-down formulas."""
    found = extended(row("s9_sur_01", "1020", "1050", "1070", "1100", *third), all_events=True)
    assert names(found) == ["s09_sur_01", "s09_sur_01_2"]


def test_a_third_event_without_a_second_is_none(extended):
    found = extended(row("s4_ne_04", "1020", "1050", "", "", "1120", "1150"), all_events=True)
    assert names(found) == ["s04_ne_04"]


def test_both_cameras_may_be_sheets_of_one_file(extended):
    tables = {
        "SMIC-E_annotation_2019.xlsx": {
            "HS": [HEADER, row("s1_ne_01", "20", "50")],
            "VIS": [HEADER, row("s11_po_01", "5", "12")],
            "Sheet2": [],
            "Sheet3": [],
        }
    }
    assert names(extended(tables=tables)) == ["s01_ne_01"]
    assert names(extended(tables=tables, camera="VIS")) == ["s11_po_01"]


@pytest.mark.parametrize(
    "sheets", [["Sheet1"], ["Sheet1", "Sheet2", "Sheet3"]], ids=["one sheet", "with empty sheets"]
)
def test_each_camera_may_have_a_file_of_its_own(extended, sheets):
    empty = {name: [] for name in sheets[1:]}
    tables = {
        "SMIC-HS-E_annotation.xlsx": {"Sheet1": [HEADER, row("s1_ne_01", "20", "50")], **empty},
        "SMIC_VIS_E_annotation.xlsx": {"Sheet1": [HEADER, row("s11_po_01", "5", "12")], **empty},
    }
    assert names(extended(tables=tables)) == ["s01_ne_01"]
    assert names(extended(tables=tables, camera="VIS")) == ["s11_po_01"]


def test_headers_of_the_infra_red_camera_carry_its_name(extended):
    header = ["Subject", "Filename", "OnsetF NIR", "ApexF NIR", "OffsetF NIR", "Emotion"]
    tables = {"SMIC-NIR-E_annotation.xlsx": [header, ["11", "s11_ne_01", "5", "8", "12", "negative"]]}
    (one,) = extended(tables=tables, camera="NIR").records
    assert (one.clip, one.onset, one.offset) == ("s11_ne_01", 5, 12)


def test_two_annotations_of_one_camera_are_refused(extended):
    one = [HEADER, row("s1_ne_01", "20", "50")]
    tables = {"SMIC-HS-E_annotation.xlsx": one, "SMIC-HS-E_annotation_2019.xlsx": one}
    with pytest.raises(DataError, match="expected one annotation of SMIC-HS-E, .* found 2. Set 'annotation'"):
        extended(tables=tables)
    with pytest.raises(DataError, match="expected one annotation of SMIC-HS-E, .* found 0"):
        extended(tables={"a.xlsx": [["Subject", "Filename"]]})


def test_a_clip_that_ends_before_it_begins_is_unusable(extended):
    (one,) = extended(row("s1_ne_01", "1053", "1020")).records
    assert one.unusable == "its offset 1020 is before its onset 1053"
