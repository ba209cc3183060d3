import cv2
import numpy as np
import pytest
from PIL import Image

from mer.core.errors import DataError
from mer.datasets.base import Location
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
        "b.avi,ben,sad,5,2,9,",
        "b.avi,ben,sad,one,2,3,",
        "b.avi,b:n,sad,1,2,3,",
        "b.avi,ben,sad,1.5,2,3,",
    )
    with pytest.raises(DataError) as caught:
        reader(root).index()
    problems = str(caught.value).splitlines()
    assert len(problems) == 6
    assert "row 3: the clip" in problems[1]
    assert "gone' does not exist" in problems[1]
    assert "row 4: onset, apex and offset must rise, got 5, 2, 9" in problems[2]
    assert "row 5: 'onset' must be a number, got 'one'" in problems[3]
    assert "row 6: the subject 'b:n' must be a name without a colon" in problems[4]
    assert "row 7: 'onset' must be a whole number from 0, got '1.5'" in problems[5]


def test_doubled_clips_are_refused(clips):
    with pytest.raises(DataError, match="mine:anna:c1"):
        reader(clips(GOOD[0], GOOD[0])).index()


def test_missing_frames_are_named(clips):
    root = clips("anna/c1,anna,happy,42,45,52,")
    data = reader(root)
    with pytest.raises(DataError, match="frames 42 to 52 are needed, these are missing:\n  50\n  51\n  52"):
        data.read_clip(data.index().samples[0])


def test_a_video_that_ends_early_is_named(clips):
    data = reader(clips("b.avi,ben,sad,1,,30,"))
    with pytest.raises(DataError, match=r"b.avi: the video ends after 8 frames, frame 30"):
        data.read_clip(data.index().samples[0])


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(DataError, match=r"clips.csv: the file does not exist"):
        reader(tmp_path).index()
