"""Stand-in faces are faces to a real detector."""

import cv2
import numpy as np
import pytest

from mer.core.location import Location
from mer.datasets import DATASETS
from mer.media.dlib_faces import DlibFaces, model_file
from mer.standins.frames import face_of
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.standins.write import write
from mer.synthetic.face import eye_distance


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write stand-ins of SMIC, CASME II, SAMM and JAFFE."""
    roots = {}
    for key in ("smic_hs", "casme2", "samm", "jaffe"):
        roots[key] = tmp_path_factory.mktemp(key)
        write(plan(key, StandInParams(scale=0.15)), roots[key])
    return roots


@pytest.fixture(scope="module")
def onsets(written):
    """First frames of one clip per subject of SMIC, CASME II and SAMM, as written, with true landmarks."""
    found = []
    for key, suffix in (("smic_hs", "bmp"), ("casme2", "jpg"), ("samm", "jpg")):
        planned, out = plan(key, StandInParams(scale=0.15)), written[key]
        for person, clip in {clip.person: clip for clip in planned.clips}.items():
            image = cv2.imread(str(out / clip.folder / clip.files[0]))
            face = face_of(person, 128)
            assert clip.files[0].endswith(suffix)
            found.append((image[:, :, ::-1].copy(), face.landmarks))
    return found


def test_dlib_finds_the_faces_and_their_landmarks(onsets):
    faces = DlibFaces()
    found = [(faces.landmarks(image), true) for image, true in onsets]
    seen = [(points, true) for points, true in found if points is not None]
    assert len(onsets) >= 12
    assert len(seen) >= 0.95 * len(found)
    errors = [np.linalg.norm(p - t, axis=1).mean() / eye_distance(t) for p, t in seen]
    assert np.mean(errors) <= 0.08


@pytest.mark.parametrize("key", ["casme2", "jaffe"])
def test_dlib_agrees_with_the_landmarks_that_a_stand_in_gives(key, written):
    """At the onset of clips, and at the apex of stills."""
    spec, faces = DATASETS[key], DlibFaces()
    reader = spec.build(spec.params(), Location(key, written[key]))
    errors = []
    for sample in reader.index().samples[::3]:
        clip = reader.read_clip(sample)
        seen = faces.landmarks(clip.frames[0])
        if seen is not None:
            error = np.linalg.norm(seen - clip.landmarks, axis=1).mean()
            errors.append(error / eye_distance(clip.landmarks))
    assert len(errors) >= 8
    assert np.mean(errors) < 0.08


def test_no_face_in_noise():
    noise = np.random.default_rng(0).integers(0, 256, (128, 112, 3), dtype=np.uint8)
    assert DlibFaces().landmarks(noise) is None


def test_the_weights_are_found_without_importing_their_package():
    import sys

    assert model_file().stat().st_size > 90_000_000
    assert "face_recognition_models" not in sys.modules
