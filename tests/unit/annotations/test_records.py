import pytest

from mer.annotations.records import Annotation, in_order, join
from mer.annotations.values import Notes
from mer.core.errors import DataError


def joined(copy, *records, allow_partial=False):
    return join(Annotation(records, "v"), copy, allow_partial=allow_partial)


def test_frames_are_found_by_number_whatever_their_padding(tree, record):
    names = ["006_05562.jpg", "006_5563.jpg", "006_005564.JPG"]
    found = joined(tree(frames={"sub01/c1": names}), record(5562, 5563, 5564)).found
    ((_, folder, frames),) = found
    assert folder == "sub01/c1"
    assert frames == {5562: "006_05562.jpg", 5563: "006_5563.jpg", 5564: "006_005564.JPG"}


def test_the_first_folder_with_frames_counts(tree, record):
    copy = tree(frames={"Cropped/c1": [], "raw/c1": range(10, 15), "more/c1": range(10, 15)})
    ((_, folder, _),) = joined(copy, record(folders=("gone/c1", "Cropped/c1", "raw/c1", "more/c1"))).found
    assert folder == "raw/c1"


def test_further_folders_and_frames_do_no_harm(tree, record):
    copy = tree(frames={"sub01/c1": range(5, 20), "sub01/EP02_07": range(61, 107)})
    result = joined(copy, record())
    assert len(result.found) == 1
    assert result.warnings == ()


def test_a_clip_without_frames_is_named_with_its_row_and_what_to_do(tree, record):
    copy = tree(frames={"sub01/c1": range(10, 15)})
    second = record(clip="c2", folders=("a/c2", "b/c2", "c/c2"), place="coding.xlsx, row 3")
    third = record(clip="c3", folders=("sub01/c3",), place="coding.xlsx, row 4")
    with pytest.raises(DataError) as caught:
        joined(copy, record(), second, third)
    assert str(caught.value) == (
        "copy: clips without their frames. Complete the copy, or set 'allow_partial: true' to go on "
        "without these clips:\n"
        "  sub01/c2 (coding.xlsx, row 3): no images in a/c2 or 2 other places\n"
        "  sub01/c3 (coding.xlsx, row 4): no images in sub01/c3"
    )


@pytest.mark.parametrize("allow_partial", [False, True])
def test_a_copy_without_any_frames_is_a_wrong_folder(tree, record, allow_partial):
    unusable = record(clip="c0", unusable="its offset is not coded")
    first = record(folders=("a/c1", "b/c1"))
    with pytest.raises(DataError) as caught:
        joined(tree(), unusable, first, record(clip="c2"), allow_partial=allow_partial)
    assert str(caught.value) == (
        "copy: no clip has its frames. Those of the first were looked for in a/c1 or b/c1. Name the folder "
        "above these, or set 'frames' to where yours lie. First of 2: sub01/c1 (coding.xlsx, row 2): "
        "no images in a/c1 or 1 other place"
    )


def test_a_partial_copy_goes_on_without_such_clips_and_says_so(tree, record):
    copy = tree(frames={"sub01/c1": range(10, 15)})
    result = joined(copy, record(), record(clip="c2", folders=("sub01/c2",)), allow_partial=True)
    assert [one.clip for one, _, _ in result.found] == ["c1"]
    (warning,) = result.warnings
    assert warning == (
        "left out, their frames are not there:\n  sub01/c2 (coding.xlsx, row 2): no images in sub01/c2"
    )


@pytest.mark.parametrize(("gone", "mark"), [(10, "onset"), (12, "apex"), (14, "offset")])
def test_a_clip_needs_its_three_marked_frames(tree, record, gone, mark):
    copy = tree(frames={"sub01/c1": [number for number in range(10, 15) if number != gone]})
    with pytest.raises(DataError, match=rf"sub01/c1 lacks {mark} frame {gone}$"):
        joined(copy, record())


def test_frames_missing_between_onset_and_offset_are_a_warning(tree, record):
    result = joined(tree(frames={"sub01/c1": [10, 12, 14]}), record())
    assert len(result.found) == 1
    assert result.warnings == (
        "sub01/c1 (coding.xlsx, row 2): 2 frames between onset and offset are missing",
    )


def test_marks_that_are_not_annotated_are_first_and_last_frame(tree, record):
    copy = tree(frames={"sub01/c1": range(559740, 559780)})
    ((one, _, _),) = joined(copy, record(None, None, None, throughout=True)).found
    assert (one.onset, one.apex, one.offset) == (559740, None, 559779)


def test_a_blank_mark_of_a_clip_in_a_longer_video_is_an_error(tree, record):
    """A sheet saved by a program that computes no formulas has blanks there."""
    copy = tree(frames={"sub01/c1": range(559740, 559780)})
    with pytest.raises(DataError, match=r"onset not annotated \(a formula without its value\?"):
        joined(copy, record(None, None, 559760))


def test_all_clips_are_taken_from_one_kind_of_frames(tree, record):
    """Cropped and raw frames of one database never meet."""
    places = {"cropped/a": range(3), "cropped/b": range(3), "raw/b": range(3), "raw/c": range(3)}
    kinds = ("cropped", "raw")
    clips = [
        record(0, 1, 2, clip=name, folders=(f"cropped/{name}", f"raw/{name}"), kinds=kinds) for name in "abc"
    ]
    with pytest.raises(DataError, match="its frames are in raw/c, those of the others are not"):
        joined(tree(frames=places), *clips)
    result = joined(tree(frames=places), *clips, allow_partial=True)
    assert [folder for _, folder, _ in result.found] == ["cropped/a", "cropped/b"]


def test_cropped_frames_are_read_although_a_clip_more_is_raw(tree, record):
    """Whatever clip comes first. A few that are cropped do not make a database."""
    kinds = ("cropped", "raw")

    def folders_read(cropped):
        places = {f"raw/{name}": range(3) for name in "abcd"} | {
            f"cropped/{name}": range(3) for name in cropped
        }
        clips = [
            record(0, 1, 2, clip=name, folders=(f"cropped/{name}", f"raw/{name}"), kinds=kinds)
            for name in "abcd"
        ]
        return [folder for _, folder, _ in joined(tree(frames=places), *clips, allow_partial=True).found]

    assert folders_read("bcd") == ["cropped/b", "cropped/c", "cropped/d"]
    assert folders_read("d") == ["raw/a", "raw/b", "raw/c", "raw/d"]


def test_an_unusable_clip_is_left_out_with_its_reason(tree, record):
    copy = tree(frames={"sub01/c1": range(10, 15)})
    result = joined(copy, record(unusable="its offset is not coded"))
    assert result.found == ()
    assert result.warnings == ("sub01/c1 (coding.xlsx, row 2) left out: its offset is not coded",)


@pytest.mark.parametrize(("onset", "apex", "offset"), [(69, 69, 123), (66, 111, 111), (5126, 5127, 5200)])
def test_an_apex_may_be_onset_or_offset(record, onset, apex, offset):
    notes = Notes()
    assert in_order(record(onset, apex, offset), notes).apex == apex
    assert notes.warnings() == ()


@pytest.mark.parametrize(("onset", "apex", "offset"), [(1071, 1143, 1134), (4896, 1930, 4970), (20, 0, 40)])
def test_an_apex_outside_its_clip_counts_as_not_annotated(record, onset, apex, offset):
    notes = Notes()
    one = in_order(record(onset, apex, offset), notes)
    assert (one.onset, one.apex, one.offset) == (onset, None, offset)
    assert notes.warnings() == (
        "apex outside onset to offset read as not annotated: 1 times, for example "
        f"coding.xlsx, row 2 ({onset}, {apex}, {offset})",
    )
    assert one.unusable == ""


@pytest.mark.parametrize(("onset", "apex", "offset"), [(3647, 2655, 2660), (100, 110, 0)])
def test_a_clip_that_ends_before_it_begins_is_unusable(record, onset, apex, offset):
    one = in_order(record(onset, apex, offset), Notes())
    assert one.unusable == f"its offset {offset} is before its onset {onset}"
    assert one.apex is None


def test_an_apex_without_an_offset_is_kept(record):
    assert in_order(record(10, 12, None), Notes()).apex == 12
