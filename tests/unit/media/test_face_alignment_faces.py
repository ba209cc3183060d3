"""Loading, batching and errors of 2DFAN-4, with random weights of the right structure."""

import socket
from hashlib import sha256

import cv2
import numpy as np
import pytest
import torch
from face_alignment.api import FaceAlignment, LandmarksType, models_urls
from face_alignment.detection.sfd import FaceDetector, detect, sfd_detector
from face_alignment.models import FAN
from torch.nn import functional

from mer.core.errors import DataError, DeviceError
from mer.media import s3fd_faces
from mer.media.face_alignment_faces import FILE, SHA256, URL, FaceAlignmentFaces
from mer.media.s3fd_faces import S3fdFaces
from mer.synthetic.face import MIRRORED, photo

BOX = np.array([60, 190, 175, 280])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Random weights in the oldest form in use: an old pickle, without counts of batches."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weights = dict(FAN(4).state_dict())
    kept = {name: value for name, value in weights.items() if not name.endswith("num_batches_tracked")}
    folder = tmp_path_factory.mktemp("weights")
    torch.save(kept, folder / FILE, _use_new_zipfile_serialization=False)
    return folder


@pytest.fixture(scope="module")
def faces(folder):
    return FaceAlignmentFaces(folder, device="cpu", sha256=None, at_once=2)


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """A machine where any connection fails the test, with an empty cache of PyTorch; returns the cache."""

    def connect(*_):
        raise AssertionError("something was about to be downloaded")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    cache = tmp_path / "cache"
    monkeypatch.setenv("TORCH_HOME", str(cache))
    return cache


class Bright(torch.nn.Module):
    """Takes the brightness of the image for the heat map of every landmark."""

    def forward(self, images):
        return [functional.avg_pool2d(images.mean(dim=1, keepdim=True), 4).repeat(1, 68, 1, 1)]


class Recording(Bright):
    """Keeps what it was shown."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, images):
        self.seen.append(images.numpy().copy())
        return super().forward(images)


class Known:
    """A detector that knows where the face is, if the image is not dark."""

    def box(self, image):
        return BOX if image.any() else None


def spot(x, y, shape=(120, 150)):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 50)).astype(np.uint8)


def seeing_brightness(tmp_path):
    faces = FaceAlignmentFaces(tmp_path, at_once=2)
    faces._network = Bright(), torch.device("cpu")
    return faces


def test_names_are_those_of_the_package():
    assert models_urls["2DFAN-4"] == URL
    assert FILE.removesuffix(".pth.tar").endswith(SHA256[:10])


def test_weights_are_loaded_and_give_landmarks(faces, offline):
    points = faces.landmarks(photo(), BOX)
    assert points.shape == (68, 2)
    assert points.dtype == np.float64
    side = 200 / 195 * (130 + 105)
    centre = np.array([227.5, 125 - 0.12 * 130])
    assert (np.abs(points + 0.5 - centre) <= side / 2).all()
    assert not offline.exists()


def test_several_images_at_once_give_what_each_gives_alone(faces):
    grey = photo()[20:200, 150:320].mean(axis=2).astype(np.uint8)
    images = [photo(), grey, photo()[::-1], photo()]
    boxes = [BOX, BOX - [20, 20, 150, 150], None, BOX + 9]
    together = faces.landmarks_of(images, boxes)
    assert together[2] is None
    alone = faces.landmarks(images[1], boxes[1])
    # Sums are rounded differently in batches of another size, so that a near tie may turn.
    assert np.mean(np.abs(together[1] - alone) > 1e-6) < 0.03
    assert np.abs(together[0] - together[3]).max() > 1


def test_no_images_no_landmarks(tmp_path):
    assert FaceAlignmentFaces(tmp_path).landmarks_of([], []) == []


@pytest.mark.parametrize("box", [(20, 100, 40, 120), (0, 120, 0, 150), (-30, 90, 30, 190)])
def test_what_the_network_sees_comes_back_in_pixels_of_the_image(tmp_path, box):
    places = [(60, 50), (92.3, 44.8), (75, 71)]
    images = [spot(x, y) for x, y in places]
    images[1] = np.repeat(images[1][:, :, None], 3, axis=2)
    found = seeing_brightness(tmp_path).landmarks_of(images, [np.array(box)] * 3)
    cell = 200 / 195 * (box[1] - box[0] + box[3] - box[2]) / 64
    for points, place in zip(found, places, strict=True):
        assert np.abs(points - place).max() < 0.8 * cell
        assert (points == points[0]).all()


def test_a_mirrored_image_gives_mirrored_landmarks(faces):
    image = cv2.GaussianBlur(photo(), (0, 0), 2)
    box = np.array([60, 190, 512 - 280, 512 - 175])
    points, mirrored = faces.landmarks_of([image, image[:, ::-1]], [BOX, box])
    error = np.abs(mirrored[MIRRORED] * [-1, 1] + [511, 0] - points).max(axis=1)
    # What is interpolated differs in its last digits, so that a near tie may turn.
    assert np.mean(error < 1e-6) > 0.9


def test_a_detector_that_is_given_finds_the_faces(folder):
    faces = FaceAlignmentFaces(folder, detector=Known(), sha256=None)
    faces._network = Bright(), torch.device("cpu")
    bright, dark = faces.landmarks_of([photo(), np.zeros_like(photo())])
    assert np.array_equal(bright, faces.landmarks(photo(), BOX))
    assert dark is None


def test_s3fd_of_the_same_folder_and_device_finds_the_faces_else(tmp_path):
    detector = FaceAlignmentFaces(tmp_path, device="cpu", sha256=None).detector
    assert isinstance(detector, S3fdFaces)
    assert detector.device == "cpu"
    assert detector.weights.path == tmp_path / s3fd_faces.FILE
    assert detector.weights.expected == s3fd_faces.SHA256


@pytest.mark.parametrize(
    "face", [(80.3, 71.8, 172.6, 190.1), (101.5, 90.2, 146.9, 140.7), (-20.4, 60.9, 120.2, 215.3)]
)
def test_a_face_of_s3fd_is_cut_out_as_the_package_cuts_it_out(folder, tmp_path, monkeypatch, face):
    """Red tells a pixel's column and green its row, so that the crop tells where it was cut."""
    image = np.full((256, 256, 3), 255, np.uint8)
    image[..., 0], image[..., 1] = np.meshgrid(np.arange(256), np.arange(256))
    for module in (detect, sfd_detector):
        monkeypatch.setattr(module, "detect", lambda *_, **__: np.array([[[*face, 0.9]]]))
    theirs = FaceAlignment.__new__(FaceAlignment)  # its constructor downloads weights
    theirs.device, theirs.dtype, theirs.max_batch_size = "cpu", torch.float32, 1
    theirs.flip_input, theirs.landmarks_type, theirs.verbose = True, LandmarksType.TWO_D, False
    theirs.face_detector = FaceDetector.__new__(FaceDetector)  # its constructor, too
    vars(theirs.face_detector).update(device="cpu", filter_threshold=0.5, face_detector=None)
    theirs.face_alignment_net = Recording()

    (tmp_path / FILE).touch()
    (tmp_path / s3fd_faces.FILE).touch()
    ours = FaceAlignmentFaces(tmp_path)
    ours._network = Recording(), torch.device("cpu")
    ours.detector._network = None, torch.device("cpu")

    [expected] = theirs.get_landmarks_from_image(image)
    points = ours.landmarks(image)
    assert points.shape == expected.shape
    assert np.abs(points - expected).max() < 6  # the brightest cell may be its neighbour
    (here, _), (there, _) = ours._network[0].seen, theirs.face_alignment_net.seen
    seen = (here[0, 2] == 1) & (there[0, 2] == 1)
    assert seen.mean() > 0.5
    # Grey levels are pixels. The package cuts to whole ones at both ends.
    assert 255 * np.abs(here - there)[0, :2, seen].max() < 2.1


def test_missing_weights_are_named_and_not_downloaded(offline, tmp_path):
    with pytest.raises(DataError) as error:
        FaceAlignmentFaces(tmp_path / "models").landmarks(photo(), BOX)
    for part in (str(tmp_path / "models" / FILE), URL, f"into the folder {tmp_path / 'models'}", SHA256):
        assert part in str(error.value)
    assert s3fd_faces.FILE not in str(error.value)  # with a box it is not needed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [None, FILE, s3fd_faces.FILE])
def test_all_missing_weights_are_named_at_once(offline, tmp_path, there):
    if there:
        (tmp_path / there).touch()
    with pytest.raises(DataError) as error:
        FaceAlignmentFaces(tmp_path).landmarks(photo())
    published = {
        FILE: (str(tmp_path / FILE), URL, SHA256),
        s3fd_faces.FILE: (str(tmp_path / s3fd_faces.FILE), s3fd_faces.URL, s3fd_faces.SHA256),
    }
    for file, parts in published.items():
        for part in parts:
            assert (part in str(error.value)) == (file != there)


def test_missing_weights_are_named_before_a_detector_works(tmp_path):
    with pytest.raises(DataError, match=f"{tmp_path / FILE} is missing") as error:
        FaceAlignmentFaces(tmp_path, detector=Known()).landmarks(np.zeros_like(photo()))
    assert s3fd_faces.FILE not in str(error.value)


def test_another_file_than_the_published_one_is_refused(folder):
    with pytest.raises(DataError, match=f"its SHA-256 is .* expected was {SHA256}. Fetch {URL} again"):
        FaceAlignmentFaces(folder).landmarks(photo(), BOX)


@pytest.mark.parametrize("damage", [lambda whole: whole[:5000], lambda whole: b"", lambda whole: b"<html>"])
def test_damaged_files_are_named(folder, tmp_path, damage):
    damaged = damage((folder / FILE).read_bytes()[:100_000])
    (tmp_path / FILE).write_bytes(damaged)
    with pytest.raises(DataError, match=f"{tmp_path / FILE} is damaged or another file"):
        FaceAlignmentFaces(tmp_path).landmarks(photo(), BOX)
    for checksum in (None, sha256(damaged).hexdigest()):
        with pytest.raises(DataError, match=f"{tmp_path / FILE} is damaged or holds no weights"):
            FaceAlignmentFaces(tmp_path, sha256=checksum).landmarks(photo(), BOX)


@pytest.mark.parametrize("weights", [{"conv1.weight": torch.zeros(2, 2)}, [1, 2], {}, torch.zeros(3)])
def test_weights_of_another_network_are_refused(tmp_path, weights):
    torch.save(weights, tmp_path / FILE)
    with pytest.raises(DataError, match=f"{tmp_path / FILE} does not hold the weights of 2DFAN-4") as error:
        FaceAlignmentFaces(tmp_path, sha256=None).landmarks(photo(), BOX)
    assert len(str(error.value)) < 600


def test_images_and_boxes_that_are_none(tmp_path):
    faces = FaceAlignmentFaces(tmp_path)
    with pytest.raises(DataError, match="got float64, \\(9, 9\\)"):
        faces.landmarks(np.zeros((9, 9)), BOX)
    with pytest.raises(DataError, match="the box of rows 5 to 5, columns 0 to 9 is empty"):
        faces.landmarks(photo(), np.array([5, 5, 0, 9]))
    with pytest.raises(ValueError, match="zip"):
        faces.landmarks_of([photo(), photo()], [BOX])


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_asked_for_must_be_there(folder):
    with pytest.raises(DeviceError, match="A GPU was asked for"):
        FaceAlignmentFaces(folder, device="cuda", sha256=None).landmarks(photo(), BOX)
