"""Copies as people have them: renamed, re-saved, incomplete, and never written into."""

import csv
import json
import os
import re
import shutil
from pathlib import Path

import pytest

from mer.annotations.sheets import read_grids
from mer.cli.main import main
from mer.core.errors import DataError
from mer.core.location import Location
from mer.datasets import DATASETS
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write, write_workbook

SHEETS = {"casme2": "CASME2-coding-20140508.xlsx", "samm": "SAMM_Micro_FACS_Codes_v2.xlsx"}
KEYS = ("casme2", "samm", "smic_hs")
HS = "SMIC_all_cropped/HS"


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Write small stand-ins, each once."""
    roots = {}
    for key in KEYS:
        roots[key] = tmp_path_factory.mktemp("copies") / key
        write(plan(key, StandInParams(scale=0.02, size=16)), roots[key])
    return roots


@pytest.fixture
def copy_of(written, tmp_path):
    """A copy to change; a real one does not say that it is a stand-in."""

    def make(key, *, real=False):
        root = shutil.copytree(written[key], tmp_path / key)
        if real:
            (root / "STAND-IN.json").unlink()
            (root / "STAND-IN.txt").unlink()
        return root

    return make


def reader(key, root, **settings):
    spec = DATASETS[key]
    return spec.build(spec.params.from_plain(settings), Location(key, root))


def resave(path, change, name):
    """Save the first sheet of a spreadsheet as a CSV file, its rows changed; the spreadsheet goes."""
    rows = change(next(iter(read_grids(path).values())))
    path.unlink()
    with (path.parent / name).open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def frames(root):
    return sorted(path for path in root.rglob("*") if path.suffix in (".jpg", ".bmp"))


def clip_folder(root):
    return frames(root)[0].parent


def folder_of(root, sample):
    """Where the frames of a sample lie; SMIC does not pad the subject there."""
    subject, name = sample.subject.split(":")[1], sample.clip
    if sample.database == "smic_hs":
        return next(root.rglob(f"s{int(subject[1:])}{name[3:]}"))
    return next(path for path in root.rglob(name) if path.parent.name == subject)


def frame_of(root, sample, number):
    """The file of a frame."""
    files = folder_of(root, sample).iterdir()
    return next(path for path in files if int(re.findall(r"\d+", path.stem)[-1]) == number)


# What does no harm.


@pytest.mark.parametrize("key", SHEETS)
def test_the_annotation_may_be_called_otherwise(key, written, copy_of):
    root = copy_of(key)
    (root / "labels").mkdir()
    (root / SHEETS[key]).rename(root / "labels" / "my copy (2).XLSX")
    assert reader(key, root).index().samples == reader(key, written[key]).index().samples


def test_samm_may_have_its_header_on_the_first_row(written, copy_of):
    root = copy_of("samm")
    sheet = read_grids(root / SHEETS["samm"])["MICRO_ONLY"]
    write_workbook(root / SHEETS["samm"], {"MICRO_ONLY": sheet[13:]})
    assert sheet[13][0] == "Subject"
    assert reader("samm", root).index().samples == reader("samm", written["samm"]).index().samples


@pytest.mark.parametrize("key", SHEETS)
def test_a_csv_file_may_have_lost_the_leading_zeros_of_subjects(key, written, copy_of):
    def lose(rows):
        return [[str(int(row[0])) if row[0].isdigit() else row[0], *row[1:], "", ""] for row in rows]

    root = copy_of(key)
    resave(root / SHEETS[key], lose, "saved.csv")
    assert {row[0] for row in read_grids(root / "saved.csv")[""]} & {"1", "2", "6", "9", "11", "17"}
    assert reader(key, root).index().samples == reader(key, written[key]).index().samples


@pytest.mark.parametrize("key", KEYS)
def test_further_folders_do_no_harm(key, written, copy_of):
    root = copy_of(key)
    shutil.copytree(clip_folder(root), root / "backup of something" / "clip 7")
    (root / "empty").mkdir()
    assert reader(key, root).index().samples == reader(key, written[key]).index().samples


def test_clip_folders_without_a_row_are_passed_over(copy_of):
    """CASME II has two of them on disk."""
    root = copy_of("casme2")
    shutil.copytree(clip_folder(root), clip_folder(root).parent / "EP99_99f")
    assert "EP99_99f" not in {sample.clip for sample in reader("casme2", root).index()}


@pytest.mark.parametrize("key", KEYS)
def test_files_of_a_mac_do_no_harm(key, written, copy_of):
    root = copy_of(key)
    for path in [*frames(root)[:50], *(root / name for name in [SHEETS.get(key)] if name)]:
        (path.parent / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
        (path.parent / f"._{path.name}").write_bytes(b"\0\5\26\7")
    original = reader(key, written[key])
    samples = reader(key, root).index().samples
    assert samples == original.index().samples
    assert (reader(key, root).read_clip(samples[0]).frames == original.read_clip(samples[0]).frames).all()


@pytest.mark.parametrize("key", KEYS)
def test_extensions_may_be_in_capitals(key, written, copy_of):
    root = copy_of(key)
    for path in frames(root):
        path.rename(path.with_suffix(path.suffix.upper()))
    original = reader(key, written[key])
    samples = reader(key, root).index().samples
    assert samples == original.index().samples
    assert (reader(key, root).read_clip(samples[0]).frames == original.read_clip(samples[0]).frames).all()


@pytest.mark.parametrize("key", KEYS)
def test_frames_may_be_padded_otherwise(key, written, copy_of):
    root = copy_of(key)
    for path in frames(root):
        head, _, tail = path.stem.rpartition("_")
        number = "".join(c for c in tail if c.isdigit())
        letters = tail.removesuffix(number)
        path.rename(path.with_name(f"{head}_{letters}{int(number):08d}{path.suffix}"))
    original = reader(key, written[key])
    samples = reader(key, root).index().samples
    assert samples == original.index().samples
    assert (reader(key, root).read_clip(samples[0]).frames == original.read_clip(samples[0]).frames).all()


def test_smic_folders_may_be_padded_and_nested_otherwise(written, copy_of):
    root = copy_of("smic_hs")
    flat = root / "HS"
    for folder in sorted((root / HS).glob("*/micro/*/*")):
        subject, rest = folder.name.split("_", 1)
        shutil.move(folder, flat / f"s{int(subject[1:]):03d}_{rest}")
    shutil.rmtree(root / "SMIC_all_cropped")
    assert reader("smic_hs", root).index().samples == reader("smic_hs", written["smic_hs"]).index().samples


def test_frames_may_lie_where_the_settings_say(written, copy_of):
    root = copy_of("casme2")
    (root / "Cropped").rename(root / "my crops")
    made = reader("casme2", root, frames=["my crops/{subject}/{clip}"])
    assert made.index().samples == reader("casme2", written["casme2"]).index().samples


# What is an error, and what a partial copy makes of it.


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


# Nothing is ever written into a user's folder.


def listing(root: Path):
    """Names, sizes and times of everything in a folder."""
    states = {path.relative_to(root).as_posix(): path.stat() for path in [root, *root.rglob("*")]}
    return {name: (state.st_size, state.st_mtime_ns, state.st_mode) for name, state in states.items()}


@pytest.mark.parametrize("key", KEYS)
def test_reading_leaves_no_trace(key, copy_of, capsys):
    root = copy_of(key)
    before = listing(root)
    made = reader(key, root)
    for sample in made.index().samples[:3]:
        made.read_clip(sample)
    assert main(["counts", "--dataset", key, "--root", str(root)]) == 0
    assert json.loads(capsys.readouterr().out)["dataset"] == key
    assert listing(root) == before


@pytest.mark.parametrize("key", KEYS)
def test_a_folder_may_be_read_only(key, copy_of):
    root = copy_of(key)
    places = [root, *root.rglob("*")]
    for path in places:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        made = reader(key, root)
        assert len(made.read_clip(made.index().samples[0]).frames) > 0
    finally:
        for path in places:
            if path.is_dir():
                path.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="links need a POSIX system")
def test_a_folder_may_be_a_link(written, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(written["smic_hs"], target_is_directory=True)
    assert reader("smic_hs", link).index().samples == reader("smic_hs", written["smic_hs"]).index().samples


def test_a_folder_inside_may_be_a_link(written, copy_of, tmp_path):
    """Frames often lie on another disk."""
    root = copy_of("smic_hs")
    shutil.move(root / "SMIC_all_cropped", tmp_path / "other disk")
    (root / "SMIC_all_cropped").symlink_to(tmp_path / "other disk", target_is_directory=True)
    assert reader("smic_hs", root).index().samples == reader("smic_hs", written["smic_hs"]).index().samples
