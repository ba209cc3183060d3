import cv2
import numpy as np
import pytest
from PIL import Image

from mer.core.errors import DataError
from mer.media.frames import frame_files, read_colour, read_frames, to_grey


def test_grey_is_opencvs_luma_within_rounding():
    image = np.random.default_rng(0).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    difference = to_grey(image).astype(int) - cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    assert np.abs(difference).max() <= 1


def test_a_grey_file_reads_as_colour(tmp_path):
    Image.fromarray(np.full((4, 5), 9, np.uint8)).save(tmp_path / "a.png")
    assert read_colour(tmp_path / "a.png").shape == (4, 5, 3)


@pytest.mark.parametrize("content", [b"", b"no image"])
def test_what_is_no_image_is_named(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(DataError, match=r"a.jpg: the image is damaged"):
        read_colour(tmp_path / "a.jpg")


def test_a_truncated_jpeg_is_not_read_as_half_grey(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "a.jpg")
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged"):
        read_colour(tmp_path / "a.jpg")


def test_frames_are_found_whatever_their_padding(tmp_path):
    for name in ("img9.jpg", "img010.JPG", "notes.txt", ".img3.jpg", "cover.jpg"):
        (tmp_path / name).write_bytes(b"")
    assert {n: p.name for n, p in frame_files(tmp_path).items()} == {9: "img9.jpg", 10: "img010.JPG"}


def test_two_frames_of_one_number_are_refused(tmp_path):
    for name in ("img9.jpg", "img09.jpg"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=r"'img09.jpg' and 'img9.jpg' are both frame 9"):
        frame_files(tmp_path)


def test_a_folder_without_frames_is_refused(tmp_path):
    with pytest.raises(DataError, match="no numbered image"):
        frame_files(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        frame_files(tmp_path / "gone")


def test_frames_of_two_sizes_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "1.png")
    Image.fromarray(np.zeros((4, 6), np.uint8)).save(tmp_path / "2.png")
    with pytest.raises(DataError, match=r"2.png: the frame is 6x4 pixels, '1.png' is 5x4"):
        read_frames([tmp_path / "1.png", tmp_path / "2.png"])


def test_an_image_of_sixteen_bits_is_refused_not_cut_off(tmp_path):
    Image.fromarray(np.full((4, 4), 4000, np.uint16)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="Convert it to 8 bits per channel"):
        read_colour(tmp_path / "a.png")
