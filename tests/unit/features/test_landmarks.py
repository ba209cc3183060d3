import numpy as np
import pytest

from mer.core.errors import DataError, NoFaceError
from mer.core.types import Clip, Execution
from mer.features.landmarks import SPEC, Landmarks, LandmarksParams, build


class Finder:
    def landmarks(self, image):
        return np.full((68, 2), image.mean()) if image.any() else None


def test_the_first_frame_is_looked_at():
    frames = np.stack([np.full((4, 4), level, np.uint8) for level in (7, 9)])
    found = Landmarks(LandmarksParams(by="dlib"), Finder()).compute(Clip(frames, 0, None, 1))
    assert found.shape == (68, 2)
    assert (found == 7).all()


def test_a_frame_without_a_face_is_named():
    empty = Clip(np.zeros((1, 4, 4), np.uint8), 0, None, 0)
    with pytest.raises(NoFaceError, match="dlib finds no face in the onset frame"):
        Landmarks(LandmarksParams(by="dlib"), Finder()).compute(empty)


def test_dlib_finds_no_face_in_noise():
    noise = np.random.default_rng(0).integers(0, 255, (1, 90, 90), dtype=np.uint8)
    with pytest.raises(NoFaceError):
        build(LandmarksParams(by="dlib"), Execution()).compute(Clip(noise, 0, None, 0))


def test_missing_weights_are_named_with_their_address(tmp_path):
    feature = build(LandmarksParams(by="face_alignment"), Execution(device="cpu", weights=str(tmp_path)))
    with pytest.raises(DataError, match=r"2DFAN4-11f355bf06.pth.tar") as caught:
        feature.compute(Clip(np.zeros((1, 90, 90, 3), np.uint8), 0, None, 0))
    assert "https://www.adrianbulat.com" in str(caught.value)


def test_a_gpu_is_asked_for_where_it_helps():
    assert SPEC.uses_gpu(LandmarksParams(by="face_alignment"))
    assert not SPEC.uses_gpu(LandmarksParams(by="dlib"))
