"""Boxes, loading and errors of S3FD, with random weights of the right structure."""

import socket
import sys
import urllib.request
from hashlib import sha256

import numpy as np
import pytest
import torch
from face_alignment.detection.sfd import FaceDetector, detect, sfd_detector
from face_alignment.detection.sfd.net_s3fd import s3fd

from mer.core.errors import DataError
from mer.media.s3fd_faces import FILE, SHA256, URL, S3fdFaces
from mer.synthetic.face import photo

FACE = photo()[60:160, 180:264]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Random weights in the form of the published file, an old pickle."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = s3fd()
    # Untrained, the network is sure of nothing; so it is of some places.
    for name, weights in network.named_parameters():
        if name.endswith("_conf.weight"):
            weights.data *= 30
    folder = tmp_path_factory.mktemp("weights")
    torch.save(network.state_dict(), folder / FILE, _use_new_zipfile_serialization=False)
    return folder


@pytest.fixture(scope="module")
def faces(folder):
    return S3fdFaces(folder, device="cpu", sha256=None)


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """A machine where any download fails the test, with an empty cache of PyTorch; returns the cache."""

    def download(*_, **__):
        raise AssertionError("something was about to be downloaded")

    monkeypatch.setattr(socket.socket, "connect", download)
    monkeypatch.setattr(urllib.request, "urlopen", download)
    for module in (torch.hub, sfd_detector):
        monkeypatch.setattr(module, "load_state_dict_from_url", download)
    monkeypatch.setattr("face_alignment.utils.load_file_from_url", download)
    monkeypatch.setattr("face_alignment.api.load_file_from_url", download)
    cache = tmp_path / "cache"
    monkeypatch.setenv("TORCH_HOME", str(cache))
    return cache


@pytest.fixture
def finding(monkeypatch, tmp_path):
    """Make a detector whose network finds given faces: left, top, right, bottom, score of each."""

    def make(*found):
        # As the package returns them: one image's faces, or nothing at all.
        monkeypatch.setattr(detect, "detect", lambda *_: np.array([found]))
        faces = S3fdFaces(tmp_path)
        faces._network = None, torch.device("cpu")
        return faces

    return make


def test_names_are_those_of_the_package():
    assert sfd_detector.models_urls["s3fd"] == URL
    assert FILE.removesuffix(".pth").endswith(SHA256[:10])


@pytest.mark.parametrize("image", [FACE, FACE[::-1, ::-1], FACE[:32, :50]])
def test_it_finds_what_the_detector_of_the_package_finds(folder, faces, offline, image):
    package = FaceDetector("cpu", path_to_detector=str(folder / FILE))
    found = np.array(package.detect_from_image(image))
    sizes = (found[:, 2] - found[:, 0]) * (found[:, 3] - found[:, 1])
    assert sizes.argmax() > 0  # not the surest
    left, top, right, bottom = found[sizes.argmax(), :4]
    assert np.array_equal(faces.box(image), [top, bottom, left, right])
    assert not offline.exists()


def test_grey_images_are_read_as_colours_that_are_equal(faces):
    grey = FACE.mean(axis=2).astype(np.uint8)
    box = faces.box(grey)
    assert np.array_equal(box, faces.box(np.repeat(grey[:, :, None], 3, axis=2)))
    assert not np.array_equal(box, faces.box(FACE))


def test_a_box_is_rows_then_columns_in_parts_of_pixels(finding):
    box = finding([10.25, -20.5, 70.75, 50.125, 0.9]).box(FACE)
    assert box.tolist() == [-20.5, 50.125, 10.25, 70.75]
    assert box.dtype == np.float64


def test_the_largest_of_the_faces_is_taken_that_are_sure_enough(finding):
    small, wide, large = (0, 0, 20, 20, 0.99), (0, 40, 80, 60, 0.9), (30, 70, 75, 110, 0.51)
    unsure = (100, 0, 200, 100, 0.5)
    assert finding(small, wide, large, unsure).box(FACE).tolist() == [70, 110, 30, 75]
    assert finding(small, wide, unsure).box(FACE).tolist() == [40, 60, 0, 80]


def test_of_boxes_about_one_face_the_surest_is_taken(finding):
    surest, same, other = (0, 0, 60, 60, 0.9), (0, 29, 60, 91, 0.8), (0, 34, 60, 96, 0.8)
    assert finding(same, surest).box(FACE).tolist() == [0, 60, 0, 60]  # they share 0.35 of their area
    assert finding(other, surest).box(FACE).tolist() == [34, 96, 0, 60]  # 0.28


@pytest.mark.parametrize("found", [[], [(0, 0, 50, 50, 0.5)]])
def test_no_face(finding, found):
    assert finding(*found).box(FACE) is None


def test_images_go_to_the_device_of_the_network_and_the_program_stays_as_it_was(tmp_path):
    seen = []

    def network(images):
        seen.append(images.device.type)
        sure, at_the_anchor = torch.tensor([0.0, 1.0]), torch.zeros(4)
        return [part.view(1, -1, 1, 1) for _ in range(6) for part in (sure, at_the_anchor)]

    faces = S3fdFaces(tmp_path)
    faces._network = network, torch.device("meta")
    assert faces.box(FACE).tolist() == [-192, 320, -192, 320]  # the largest anchor, in its first place
    assert seen == ["meta"]
    assert not torch.backends.cudnn.benchmark


def test_missing_weights_are_named_and_not_downloaded(offline, tmp_path):
    with pytest.raises(DataError) as error:
        S3fdFaces(tmp_path / "models").box(FACE)
    for part in (str(tmp_path / "models" / FILE), URL, f"into the folder {tmp_path / 'models'}", SHA256):
        assert part in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_published_one_is_refused(folder):
    found = sha256((folder / FILE).read_bytes()).hexdigest()
    message = (
        f"{folder / FILE} is damaged .* its SHA-256 is {found}, expected was {SHA256}. Fetch {URL} again"
    )
    with pytest.raises(DataError, match=message):
        S3fdFaces(folder).box(FACE)
    assert S3fdFaces(folder, device="cpu", sha256=found).box(FACE) is not None


@pytest.mark.parametrize("damaged", [b"", b"<html>", None])
def test_damaged_files_are_named(folder, tmp_path, damaged):
    with (folder / FILE).open("rb") as file:
        (tmp_path / FILE).write_bytes(file.read(5000) if damaged is None else damaged)
    with pytest.raises(
        DataError, match=f"{tmp_path / FILE} is damaged or holds no weights .* Fetch {URL} again"
    ):
        S3fdFaces(tmp_path, sha256=None).box(FACE)


class Program:
    """What a pickle can do to those who load it."""

    def __reduce__(self):
        return print, ("a program ran",)


def test_no_program_in_a_file_of_weights_is_run(tmp_path, capsys):
    torch.save({"conv1_1.weight": Program()}, tmp_path / FILE)
    with pytest.raises(DataError, match="holds no weights of PyTorch"):
        S3fdFaces(tmp_path, sha256=None).box(FACE)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("weights", [{"conv1_1.weight": torch.zeros(2, 2)}, [1, 2], {}, torch.zeros(3)])
def test_weights_of_another_network_are_refused(tmp_path, weights):
    torch.save(weights, tmp_path / FILE)
    with pytest.raises(DataError, match=f"{tmp_path / FILE} does not hold the weights of S3FD") as error:
        S3fdFaces(tmp_path, sha256=None).box(FACE)
    assert len(str(error.value)) < 700


def test_images_that_are_none_or_too_small(tmp_path):
    faces = S3fdFaces(tmp_path)
    with pytest.raises(DataError, match="got float64, \\(99, 99\\)"):
        faces.box(np.zeros((99, 99)))
    for shape in [(31, 99), (99, 31, 3), (0, 0)]:
        with pytest.raises(DataError, match=f"32 rows .* got {shape[0]} rows, {shape[1]} columns. Enlarge"):
            faces.box(np.zeros(shape, np.uint8))


def test_without_the_package_it_says_how_to_install_it(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "face_alignment"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(DataError, match="pip install 'face-alignment>=1.5'"):
        S3fdFaces(tmp_path).box(FACE)
