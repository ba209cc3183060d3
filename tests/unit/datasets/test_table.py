import cv2
import numpy as np
import pytest
from PIL import Image

from mer.annotations.landmarks import write_landmarks
from mer.core.errors import DataError
from mer.core.location import Location
from mer.datasets.table import SPEC


def reader(root, **settings):
    return SPEC.build(SPEC.params(**settings), Location("mine", root))


@pytest.fixture
def clips(tmp_path):
    """Two clips: a folder whose frames are numbered from 40, and a video."""
    (tmp_path / "anna" / "c1").mkdir(parents=True)
    for number in range(40, 50):
        frame = np.full((20, 16, 3), 5 * number, np.uint8)
        Image.fromarray(frame).save(tmp_path / "anna" / "c1" / f"img{number:04d}.PNG")
    video = cv2.VideoWriter(str(tmp_path / "b.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 30, (16, 16))
    for number in range(8):
        video.write(np.full((16, 16, 3), 20 * number, np.uint8))
    video.release()

    def write(*rows):
        lines = ["clip,subject,label,onset,apex,offset,fps", *rows]
        (tmp_path / "clips.csv").write_text("\n".join(lines) + "\n")
        return tmp_path

    return write


GOOD = ("anna/c1,anna,happy,42,45,48,200", "b.avi,ben,sad,1,,5,")


def test_rows_become_samples(clips):
    index = reader(clips(*GOOD)).index()
    anna, ben = index.samples
    assert (anna.sample_id, anna.subject, anna.emotion) == ("mine:anna:c1", "mine:anna", "happy")
    assert (anna.onset, anna.apex, anna.offset, anna.fps, anna.source) == (42, 45, 48, 200.0, "real")
    assert (ben.sample_id, ben.apex, ben.fps) == ("mine:ben:b", None, None)


def test_frames_are_found_by_their_numbers(clips):
    data = reader(clips(*GOOD))
    clip = data.read_clip(data.index().samples[0])
    assert clip.frames[:, 0, 0].tolist() == [5 * n for n in range(42, 49)]
    assert (clip.onset, clip.apex, clip.offset) == (0, 3, 6)


def test_frames_can_be_counted_by_position(clips):
    data = reader(clips("anna/c1,anna,happy,2,5,8,"), numbering="positions")
    assert data.read_clip(data.index().samples[0]).frames[0, 0, 0] == 5 * 42


def test_a_video_is_read_from_onset_to_offset(clips):
    data = reader(clips(*GOOD))
    clip = data.read_clip(data.index().samples[1])
    assert clip.frames.shape == (5, 16, 16)
    assert np.allclose(clip.frames.mean(axis=(1, 2)), [20, 40, 60, 80, 100], atol=3)
    assert clip.apex is None


def test_every_bad_row_is_listed(clips):
    root = clips(
        "anna/c1,anna,happy,42,45,48,200",
        "gone,anna,happy,1,2,3,",
        "",
        "b.avi,ben,sad,5,2,9,",
        "b.avi,ben,sad,one,2,3,",
        "b.avi,b:n,sad,1,2,3,",
        "b.avi,ben,sad,1.5,2,3,",
        "b.avi,ben,sad,nan,2,3,",
        "b.avi,ben,sad,1,2,3,-5",
    )
    with pytest.raises(DataError) as caught:
        reader(root).index()
    problems = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert problems[0].startswith("line 3: the clip")
    assert problems[0].endswith("gone' does not exist")
    assert problems[1:] == [
        "line 5: onset, apex and offset must rise, got 5, 2, 9",
        "line 6: 'onset' must be a number, got 'one'",
        "line 7: the subject 'b:n' must be a name of printable characters without a colon",
        "line 8: 'onset' must be a whole number from 0, got '1.5'",
        "line 9: 'onset' must be a number, got 'nan'",
        "line 10: 'fps' must be above 0, got '-5'",
    ]


def test_a_clip_is_called_as_its_folder_also_with_a_dot(clips, tmp_path):
    (tmp_path / "anna" / "c1").rename(tmp_path / "anna" / "EP.01")
    data = reader(clips("anna/EP.01,anna,happy,42,45,48,"))
    assert data.index().samples[0].clip == "EP.01"


def test_a_video_of_any_suffix_is_a_video(clips, tmp_path):
    (tmp_path / "b.avi").rename(tmp_path / "b.film")
    data = reader(clips("b.film,ben,sad,1,,5,"))
    assert len(data.read_clip(data.index().samples[0]).frames) == 5


def test_the_fingerprint_follows_marks_files_and_folders_but_not_labels(clips, tmp_path):
    def fingerprint(row):
        return reader(clips(row)).index().fingerprint

    before = fingerprint(GOOD[0])
    assert fingerprint(GOOD[0].replace("happy", "sad")) == before
    assert fingerprint(GOOD[0].replace("42", "43")) != before
    frame = tmp_path / "anna" / "c1" / "img0044.PNG"
    frame.rename(frame.with_name("img0060.PNG"))
    assert fingerprint(GOOD[0]) != before


def test_another_folder_with_the_same_table_is_other_data(clips, tmp_path):
    import shutil

    before = reader(clips(*GOOD)).index().fingerprint
    shutil.copytree(tmp_path, tmp_path.parent / "kept", copy_function=shutil.copy2)
    assert reader(tmp_path.parent / "kept").index().fingerprint == before
    (tmp_path.parent / "kept" / "anna" / "c1" / "img0041.PNG").unlink()
    assert reader(tmp_path.parent / "kept").index().fingerprint != before


def test_doubled_clips_are_refused(clips):
    with pytest.raises(DataError, match="mine:anna:c1"):
        reader(clips(GOOD[0], GOOD[0])).index()


def test_missing_frames_are_named(clips):
    root = clips("anna/c1,anna,happy,42,45,52,")
    data = reader(root)
    with pytest.raises(DataError, match="frames 42 to 52 are needed, these are missing:\n  50"):
        data.read_clip(data.index().samples[0])


def test_an_absurd_offset_is_an_error_and_no_loop(clips):
    data = reader(clips("anna/c1,anna,happy,42,45,999999999,"))
    with pytest.raises(DataError, match="frames 42 to 999999999 are needed"):
        data.read_clip(data.index().samples[0])


def test_a_video_that_ends_early_is_named(clips):
    data = reader(clips("b.avi,ben,sad,1,,30,"))
    with pytest.raises(DataError, match=r"b.avi: the video ends after 8 frames, frame 30"):
        data.read_clip(data.index().samples[0])


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DataError, match=r"clips.csv: the file does not exist"):
        reader(tmp_path).index()


def test_landmarks_beside_the_table_come_with_the_clips(clips):
    data = reader(clips(*GOOD))
    before = data.index().fingerprint
    points = np.arange(136.0).reshape(68, 2)
    write_landmarks(data.location.root / "landmarks.csv", {("anna", "c1"): points})
    data = reader(data.location.root)
    anna, ben = data.index().samples
    assert np.array_equal(data.read_clip(anna).landmarks, points)
    assert data.read_clip(ben).landmarks is None
    assert data.index().fingerprint != before


def test_landmarks_of_no_clip_are_a_warning(clips):
    root = clips(*GOOD)
    write_landmarks(root / "landmarks.csv", {("Anna", "c1"): np.zeros((68, 2))})
    (warning,) = reader(root).index().warnings
    assert "landmarks of 1 clips" in warning
    assert "Anna/c1" in warning


def test_landmarks_of_two_clips_of_one_name_are_refused(clips):
    root = clips()
    (root / "clips.csv").write_text(
        "clip,subject,label,onset,apex,offset,database,name\n"
        "anna/c1,s1,happy,42,45,48,one,c1\nanna/c1,s1,happy,42,45,48,two,c1\n"
    )
    assert len(reader(root).index()) == 2
    write_landmarks(root / "landmarks.csv", {("s1", "c1"): np.zeros((68, 2))})
    with pytest.raises(DataError, match=r"clips of two databases have one name.*\n  s1/c1"):
        reader(root).index()
