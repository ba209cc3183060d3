"""Facial landmarks of the onset frame, found once and used by every recipe that aligns or crops."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from pydantic import Field

from mer.core.errors import ConfigError, NoFaceError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution, FloatArray, UInt8Array
from mer.features.base import FeatureSpec

NO_WEIGHTS = (
    "landmarks by face_alignment need its weights: name the folder that you fetched them into "
    "as 'weights' in paths.yaml"
)


class LandmarksParams(Params):
    """Settings of the search for landmarks."""

    by: Literal["dlib", "face_alignment"] = Field(
        description="'dlib' is a regression of trees, quick, from weights that pip installs; "
        "'face_alignment' is 2DFAN-4, better and slow without a GPU, from weights that you fetch."
    )


class Finder(Protocol):
    """What finds landmarks."""

    def landmarks(self, image: UInt8Array) -> FloatArray | None:
        """Find the 68 points (68, 2) of the largest face of an image; None if there is no face."""
        ...


@dataclass(frozen=True)
class Landmarks:
    """68 points x and y in pixels of the onset frame, in the order of the iBUG mark-up."""

    params: LandmarksParams
    finder: Finder

    def compute(self, clip: Clip) -> Array:
        """Find the landmarks of one clip, float64 of shape (68, 2).

        Raises
        ------
        NoFaceError
            If no face is found.
        """
        found = self.finder.landmarks(clip.frames[0])
        if found is None:
            raise NoFaceError(f"{self.params.by} finds no face in the onset frame")
        return found


def build(params: LandmarksParams, execution: Execution) -> Landmarks:
    """Make the representation."""
    if params.by == "dlib":
        from mer.media.dlib_faces import DlibFaces

        return Landmarks(params, DlibFaces())
    if not execution.weights:
        raise ConfigError(NO_WEIGHTS)
    from mer.core.device import choose_device
    from mer.media.face_alignment_faces import FaceAlignmentFaces

    device = choose_device(execution.device).type
    return Landmarks(params, FaceAlignmentFaces(Path(execution.weights), device=device))


SPEC = FeatureSpec(
    name="landmarks",
    title="Facial landmarks",
    params=LandmarksParams,
    build=build,
    looks_at=lambda params: "onset",
    colour=lambda params: params.by == "face_alignment",
    uses_gpu=lambda params: params.by == "face_alignment",
)
