"""Copies that lack something or hold something wrong: what is an error, and what a partial copy makes of it."""

import shutil

import pytest

from mer.core.errors import DataError
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write
from tests.contract.user_copies import HS, KEYS, SHEETS, folder_of, frame_of, reader, resave


@pytest.mark.parametrize("key", SHEETS)
def test_a_clip_without_frames_is_named_with_file_and_row(key, copy_of):
    root = copy_of(key)
    sample = reader(key, root).index().samples[0]
    subject = sample.subject.split(":")[1]
    shutil.rmtree(folder_of(root, sample))
    with pytest.raises(DataError) as caught:
        reader(key, root).index()
    title, problem = str(caught.value).split("\n")
    assert title == (
        f"{root}: clips without their frames. Complete the copy, or set 'allow_partial: true' to go on "
        "without these clips:"
    )
    first = {
        "casme2": "[Sheet1], row 2): no images in Cropped/",
        "samm": "[MICRO_ONLY], row 15): no images in",
    }
    assert problem.startswith(f"  {subject}/{sample.clip} ({SHEETS[key]}{first[key]}")


@pytest.mark.parametrize("key", SHEETS)
def test_a_partial_copy_goes_on_with_a_warning_and_a_note(key, copy_of):
    root = copy_of(key)
    complete = reader(key, root).index()
    gone = complete.samples[0]
    subject = gone.subject.split(":")[1]
    shutil.rmtree(folder_of(root, gone))
    index = reader(key, root, allow_partial=True).index()
    assert index.samples == complete.samples[1:]
    assert any(f"left out, their frames are not there:\n  {subject}/{gone.clip}" in w for w in index.warnings)
    assert f"Partial copy of {key}: 1 of {len(complete)} clips are missing" in index.notes
    assert index.fingerprint != complete.fingerprint


def test_a_missing_clip_of_smic_shows_in_the_counts(copy_of):
    root = copy_of("smic_hs")
    shutil.rmtree(next((root / HS).glob("*/micro/surprise/*")))
    with pytest.raises(DataError, match="not what the stand-in was written with:\n  surprise: expected"):
        reader("smic_hs", root).index()


@pytest.mark.parametrize(("key", "closest"), [("casme2", "20"), ("samm", "v2"), ("smic_hs", "basic")])
def test_a_copy_that_lacks_clips_is_refused_with_the_closest_version(key, closest, copy_of):
    root = copy_of(key, real=True)
    with pytest.raises(DataError) as caught:
        reader(key, root).index()
    message = str(caught.value)
    assert message.startswith(f"{root}: matches no known version of {key}. Closest is '{closest}")
    assert "surprise: expected " in message
    assert message.endswith("Complete the copy, or set 'allow_partial: true' to go on with it.")


def test_a_copy_of_smic_that_lacks_more_than_the_reported_clip_is_refused(tmp_path):
    """Copies without s18_sur_03 are known; others are incomplete."""
    root = tmp_path / "smic"
    write(plan("smic_hs", StandInParams(size=16)), root, annotations_only=True)
    for path in plan("smic_hs", StandInParams(size=16)).tree().folders():
        (root / path).mkdir(exist_ok=True)
    (root / "STAND-IN.json").unlink()
    (root / "STAND-IN.txt").unlink()
    assert reader("smic_hs", root).census.problem == ""
    (root / HS / "s18/micro/surprise/s18_sur_03").rmdir()
    known = reader("smic_hs", root).census
    assert known.version == "basic, s18_sur_03 missing"
    assert not known.verified
    for path in sorted((root / HS / "s3/micro/negative").iterdir())[:4]:
        path.rmdir()
    incomplete = reader("smic_hs", root).census
    assert "matches no known version of smic_hs" in incomplete.problem
    assert incomplete.verified
    with pytest.raises(DataError, match="Complete the copy, or set 'allow_partial: true'"):
        reader("smic_hs", root).index()


@pytest.mark.parametrize("key", SHEETS)
def test_a_folder_above_or_below_the_right_one_is_explained(key, copy_of):
    """Every clip is missing: the folder is wrong, not incomplete, and no partial copy either."""
    root = copy_of(key)
    (root / {"casme2": "Cropped", "samm": "SAMM"}[key]).rename(root / "elsewhere")
    for settings in ({}, {"allow_partial": True}):
        with pytest.raises(DataError, match="no clip has its frames. .* or set 'frames' to where yours lie"):
            reader(key, root, **settings).index()


@pytest.mark.parametrize("key", KEYS)
def test_such_a_copy_can_be_used_and_every_table_says_so(key, written, copy_of):
    index = reader(key, copy_of(key, real=True), allow_partial=True).index()
    assert f"{key}: the annotation is {index.version}, not a complete version" in index.notes
    assert index.version.startswith("like ")
    assert any("matches no known version" in warning for warning in index.warnings)
    assert {sample.source for sample in index} == {"real"}
    stand_in = reader(key, written[key]).index()
    assert [sample.sample_id for sample in index] == [sample.sample_id for sample in stand_in]


@pytest.mark.parametrize("key", SHEETS)
def test_of_two_annotation_files_one_must_be_chosen(key, written, copy_of):
    root = copy_of(key)
    shutil.copy(root / SHEETS[key], root / "older.xlsx")
    with pytest.raises(DataError) as caught:
        reader(key, root).index()
    assert "Set 'annotation' to one of:\n" in str(caught.value)
    assert "\n  older.xlsx" in str(caught.value)
    assert SHEETS[key] in str(caught.value)
    chosen = reader(key, root, annotation="older.xlsx").index()
    assert [one.sample_id for one in chosen] == [one.sample_id for one in reader(key, written[key]).index()]


@pytest.mark.parametrize("key", SHEETS)
def test_a_missing_annotation_is_explained(key, copy_of):
    root = copy_of(key)
    (root / SHEETS[key]).unlink()
    with pytest.raises(DataError, match="no annotation file with the columns Subject, Filename, Onset"):
        reader(key, root).index()


def test_a_row_that_stands_twice_is_named_twice(copy_of):
    root = copy_of("casme2")
    resave(root / SHEETS["casme2"], lambda rows: [*rows, rows[1]], "a.csv")
    with pytest.raises(DataError) as caught:
        reader("casme2", root).index()
    assert "clips that are annotated twice. Keep one row of each:" in str(caught.value)
    assert ": a.csv, row 2 and a.csv, row " in str(caught.value)


@pytest.mark.parametrize("key", KEYS)
def test_a_frame_of_no_bytes_is_named_when_it_is_read(key, copy_of):
    root = copy_of(key)
    made = reader(key, root)
    sample = made.index().samples[0]
    broken = frame_of(root, sample, sample.onset + 1)
    broken.write_bytes(b"")
    assert reader(key, root).index().samples == made.index().samples
    with pytest.raises(DataError) as caught:
        made.read_clip(sample)
    assert str(caught.value).startswith(f"{broken}: the image is damaged (")
    assert str(caught.value).endswith("Copy it again from the original.")


@pytest.mark.parametrize("key", SHEETS)
def test_a_frame_missing_between_onset_and_offset_is_a_warning(key, copy_of):
    root = copy_of(key)
    made = reader(key, root)
    sample = made.index().samples[0]
    subject = sample.subject.split(":")[1]
    whole = made.read_clip(sample).frames
    frame_of(root, sample, sample.onset + 1).unlink()
    fewer = reader(key, root)
    said = [text for text in fewer.index().warnings if text.startswith(f"{subject}/{sample.clip} (")]
    assert said[0].endswith("1 frames between onset and offset are missing")
    assert len(fewer.read_clip(sample).frames) == len(whole) - 1
    assert fewer.index().fingerprint != made.index().fingerprint


def test_a_damaged_annotation_is_named(copy_of):
    root = copy_of("casme2")
    (root / SHEETS["casme2"]).write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError, match=f"{SHEETS['casme2']}: not a readable spreadsheet"):
        reader("casme2", root).index()


def test_a_note_that_is_cut_off_is_named(copy_of):
    root = copy_of("casme2")
    (root / "STAND-IN.json").write_text('{"dataset": ')
    with pytest.raises(DataError, match="STAND-IN.json"):
        reader("casme2", root).index()


def test_an_unfinished_stand_in_does_not_pass_for_real(copy_of):
    """Its note is written last."""
    root = copy_of("casme2")
    (root / "STAND-IN.json").unlink()
    with pytest.raises(DataError, match="STAND-IN.json: the stand-in was not written to its end"):
        reader("casme2", root, allow_partial=True).index()
