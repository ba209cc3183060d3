import csv

import numpy as np
import pytest

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.landmarks import read_landmarks, write_landmarks
from mer.annotations.records import Unversioned
from mer.annotations.tree import DiskTree
from mer.core.digests import digest
from mer.core.errors import DataError
from mer.core.types import Sample

HEADER = ["subject", "clip", *(f"{axis}{point}" for point in range(68) for axis in ("x", "y"))]
# Point n is at (n, 100 + n).
POINTS = [[float(n), 100.0 + n] for n in range(68)]
CELLS = [str(value) for point in POINTS for value in point]


@pytest.fixture
def file(tmp_path):
    """Write a file of landmarks from its rows."""

    def write(*rows, header=HEADER):
        path = tmp_path / "landmarks.csv"
        with path.open("w", newline="") as out:
            csv.writer(out).writerows([header, *rows])
        return path

    return write


def test_points_are_read_by_subject_and_clip(file):
    found = read_landmarks(file(["sub01", "EP02_01f", *CELLS], ["sub02", "EP02_01f", *CELLS[::-1]]))
    assert list(found) == [("sub01", "EP02_01f"), ("sub02", "EP02_01f")]
    assert found["sub01", "EP02_01f"].tolist() == POINTS
    assert found["sub02", "EP02_01f"][0].tolist() == [167, 67]


def test_columns_may_stand_in_another_order_and_beside_others(file):
    path = file(["0.9", *CELLS[::-1], "EP02", "sub01"], header=["score", *HEADER[:1:-1], "clip", "subject"])
    assert read_landmarks(path)["sub01", "EP02"].tolist() == POINTS


def test_points_may_lie_outside_the_frame(file):
    assert read_landmarks(file(["1", "a", "-0.25", *CELLS[1:]]))["1", "a"][0].tolist() == [-0.25, 100]


def test_what_is_written_is_read_to_a_hundredth_of_a_pixel(tmp_path):
    points = np.array(POINTS) / 3
    path = tmp_path / "new" / "landmarks.csv"
    write_landmarks(path, {("s,1", "a"): points, ("s2", "b"): -points})
    found = read_landmarks(path)
    assert list(found) == [("s,1", "a"), ("s2", "b")]
    assert np.abs(found["s,1", "a"] - points).max() <= 0.005
    assert found["s2", "b"][2].tolist() == [-0.67, -34]
    assert [one.name for one in path.parent.iterdir()] == ["landmarks.csv"]


def test_missing_columns_are_named(file):
    with pytest.raises(
        DataError, match="landmarks.csv: no column 'x3', 'y67'. Found columns: subject, clip, "
    ):
        read_landmarks(file(header=[name for name in HEADER if name not in ("x3", "y67")]))


def test_every_mistake_is_named_with_its_line(file):
    path = file(
        ["1", "a", *CELLS],
        ["1", "b", "left", *CELLS[1:-1], "nan"],
        ["1", "a", *CELLS],
        ["2", "a", *CELLS],
        ["1", "a", *CELLS],
    )
    with pytest.raises(DataError) as caught:
        read_landmarks(path)
    assert str(caught.value) == (
        f"{path} is not usable:\n"
        "  line 3: 'x0' must be a number, got 'left'\n"
        "  line 3: 'y67' must be a number, got 'nan'\n"
        "  line 4: 1/a is on line 2 already, keep one\n"
        "  line 6: 1/a is on line 2 already, keep one"
    )


def test_blank_cells_are_named_with_their_lines(file):
    path = file(["1", "a", *CELLS[:-1]], ["", "b", *CELLS])
    with pytest.raises(DataError) as caught:
        read_landmarks(path)
    assert str(caught.value) == (
        f"{path} is not usable:\n  line 2: 'y67' is blank\n  line 3: 'subject' is blank"
    )


# In a database.


@pytest.fixture
def copy(tmp_path, record):
    """A copy of a database with two clips of three frames, as a reader that has not yet read it."""
    from PIL import Image

    for clip in ("c1", "c2"):
        for number in (10, 12, 14):
            path = tmp_path / "sub01" / clip / f"img{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (4, 4)).save(path)

    def reader():
        records = tuple(record(clip=clip, folders=(f"sub01/{clip}",)) for clip in ("c1", "c2"))
        tree = DiskTree(tmp_path)
        return AnnotatedDatabase("mine", "unknown", tree, tmp_path, lambda _: Unversioned(records), False)

    return reader


def sample_of(index, clip) -> Sample:
    return next(sample for sample in index if sample.clip == clip)


def test_a_clip_comes_with_the_landmarks_that_the_database_gives(copy, file):
    file(["sub01", "c2", *CELLS])
    made = copy()
    index = made.index()
    assert made.read_clip(sample_of(index, "c2")).landmarks.tolist() == POINTS
    assert made.read_clip(sample_of(index, "c1")).landmarks is None


def test_a_copy_without_landmarks_gives_none(copy):
    made = copy()
    assert made.read_clip(sample_of(made.index(), "c1")).landmarks is None


def test_landmarks_count_in_the_fingerprint_only_where_there_are_any(copy, file):
    index = copy().index()
    sizes = [(copy().tree.root / f"sub01/c1/img{n}.png").stat().st_size for n in (10, 12, 14)]
    clips = [
        ["sub01", clip, 10, 12, 14, None, f"sub01/{clip}", ["img10.png", "img12.png", "img14.png"], sizes]
        for clip in ("c1", "c2")
    ]
    assert index.fingerprint == digest(["unknown", index.version, None, clips])
    path = file(["sub01", "c2", *CELLS])
    with_landmarks = copy().index().fingerprint
    assert with_landmarks != index.fingerprint
    file(["sub01", "c1", *CELLS])
    assert copy().index().fingerprint not in (index.fingerprint, with_landmarks)
    file(["sub01", "c2", *CELLS[:-1], "167.5"])
    assert copy().index().fingerprint not in (index.fingerprint, with_landmarks)
    file(["sub01", "c2", *CELLS])
    assert copy().index().fingerprint == with_landmarks
    path.unlink()
    assert copy().index().fingerprint == index.fingerprint


def test_landmarks_of_clips_that_are_not_there_are_one_warning(copy, file):
    without = copy().index().warnings
    file(["sub01", "c1", *CELLS])
    assert copy().index().warnings == without
    file(["sub01", "c1", *CELLS], ["sub01", "c3", *CELLS], ["1", "c1", *CELLS])
    assert copy().index().warnings == (
        *without,
        "landmarks.csv: landmarks of 2 clips that the annotation lacks or the settings leave out are not "
        "used, for example sub01/c3",
    )


def test_mistakes_are_reported_with_the_index(copy, file):
    file(["sub01", "c1", "here", *CELLS[1:]])
    with pytest.raises(DataError, match="line 2: 'x0' must be a number, got 'here'"):
        copy().index()


def test_the_landmarks_of_a_stand_in_are_not_looked_at_before_a_clip_is_read(copy, file, tmp_path):
    """They may still have to be written when it is listed."""
    note = '{"version": "v", "scale": 1, "counts": [{"classes": {"disgust": 2}, "subjects": 1}]}'
    (tmp_path / "STAND-IN.json").write_text(note)
    made = copy()
    before = made.index()
    file(["sub01", "c1", *CELLS], ["sub01", "c3", *CELLS])
    after = copy().index()
    assert (after.fingerprint, after.warnings) == (before.fingerprint, before.warnings)
    assert made.read_clip(sample_of(before, "c1")).landmarks.tolist() == POINTS
