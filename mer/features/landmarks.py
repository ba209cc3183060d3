"""Facial landmarks of the onset frame, found once and used by every recipe that aligns or crops."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from pydantic import Field

from mer.core.errors import ConfigError, DataError, NoFaceError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution, FloatArray, UInt8Array
from mer.features.base import FeatureSpec

_NO_WEIGHTS = (
    "Landmarks by face_alignment need its weights: name the folder that you fetched them into "
    "as 'weights' in paths.yaml (docs/preprocessing.md)."
)


class LandmarksParams(Params):
    """Settings of the search for landmarks."""

    by: Literal["dlib", "face_alignment"] = Field(
        description="'dlib' is a regression of trees, quick, from weights that pip installs; "
        "'face_alignment' is 2DFAN-4, better and slow without a GPU, from weights that you fetch."
    )


class Finder(Protocol):
    """What finds faces."""

    def faces(self, images: Sequence[UInt8Array]) -> list[tuple[FloatArray, FloatArray] | None]:
        """Find the largest face of each image: its 68 points (68, 2) and its box (4,), or None."""
        ...


@dataclass(frozen=True)
class Landmarks:
    """68 points x and y in pixels of the onset frame, in the order of the iBUG mark-up, and the face's box.

    The box is what the finder's detector returns: two more points, left and top, then right and bottom.
    """

    params: LandmarksParams
    finder: Finder

    def compute(self, clip: Clip) -> Array:
        """Find the face of one clip, float64 of shape (70, 2).

        Raises
        ------
        NoFaceError
            If no face is found.
        """
        (found,) = self.compute_many([clip])
        if isinstance(found, DataError):
            raise found
        return found

    def compute_many(self, clips: Sequence[Clip]) -> Sequence[Array | DataError]:
        """Find the faces of clips, or say that there is none."""
        found: list[Array | DataError] = []
        for face in self.finder.faces([clip.frames[0] for clip in clips]):
            if face is None:
                found.append(NoFaceError(f"{self.params.by} finds no face in the onset frame"))
            else:
                points, (top, bottom, left, right) = face
                found.append(np.vstack([points, [[left, top], [right, bottom]]]))
        return found


def check_finder(by: str, weights: str) -> None:
    """Check before anything runs that landmarks can be looked for.

    Raises
    ------
    ConfigError
        If dlib is not installed, or the folder of weights is not named or not there.
    """
    if by == "dlib" and find_spec("dlib") is None:
        raise ConfigError("Landmarks by dlib need an extra. Run: pip install -c constraints.txt -e '.[dlib]'")
    if by == "face_alignment" and not weights:
        raise ConfigError(_NO_WEIGHTS)
    if by == "face_alignment" and not Path(weights).is_dir():
        raise ConfigError(f"'weights' in paths.yaml: the folder {weights} does not exist.")


def build(params: LandmarksParams, execution: Execution) -> Landmarks:
    """Make the representation; what it needs is loaded at once, so that it is missed once.

    Raises
    ------
    ConfigError, DataError
        If a package or weights are missing or damaged.
    """
    check_finder(params.by, execution.weights)
    if params.by == "dlib":
        from mer.media.dlib_faces import DlibFaces

        dlib = DlibFaces()
        dlib.load()
        return Landmarks(params, dlib)
    from mer.core.device import choose_device
    from mer.media.face_alignment_faces import FaceAlignmentFaces

    package = FaceAlignmentFaces(Path(execution.weights), device=choose_device(execution.device).type)
    package.load()
    return Landmarks(params, package)


SPEC = FeatureSpec(
    name="landmarks",
    title="Facial landmarks",
    params=LandmarksParams,
    build=build,
    looks_at=lambda params: "onset",
    colour=lambda params: params.by == "face_alignment",
    uses_gpu=lambda params: params.by == "face_alignment",
)
