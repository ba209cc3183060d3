"""Faces by S3FD, the detector that the package ``face_alignment`` looks for faces with.

Zhang et al. 2017, "S3FD: Single shot scale-invariant face detector". The package's network and its reading of
what the network returns are used, with weights from a folder, which are never downloaded; how to fetch them
tells ``mer.media.face_alignment_faces``.
"""

from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mer.core.errors import DataError
from mer.core.types import FloatArray, UInt8Array
from mer.media.face_alignment_weights import WeightsFile, as_colours, load_network, package_module

FILE = "s3fd-619a316812.pth"
URL = f"https://www.adrianbulat.com/downloads/python-fan/{FILE}"
# The package publishes the first ten digits, in the file's name; the others are those that several
# projects which fetched the file have written down.
SHA256 = "619a31681264d3f7f7fc7a16a42cbbe8b23f31a256f75a366e5a1bcd59b33543"

# What the package's own detector keeps: scores above _SCORE, and of boxes that share more than _OVERLAP of
# the area that both cover together only the best.
_SCORE = 0.5
_OVERLAP = 0.3
_SMALLEST = 32  # rows and columns; the network halves an image five times


class S3fdFaces:
    """Finds the largest face of an image.

    Parameters
    ----------
    folder
        Where the file of weights lies, ``s3fd-619a316812.pth``. It is read when first needed, and never
        downloaded.
    device
        ``cpu``; ``cuda``, which must be there; or ``auto``, a GPU where PyTorch can use one.
    sha256
        Checksum that the file must have; None takes weights of one's own, if they fit the network.
    """

    def __init__(self, folder: Path, *, device: str = "auto", sha256: str | None = SHA256) -> None:
        self.weights = WeightsFile("S3FD", Path(folder), URL, SHA256, sha256)
        self.device = device

    def load(self) -> None:
        """Load the network, so that weights that are missing or damaged are missed here."""
        _ = self._network

    def box(self, image: UInt8Array) -> FloatArray | None:
        """Find the largest face.

        Parameters
        ----------
        image
            Grey of shape (H, W) or RGB of shape (H, W, 3). It is searched at its own size.

        Returns
        -------
        ndarray of shape (4,) or None
            First row, end of rows, first column, end of columns in pixels and parts of pixels, which may
            lie outside the image; None if no face was found.

        Raises
        ------
        DataError
            If the weights are missing or damaged, or the image is none or too small.
        """
        colours = as_colours(image)
        if min(colours.shape[:2]) < _SMALLEST:
            raise DataError(
                f"S3FD looks for faces in images of {_SMALLEST} rows and columns and more, got "
                f"{colours.shape[0]} rows, {colours.shape[1]} columns. Enlarge the image."
            )
        faces = self._faces(colours)
        if not len(faces):
            return None
        left, top, right, bottom, _ = max(faces, key=lambda face: (face[2] - face[0]) * (face[3] - face[1]))
        return np.array([top, bottom, left, right], dtype=float)

    def _faces(self, colours: UInt8Array) -> FloatArray:
        """Find all faces: left, top, right, bottom and score of each, shape (N, 5)."""
        detect = package_module("detection.sfd.detect").detect
        nms = package_module("detection.sfd.bbox").nms
        network, device = self._network
        # Told of a GPU, detect would switch on cudnn.benchmark for the whole program, which chooses
        # algorithms by their speed of the moment. So it is told of none, and the images are sent there here.
        found: FloatArray = detect(lambda images: network(images.to(device)), colours, "cpu")[0]
        if not len(found):
            return np.empty((0, 5))
        apart = found[nms(found, _OVERLAP)]
        return apart[apart[:, 4] > _SCORE]

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        """Load the network onto its device."""
        network = package_module("detection.sfd.net_s3fd").s3fd()
        return load_network(network, self.weights, self.device)
