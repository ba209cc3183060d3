"""Copies as people have them: renamed, re-saved, and never written into."""

import json
import os
import shutil
from pathlib import Path

import pytest

from mer.annotations.sheets import read_grids
from mer.cli.main import main
from mer.standins.write import write_workbook
from tests.contract.user_copies import HS, KEYS, SHEETS, clip_folder, frames, reader, resave

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
