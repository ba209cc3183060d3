import numpy as np
import pytest

from mer.core.errors import ConfigError, DataError, NoFaceError
from mer.core.types import Clip, Execution
from mer.features.face import with_face
from mer.features.landmarks import SPEC, Landmarks, LandmarksParams, build, check_finder

BOX = np.array([10.0, 40.0, 20.0, 60.0])


class Finder:
    def faces(self, images):
        return [(np.full((68, 2), image.mean()), BOX) if image.any() else None for image in images]


def test_the_first_frame_is_looked_at():
    frames = np.stack([np.full((4, 4), level, np.uint8) for level in (7, 9)])
    found = Landmarks(LandmarksParams(by="dlib"), Finder()).compute(Clip(frames, 0, None, 1))
    assert found.shape == (70, 2)
    assert (found[:68] == 7).all()
    assert found[68:].tolist() == [[20, 10], [60, 40]]  # left and top, right and bottom


def test_a_face_is_given_to_its_clip_as_it_was_found():
    clip = Clip(np.full((1, 4, 4), 7, np.uint8), 0, None, 0)
    found = Landmarks(LandmarksParams(by="dlib"), Finder()).compute(clip)
    given = with_face(clip, found)
    assert (given.landmarks == 7).all()
    assert given.landmarks.shape == (68, 2)
    assert given.face_box.tolist() == BOX.tolist()
    assert with_face(given, None).landmarks is None


def test_of_several_clips_only_those_without_a_face_fail():
    clips = [Clip(np.full((1, 4, 4), level, np.uint8), 0, None, 0) for level in (7, 0, 9)]
    first, second, third = Landmarks(LandmarksParams(by="dlib"), Finder()).compute_many(clips)
    assert (first[0, 0], third[0, 0]) == (7, 9)
    assert isinstance(second, NoFaceError)


def test_a_frame_without_a_face_is_named():
    empty = Clip(np.zeros((1, 4, 4), np.uint8), 0, None, 0)
    with pytest.raises(NoFaceError, match="dlib finds no face in the onset frame"):
        Landmarks(LandmarksParams(by="dlib"), Finder()).compute(empty)


def test_dlib_finds_no_face_in_noise():
    noise = np.random.default_rng(0).integers(0, 255, (1, 90, 90), dtype=np.uint8)
    with pytest.raises(NoFaceError):
        build(LandmarksParams(by="dlib"), Execution()).compute(Clip(noise, 0, None, 0))


def test_missing_weights_are_named_with_their_addresses_before_any_clip_is_read(tmp_path):
    with pytest.raises(DataError) as caught:
        build(LandmarksParams(by="face_alignment"), Execution(device="cpu", weights=str(tmp_path)))
    for name in ("2DFAN4-11f355bf06.pth.tar", "s3fd-619a316812.pth"):
        assert f"https://www.adrianbulat.com/downloads/python-fan/{name}" in str(caught.value)
    with pytest.raises(ConfigError, match="as 'weights' in paths.yaml"):
        build(LandmarksParams(by="face_alignment"), Execution(device="cpu"))
    with pytest.raises(ConfigError, match="the folder .*nowhere does not exist"):
        check_finder("face_alignment", str(tmp_path / "nowhere"))


def test_a_missing_package_is_noticed_before_anything_runs(monkeypatch):
    monkeypatch.setattr("mer.features.landmarks.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="Run: pip install"):
        check_finder("dlib", "")


def test_a_gpu_is_asked_for_where_it_helps():
    assert SPEC.uses_gpu(LandmarksParams(by="face_alignment"))
    assert not SPEC.uses_gpu(LandmarksParams(by="dlib"))
