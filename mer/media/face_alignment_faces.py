"""The 68 landmarks of a face by 2DFAN-4, the network of the package ``face_alignment``.

Bulat and Tzimiropoulos 2017, "How far are we from solving the 2D & 3D face alignment problem?". The package
itself downloads weights when it lacks them. Here only its network is used, and the weights come from a
folder; fetch them once, where there is a network, by (in one line)::

    curl -fLO --create-dirs --output-dir FOLDER
        https://www.adrianbulat.com/downloads/python-fan/2DFAN4-11f355bf06.pth.tar

Cropping and reading of the heat maps follow version 1.5.0 of the package, except that nothing is cut to whole
pixels, which moves the package's landmarks by half a pixel upwards and to the left.
"""

import hashlib
import textwrap
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from mer.core.errors import DataError, DeviceError
from mer.core.types import Array, FloatArray, UInt8Array
from mer.media.dlib_faces import DlibFaces

FILE = "2DFAN4-11f355bf06.pth.tar"
URL = f"https://www.adrianbulat.com/downloads/python-fan/{FILE}"
# The package publishes the first ten digits, in the file's name; the others are those that several
# projects which fetched the file have written down.
SHA256 = "11f355bf0693120222f5955ce3f9dc8fb5763ebb30a47d7906e509490d32e4aa"

_STACKED = 4  # hourglasses
_INPUT = 256  # rows and columns that the network reads
# How the package places its crop: side relative to height plus width of the box, and how far it lies
# above the box's centre, in heights.
_SIDE = 200 / 195
_RAISED = 0.12


class FaceAlignmentFaces:
    """Finds the landmarks of one face per image.

    Parameters
    ----------
    folder
        Where the file of weights lies, ``2DFAN4-11f355bf06.pth.tar``. It is read when first needed, and
        never downloaded.
    device
        A device of PyTorch, or ``auto``: a GPU where PyTorch can use one. Landmarks of different devices
        agree but for rounding.
    sha256
        Checksum that the file must have; None takes weights of one's own, if they fit the network.
    at_once
        Faces in work at a time: a matter of speed and memory.
    """

    def __init__(
        self, folder: Path, *, device: str = "auto", sha256: str | None = SHA256, at_once: int = 8
    ) -> None:
        self.path = Path(folder) / FILE
        self.device = device
        self.sha256 = sha256
        self.at_once = at_once

    def landmarks(self, image: UInt8Array, box: Array | None = None) -> FloatArray | None:
        """Find 68 landmarks.

        Parameters
        ----------
        image
            Grey of shape (H, W) or RGB of shape (H, W, 3).
        box
            Where the face is: first row, end of rows, first column, end of columns in pixels. Without
            it dlib looks for the largest face, for which the extra ``mer[dlib]`` is needed.

        Returns
        -------
        ndarray of shape (68, 2) or None
            x and y in pixels, in the order of the iBUG mark-up; None if no face was found.

        Raises
        ------
        DataError
            If the weights are missing or damaged, or the image or the box is none.
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
            One per image, None where there is no face; dlib looks for all of them if none are given.

        Returns
        -------
        list of ndarray of shape (68, 2) or None
            As ``landmarks`` returns them.
        """
        if boxes is None:
            boxes = [self._detector.box(image) for image in images]
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

    def _heatmaps(self, cuts: UInt8Array) -> FloatArray:
        """Compute heat maps (N, 68, 64, 64) of crops and of their mirror images, and add them."""
        import torch

        flip = _package().utils.flip
        network, device = self._network
        with torch.inference_mode():
            batch = torch.from_numpy(cuts).to(device).permute(0, 3, 1, 2).float() / 255
            # The network returns the heat maps of all its hourglasses, the last ones being the best.
            maps = network(batch)[-1] + flip(network(flip(batch))[-1], is_label=True)
        result: FloatArray = maps.cpu().numpy()
        return result

    @cached_property
    def _detector(self) -> DlibFaces:
        return DlibFaces()

    @cached_property
    def _network(self) -> tuple[Any, Any]:
        """Load the network onto its device."""
        weights = _weights(self.path, self.sha256)
        network = _package().models.FAN(_STACKED)
        try:
            network.load_state_dict(weights)
        except (AttributeError, RuntimeError, TypeError) as error:
            raise DataError(f"{self.path} does not hold the weights of 2DFAN-4: {_short(error)}") from error
        device = _device(self.device)
        return network.to(device).eval(), device


def _weights(path: Path, sha256: str | None) -> Any:  # noqa: ANN401  # a damaged file holds anything
    """Read the file of weights, which must be there and be the right one."""
    import torch

    if not path.is_file():
        raise DataError(
            f"{path} is missing: the weights of 2DFAN-4. They are not downloaded by themselves; fetch "
            f"{URL} into the folder {path.parent}. Its SHA-256 is {SHA256}."
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if sha256 is not None and found != sha256:
        raise DataError(
            f"{path} is damaged or another file: its SHA-256 is {found}, expected was {sha256}. "
            f"Fetch {URL} again."
        )
    try:
        # Nothing but tensors is read: a pickle could run a program.
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged pickles raise exceptions of any kind
        raise DataError(f"{path} is damaged or holds no weights of PyTorch: {_short(error)}") from error


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

    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise DataError(
            f"expected an image of uint8, shape (H, W) or (H, W, 3), got {image.dtype}, {image.shape}"
        )
    top, bottom, left, right = (float(edge) for edge in box)
    height, width = bottom - top, right - left
    if not (0 < height < np.inf and 0 < width < np.inf):
        raise DataError(f"the box of rows {top:g} to {bottom:g}, columns {left:g} to {right:g} is empty")
    side = _SIDE * (height + width)
    corner = np.array([(left + right) / 2, (top + bottom) / 2 - _RAISED * height]) - side / 2
    zoom = _INPUT / side
    shift = zoom * (0.5 - corner) - 0.5
    matrix = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
    colours = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
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


def _device(wanted: str) -> Any:  # noqa: ANN401  # torch is not imported with this module
    import torch

    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise DeviceError(f"landmarks shall be found on '{wanted}' and torch finds no usable GPU")
    return torch.device(("cuda" if torch.cuda.is_available() else "cpu") if wanted == "auto" else wanted)


def _package() -> Any:  # noqa: ANN401  # face_alignment has no types
    try:
        face_alignment = import_module("face_alignment")
        import_module("face_alignment.models")
        import_module("face_alignment.utils")
    except ImportError as error:
        raise DataError(
            "face_alignment 1.5 or later is not installed. Run: pip install 'face-alignment>=1.5'"
        ) from error
    return face_alignment


def _short(error: Exception) -> str:
    return textwrap.shorten(f"{type(error).__name__}: {error}", 300)
