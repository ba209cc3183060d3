"""What a stand-in plans is what a reader finds, for every database and version."""

import hashlib
import json
import time
from collections import Counter

import numpy as np
import pytest

from mer.annotations.landmarks import read_landmarks
from mer.cli.main import main
from mer.core.errors import DataError
from mer.core.location import Location
from mer.datasets import DATASETS
from mer.standins.catalogue import STAND_INS
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write, write_workbook

ALL = [(key, version) for key, stand_in in STAND_INS.items() for version in stand_in.versions]
# Settings with which a reader takes everything that the stand-in plans.
SETTINGS = {
    "test A": {"part": "test_a"},
    "test B": {"part": "test_b"},
    "final": {"expressions": "all"},
    "basic": {"non_micro": True},
    "extended": {"release": "extended"},
    "extended, edited": {"release": "extended"},
    "extended, original": {"release": "extended"},
}
# Sets of which a reader makes three samples of every sequence, named after it.
SEQUENCES = ("ckplus", "oulu_casia", "mug")


def params(version, scale=0.05):
    return StandInParams(scale=scale, size=24, version=version)


def planned(key, version, scale=0.05):
    return plan(key, params(version, scale))


def reader(key, version, root=None, **more):
    settings = {**SETTINGS.get(version, {}), **more}
    if root is None:
        settings.setdefault("stand_in", params(version).model_dump(mode="json"))
    spec = DATASETS[key]
    return spec.build(spec.params.from_plain(settings), Location(key, root))


def expected_clips(key, version):
    """Clips that a reader must find; the long videos of SAMM are read for their micro-expressions."""
    clips = [clip for clip in planned(key, version).clips if clip.annotated]
    return [clip for clip in clips if key != "samm_lv" or clip.emotion == "micro"]


@pytest.fixture(scope="session")
def on_disk(tmp_path_factory):
    """Write small stand-ins, each once."""
    written = {}

    def folder(key, version):
        if (key, version) not in written:
            out = tmp_path_factory.mktemp("small") / key
            write(planned(key, version), out)
            written[key, version] = out
        return written[key, version]

    return folder


@pytest.mark.parametrize(("key", "version"), ALL)
def test_a_reader_finds_what_was_planned(key, version, on_disk):
    samples = reader(key, version, on_disk(key, version)).annotated_samples()
    wanted = Counter((clip.subject, clip.emotion) for clip in expected_clips(key, version))
    images = 3 if key in SEQUENCES else 1
    found = Counter((one.subject.removeprefix(f"{key}:"), one.emotion) for one in samples)
    assert found == {what: images * number for what, number in wanted.items()}
    assert {one.source for one in samples} == {"stand_in"}


@pytest.mark.parametrize(("key", "version"), ALL)
def test_clips_keep_their_names(key, version, on_disk):
    samples = reader(key, version, on_disk(key, version)).annotated_samples()
    found = sorted((one.subject.removeprefix(f"{key}:"), one.clip, one.emotion) for one in samples)
    wanted = sorted((clip.subject, clip.clip, clip.emotion) for clip in expected_clips(key, version))
    if key in SEQUENCES:
        wanted = [one for one in wanted for _ in range(3)]
        assert all(
            name.startswith(f"{sequence}_") and (subject, emotion) == (s, e)
            for (subject, name, emotion), (s, sequence, e) in zip(found, wanted, strict=True)
        )
    else:
        assert found == wanted


@pytest.mark.parametrize(("key", "version"), ALL)
def test_an_index_is_the_same_before_and_after_a_stand_in_is_written(key, version, on_disk):
    before, after = reader(key, version), reader(key, version, on_disk(key, version))
    assert before.index().samples == after.index().samples
    assert before.index().fingerprint == after.index().fingerprint
    assert before.index().version == after.index().version
    assert {one.source for one in after.index()} == {"stand_in"}


@pytest.mark.parametrize(("key", "version"), ALL)
def test_all_clips_are_in_the_index_but_those_that_cannot_be_used(key, version, on_disk):
    """An offset of 0 is not coded in CAS(ME)²; three clips of CAS(ME)³ end before they begin."""
    made = reader(key, version, on_disk(key, version))
    unusable = [
        clip for clip in expected_clips(key, version) if "marks" in clip.row and clip.row["marks"][2] == 0
    ]
    backwards = [
        clip
        for clip in expected_clips(key, version)
        if "marks" in clip.row and 0 < clip.row["marks"][2] < clip.row["marks"][0]
    ]
    gone = len(unusable) + len(backwards)
    assert gone == 0 or key in ("casme_squared", "casme3_a")
    assert len(made.index()) == len(made.annotated_samples()) - gone


@pytest.mark.parametrize(("key", "version"), ALL)
def test_small_stand_ins_keep_every_class_and_four_subjects(key, version):
    def clips(scale):
        return [clip for clip in planned(key, version, scale).clips if clip.annotated]

    full = Counter(clip.emotion for clip in clips(1.0))
    for scale in (0.001, 0.05):
        small = Counter(clip.emotion for clip in clips(scale))
        assert set(small) == set(full)
        assert all(small[emotion] >= min(2, full[emotion]) for emotion in full)
        assert len({clip.subject for clip in clips(scale)}) >= 4
    assert len(clips(0.05)) < 0.5 * len(clips(1.0))


@pytest.mark.parametrize(("key", "version"), ALL)
def test_a_clip_of_each_class_can_be_read(key, version, on_disk):
    made = reader(key, version, on_disk(key, version))
    for sample in {one.emotion: one for one in made.index()}.values():
        clip = made.read_clip(sample)
        assert clip.frames.dtype == np.uint8
        assert clip.frames.shape[1] == 24
        assert clip.onset == 0
        assert clip.offset == len(clip.frames) - 1
        assert clip.apex is None or clip.onset <= clip.apex <= clip.offset
        assert clip.frames.std() > 20, f"{sample.sample_id} shows no face"
        x, y = clip.landmarks.T
        assert clip.landmarks.shape == (68, 2), f"{sample.sample_id} has no landmarks"
        # A frame ends half a pixel beyond the centres of its first and last pixels.
        assert -0.5 < x.min() < x.max() < clip.frames.shape[2] - 0.5
        assert -0.5 < y.min() < y.max() < clip.frames.shape[1] - 0.5
        # The outer corner of the right eye, the tip of the nose, the chin.
        assert x[36] < x[33] < x[45]
        assert y[36] < y[33] < y[8]


# Settings under which readers make other samples than usually.
FURTHER = {
    "smic_hs": ({"non_micro": True},),
    "casme_squared": ({"expressions": "all"},),
    "samm_lv": ({"expressions": "macro"},),
    "ckplus": ({"last": 99}, {"clips": "sequences"}),
    "oulu_casia": ({"last": 6},),
    "mug": ({"middle": 9},),
}


@pytest.mark.parametrize(("key", "version"), ALL)
def test_every_sample_of_a_stand_in_has_landmarks(key, version, on_disk):
    root = on_disk(key, version)
    given = read_landmarks(root / "landmarks.csv")
    settings = [{}, *(FURTHER.get(key, ()) if version == STAND_INS[key].versions[0] else ())]
    settings += [{"all_events": True}] if version.startswith("extended") else []
    found = set()
    for more in settings:
        samples = reader(key, version, root, **more).annotated_samples()
        found |= {(one.subject.removeprefix(f"{key}:"), one.clip) for one in samples}
    assert found == set(given)


@pytest.mark.parametrize(("key", "version"), [one for one in ALL if one[1].startswith("extended")])
def test_every_event_of_a_long_clip_is_planned_from_its_first_frame(key, version):
    """Small stand-ins have no clip with several events."""
    whole = StandInParams(size=24, version=version).model_dump(mode="json")
    samples = reader(key, version, stand_in=whole, all_events=True).index()
    onsets = {sample.clip: sample.onset for sample in samples}
    planned_onsets = {
        name: int(clip.files[position].removeprefix("image").removesuffix(".jpg"))
        for clip in planned(key, version, 1.0).clips
        for name, position in clip.samples.items()
    }
    assert planned_onsets == onsets
    assert len(onsets) > len(planned(key, version, 1.0).clips)


def test_landmarks_go_with_frames(tmp_path):
    write(planned("samm", "v2"), tmp_path, annotations_only=True)
    assert not (tmp_path / "landmarks.csv").exists()


def test_a_planned_stand_in_lists_what_is_written_but_its_landmarks(on_disk):
    """Landmarks belong to the frames: nothing that is listed or counted depends on them."""
    root = on_disk("jaffe", "published")
    written = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    marks = {"STAND-IN.json", "STAND-IN.txt", "landmarks.csv"}
    assert written - marks == set(planned("jaffe", "published").tree().files())
    assert marks <= written


@pytest.mark.parametrize("key", ["casme2", "samm", "smic_hs", "casme", "mmew", "dfme", "fourdme"])
def test_clips_have_as_many_frames_as_onset_and_offset_say(key, on_disk):
    version = STAND_INS[key].versions[0]
    made = reader(key, version, on_disk(key, version))
    for sample in made.index().samples[::5]:
        assert len(made.read_clip(sample).frames) == sample.offset - sample.onset + 1


@pytest.mark.parametrize(("key", "grey"), [("casme2", False), ("samm", True), ("smic_nir", True)])
def test_frames_are_grey_where_the_databases_are(key, grey, on_disk):
    from PIL import Image

    root = on_disk(key, STAND_INS[key].versions[0])
    frame = next(path for path in sorted(root.rglob("*.*")) if path.suffix in (".jpg", ".bmp"))
    with Image.open(frame) as image:
        assert (image.mode == "L") == grey


def contents(root):
    """Digest of every file."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("key", ["casme2", "samm", "smic_hs", "casme_squared", "jaffe", "mmi"])
def test_writing_twice_gives_the_same_files(key, on_disk, tmp_path):
    version = STAND_INS[key].versions[0]
    write(planned(key, version), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(on_disk(key, version))


def test_a_spreadsheet_does_not_tell_when_it_was_written(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"Sheet1": [["Subject", 1]]})
    time.sleep(1.1)
    write_workbook(tmp_path / "b.xlsx", {"Sheet1": [["Subject", 1]]})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("key", sorted(STAND_INS))
def test_a_stand_in_says_what_it_is(key, on_disk):
    version = STAND_INS[key].versions[0]
    root = on_disk(key, version)
    text = (root / "STAND-IN.txt").read_text()
    assert f"This folder is a STAND-IN, not {key}." in text
    assert version in text
    note = json.loads((root / "STAND-IN.json").read_text())
    assert (note["dataset"], note["version"], note["scale"], note["size"]) == (key, version, 0.05, 24)


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(DataError, match="holds something that is no stand-in. Give an empty or a new folder"):
        write(planned("jaffe", "published"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    assert main(["standin", "--dataset", "jaffe", "--out", str(tmp_path), "--scale", "0.05"]) == 1
    assert "holds something that is no stand-in" in capsys.readouterr().err
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_stand_in_replaces_an_earlier_one(tmp_path):
    write(planned("samm", "v2"), tmp_path / "out", annotations_only=True)
    with pytest.raises(DataError, match="holds a stand-in. Give a new folder, or --force"):
        write(planned("jaffe", "published"), tmp_path / "out", annotations_only=True)
    write(planned("jaffe", "published"), tmp_path / "out", annotations_only=True, force=True)
    assert sorted(contents(tmp_path / "out")) == ["STAND-IN.json", "STAND-IN.txt"]


def test_an_unfinished_stand_in_has_no_note_and_can_be_replaced(tmp_path, monkeypatch):
    def full_disk(*_):
        raise DataError("cannot be written")

    with monkeypatch.context() as patch:
        patch.setattr("mer.standins.write.write_landmarks", full_disk)
        with pytest.raises(DataError, match="cannot be written"):
            write(planned("jaffe", "published"), tmp_path / "out")
    assert not (tmp_path / "out" / "STAND-IN.json").exists()
    write(planned("jaffe", "published"), tmp_path / "out", annotations_only=True, force=True)
    assert (tmp_path / "out" / "STAND-IN.json").is_file()


@pytest.mark.parametrize("module", ["write", "scaling", "frames", "casme2"])
def test_another_way_of_drawing_choosing_or_writing_has_another_folder(module, monkeypatch):
    from mer.core import digests
    from mer.standins import planned as planning

    whole, changed = digests.module_digest, f"mer.standins.{module}"
    names = {"before": planning.stand_in_folder("casme2", StandInParams())}
    for place in (digests, planning):
        monkeypatch.setattr(place, "module_digest", lambda name: whole(name) + "!" * (name == changed))
    remembered = (planning._code, digests.code_digest)
    try:
        [one.cache_clear() for one in remembered]
        names["after"] = planning.stand_in_folder("casme2", StandInParams())
    finally:
        [one.cache_clear() for one in remembered]
    assert names["before"] != names["after"]


def test_other_scales_sizes_and_versions_have_other_folders():
    from mer.standins.planned import stand_in_folder

    chosen = [
        stand_in_folder("casme2", StandInParams(**settings))
        for settings in ({}, {"scale": 0.5}, {"size": 64}, {"version": "2019-07-01"})
    ]
    assert len(set(chosen)) == 4
    assert all(folder.name.startswith("casme2-") for folder in chosen)
