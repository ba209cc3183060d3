"""The 68 landmarks of a face by 2DFAN-4, the network of the package ``face_alignment``.

Bulat and Tzimiropoulos 2017, "How far are we from solving the 2D & 3D face alignment problem?". The face is
looked for by S3FD, as in the package. The package itself downloads weights when it lacks them. Here only its
networks are used, and the weights come from a folder; fetch them once, where there is a network, by (in one
line each)::

    curl -fLO --create-dirs --output-dir FOLDER
        https://www.adrianbulat.com/downloads/python-fan/2DFAN4-11f355bf06.pth.tar
    curl -fLO --create-dirs --output-dir FOLDER
        https://www.adrianbulat.com/downloads/python-fan/s3fd-619a316812.pth

Where boxes of faces or another detector are given, the first file is enough.

Cropping and reading of the heat maps follow version 1.5.0 of the package, except that nothing is cut to whole
pixels. That moves the package's own landmarks by 0.5 - S / 512 pixels on the average, downwards and to the
right, where S is the side of its crop in pixels.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray, UInt8Array
from mer.media.face_alignment_weights import (
    WeightsFile,
    as_colours,
    load_network,
    package_module,
    require_files,
)
from mer.media.s3fd_faces import S3fdFaces

FILE = "2DFAN4-11f355bf06.pth.tar"
URL = f"https://www.adrianbulat.com/downloads/python-fan/{FILE}"
# The package publishes the first ten digits, in the file's name; the others are those that several
# projects which fetched the file have written down.
SHA256 = "11f355bf0693120222f5955ce3f9dc8fb5763ebb30a47d7906e509490d32e4aa"

_STACKED = 4  # hourglasses
_INPUT = 256  # rows and columns that the network reads
# How the package places its crop about a box of S3FD: side relative to the box's height plus width, and how
# far it lies above the box's centre, in heights.
_SIDE = 200 / 195
_RAISED = 0.12


class Detector(Protocol):
    """Finds one face of an image."""

    def box(self, image: UInt8Array) -> Array | None:
        """Find first row, end of rows, first column, end of columns; None if there is no face."""


class FaceAlignmentFaces:
    """Finds the landmarks of one face per image.

    Parameters
    ----------
    folder
        Where the files of weights lie, ``2DFAN4-11f355bf06.pth.tar`` and that of ``S3fdFaces``. They are
        read when first needed, and never downloaded.
    detector
        Finds the face where no box is given; ``S3fdFaces`` on the same device if None. The crop is placed
        about the box as the package places it about that of S3FD.
    device
        ``cpu``; ``cuda``, which must be there; or ``auto``, a GPU where PyTorch can use one. Landmarks of
        different devices agree but for rounding.
    sha256
        Checksum that the file of 2DFAN-4 must have; None takes weights of one's own, if they fit the network.
    at_once
        Faces in work at a time: a matter of speed and memory.
    """

    def __init__(
        self,
        folder: Path,
        *,
        detector: Detector | None = None,
        device: str = "auto",
        sha256: str | None = SHA256,
        at_once: int = 8,
    ) -> None:
        self.weights = WeightsFile("2DFAN-4", Path(folder), URL, SHA256, sha256)
        self.detector = S3fdFaces(folder, device=device) if detector is None else detector
        self.device = device
        self.at_once = at_once

    def load(self) -> None:
        """Load all networks, so that weights that are missing or damaged are missed here.

        Raises
        ------
        DataError
            Naming all files that are missing, or the one that is damaged.
        """
        self._require()
        _ = self._network
        if isinstance(self.detector, S3fdFaces):
            self.detector.load()

    def faces(self, images: Sequence[UInt8Array]) -> list[tuple[FloatArray, FloatArray] | None]:
        """Find the largest face of each image, in batches.

        Parameters
        ----------
        images
            As ``landmarks`` takes them.

        Returns
        -------
        list of (landmarks, box) or None
            68 points (68, 2) as ``landmarks`` returns them, and the detector's box: first row, end of
            rows, first column, end of columns. None if no face was found.
        """
        boxes = self._find(images)
        found = self.landmarks_of(images, boxes)
        return [
            None if points is None or box is None else (points, np.asarray(box, dtype=float))
            for points, box in zip(found, boxes, strict=True)
        ]

    def landmarks(self, image: UInt8Array, box: Array | None = None) -> FloatArray | None:
        """Find 68 landmarks.

        Parameters
        ----------
        image
            Grey of shape (H, W) or RGB of shape (H, W, 3).
        box
            Where the face is: first row, end of rows, first column, end of columns in pixels. Without
            it the detector looks for the face.

        Returns
        -------
        ndarray of shape (68, 2) or None
            x and y in pixels, in the order of the iBUG mark-up; None if no face was found.

        Raises
        ------
        DataError
            If weights are missing or damaged, or the image or the box is none.
        """
        return self.landmarks_of([image], None if box is None else [box])[0]

    def landmarks_of(
        self, images: Sequence[UInt8Array], boxes: Sequence[Array | None] | None = None
    ) -> list[FloatArray | None]:
        """Find 68 landmarks in each of several images, in batches; sizes of images may differ.

        Parameters
        ----------
        images
            As ``landmarks`` takes them.
        boxes
            One per image, None where there is no face; the detector looks for all of them if none are
            given.

        Returns
        -------
        list of ndarray of shape (68, 2) or None
            As ``landmarks`` returns them.

        Raises
        ------
        DataError
            As ``landmarks`` raises it.
        """
        if boxes is None:
            boxes = self._find(images)
        found: list[FloatArray | None] = [None] * len(images)
        cuts = [
            (n, *_cut(image, box))
            for n, (image, box) in enumerate(zip(images, boxes, strict=True))
            if box is not None
        ]
        for start in range(0, len(cuts), self.at_once):
            part = cuts[start : start + self.at_once]
            places = _peaks(self._heatmaps(np.stack([cut for _, cut, _, _ in part])))
            for (n, _, corner, side), place in zip(part, places, strict=True):
                # Places count from the crop's edge, landmarks from the centre of its first pixel.
                found[n] = corner + side * place - 0.5
        return found

    def _find(self, images: Sequence[UInt8Array]) -> list[Array | None]:
        """Look for the faces, once it is known that no weights will be missing afterwards."""
        self._require()
        return [self.detector.box(image) for image in images]

    def _require(self) -> None:
        """Check that no file of weights is missing."""
        detector = self.detector
        needed = [self.weights] + ([detector.weights] if isinstance(detector, S3fdFaces) else [])
        require_files(*needed)

    def _heatmaps(self, cuts: UInt8Array) -> FloatArray:
        """Compute heat maps (N, 68, 64, 64) of crops and of their mirror images, and add them."""
        import torch

        flip = package_module("utils").flip
        network, device = self._network
        with torch.inference_mode():
            batch = torch.from_numpy(cuts).to(device).permute(0, 3, 1, 2).float() / 255
            # The network returns the heat maps of all its hourglasses, the last ones being the best.
            maps = network(batch)[-1] + flip(network(flip(batch))[-1], is_label=True)
        result: FloatArray = maps.cpu().numpy()
        return result

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        """Load the network onto its device."""
        return load_network(package_module("models").FAN(_STACKED), self.weights, self.device)


def _cut(image: UInt8Array, box: Array) -> tuple[UInt8Array, FloatArray, float]:
    """Cut a square around a face and bring it to the size that the network reads.

    Returns
    -------
    cut : ndarray of shape (256, 256, 3)
        Black where the square reaches beyond the image.
    corner : ndarray of shape (2,)
        x and y of the square's edges left and above, in pixels from the image's edges.
    side : float
        In pixels of the image.
    """
    import cv2

    colours = as_colours(image)
    top, bottom, left, right = (float(edge) for edge in box)
    height, width = bottom - top, right - left
    if not (0 < height < np.inf and 0 < width < np.inf):
        raise DataError(f"the box of rows {top:g} to {bottom:g}, columns {left:g} to {right:g} is empty")
    side = _SIDE * (height + width)
    corner = np.array([(left + right) / 2, (top + bottom) / 2 - _RAISED * height]) - side / 2
    zoom = _INPUT / side
    shift = zoom * (0.5 - corner) - 0.5
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    # Linear, and black beyond the image, as the package does it.
    cut = cv2.warpAffine(np.ascontiguousarray(colours), matrix, (_INPUT, _INPUT), flags=cv2.INTER_LINEAR)
    return cut.astype(np.uint8, copy=False), corner, side


def _peaks(heatmaps: FloatArray) -> FloatArray:
    """Place the highest cell of each map, and a quarter of a cell towards its higher neighbours.

    Parameters
    ----------
    heatmaps
        Shape (N, 68, S, S).

    Returns
    -------
    ndarray of shape (N, 68, 2)
        x and y as shares of the map's side, from its edges left and above.
    """
    n, points, size, _ = heatmaps.shape
    y, x = np.divmod(heatmaps.reshape(n, points, -1).argmax(axis=2), size)
    inside = (x > 0) & (x < size - 1) & (y > 0) & (y < size - 1)
    face, point = np.ogrid[:n, :points]
    # A neighbour beyond the border is only looked up, not used.
    before_x, after_x, before_y, after_y = (
        heatmaps[face, point, np.clip(y + down, 0, size - 1), np.clip(x + right, 0, size - 1)]
        for down, right in ((0, -1), (0, 1), (-1, 0), (1, 0))
    )
    step = np.stack([np.sign(after_x - before_x), np.sign(after_y - before_y)], axis=2) * inside[..., None]
    return (np.stack([x, y], axis=2) + 0.25 * step + 0.5) / size
