"""Faces and their 68 landmarks by dlib: a detector of oriented gradients, then regression trees.

Needs the extra ``mer[dlib]``. The terms of the 68-point model exclude commercial use.
"""

from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mer.core.errors import DataError
from mer.core.types import FloatArray, IntArray, UInt8Array

_MODEL = "shape_predictor_68_face_landmarks.dat"
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
        raise DataError("dlib's landmark model is not installed. Run: pip install 'mer[dlib]'")
    return path


class DlibFaces:
    """Finds the largest face of an image and its landmarks."""

    def landmarks(self, image: UInt8Array) -> FloatArray | None:
        """Find 68 landmarks.

        Parameters
        ----------
        image
            Grey of shape (H, W) or RGB of shape (H, W, 3).

        Returns
        -------
        ndarray of shape (68, 2) or None
            x and y in pixels, in the order of the iBUG mark-up; None if no face was found.
        """
        face = self._largest(image)
        if face is None:
            return None
        shape = self._predictor(image, face)
        return np.array([(shape.part(n).x, shape.part(n).y) for n in range(68)], dtype=float)

    def box(self, image: UInt8Array) -> IntArray | None:
        """Find the face alone, for which the package of the landmarks' weights is not needed.

        Parameters
        ----------
        image
            Grey of shape (H, W) or RGB of shape (H, W, 3).

        Returns
        -------
        ndarray of shape (4,) or None
            First row, end of rows, first column, end of columns in pixels, which may lie outside the
            image; None if no face was found.
        """
        face = self._largest(image)
        if face is None:
            return None
        return np.array([face.top(), face.bottom() + 1, face.left(), face.right() + 1])

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
        raise DataError("dlib is not installed. Run: pip install 'mer[dlib]'") from error
    return dlib
