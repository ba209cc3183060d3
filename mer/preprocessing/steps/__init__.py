"""Catalogue of the steps from frames as read to frames that a representation looks at, and their settings.

A step's module has its settings and a function ``apply`` that takes a clip and them. To add one: write its
module, give its settings a field of ``Preprocessing``, and put it in its place in ``STEPS``.
"""

from types import MappingProxyType, ModuleType
from typing import Literal, Self

from pydantic import Field, model_validator

from mer.core.parameters import Params
from mer.preprocessing.alignment import AlignedFrame
from mer.preprocessing.steps import align, apex, crop, length, magnification
from mer.preprocessing.steps.apex import ApexParams
from mer.preprocessing.steps.crop import CropParams
from mer.preprocessing.steps.length import LengthParams
from mer.preprocessing.steps.magnification import MagnificationParams
from mer.preprocessing.steps.windows import WindowParams, cut

__all__ = ["LOCATING", "STEPS", "Preprocessing", "cut"]

# In the order in which they are done; names are those of the fields below.
STEPS: MappingProxyType[str, ModuleType] = MappingProxyType(
    {"align": align, "crop": crop, "apex": apex, "magnification": magnification, "length": length}
)
# Those that say where face and apex are; what comes after may change the number of frames.
LOCATING = ("align", "crop", "apex")


class Preprocessing(Params):
    """What is done to the frames of a clip before a representation is computed.

    By default nothing is: databases distribute faces that are cut out, and those are used as they are.
    """

    landmarks: Literal["given", "dlib", "face_alignment"] | None = Field(
        default=None,
        description="Who finds the 68 landmarks of the onset frame that 'align', 'crop' and some ways of "
        "spotting need: 'given' reads landmarks.csv of the database (stand-ins have one), 'dlib' needs the "
        "extra mer[dlib], 'face_alignment' needs its weights in the folder 'weights' of the configuration.",
    )
    without_face: Literal["refuse", "drop", "whole_frame"] = Field(
        default="refuse",
        description="Clips without landmarks: 'refuse' names them and stops, 'drop' leaves them out of "
        "training and test and says so in tables, 'whole_frame' neither aligns nor crops them.",
    )
    align: AlignedFrame | None = Field(
        default=None, description="Level the eyes at a fixed distance, by one transform per clip."
    )
    crop: CropParams | None = Field(default=None, description="Cut the face out, by one box per clip.")
    apex: ApexParams | None = Field(
        default=ApexParams(), description="Where the apex frame is taken from, for what looks at it."
    )
    magnification: MagnificationParams | None = Field(
        default=None, description="Magnify the movement, before frames are chosen."
    )
    length: LengthParams | None = Field(default=None, description="Bring all clips to one number of frames.")
    windows: WindowParams | None = Field(
        default=None,
        description="Cut clips into windows that are represented on their own, for methods that take several "
        "arrays per clip.",
    )

    @model_validator(mode="after")
    def _landmarks_where_needed(self) -> Self:
        spotting = self.apex is not None and self.apex.needs_landmarks
        users = [name for name in ("align", "crop") if getattr(self, name) is not None]
        users += [f"apex.spotting: {self.apex.spotting}"] if self.apex is not None and spotting else []
        if users and self.landmarks is None:
            raise ValueError(
                f"'{users[0]}' needs landmarks: set 'landmarks' to given, dlib or face_alignment"
            )
        if self.landmarks is not None and not users:
            raise ValueError(
                "'landmarks' is set and no step uses them: set 'align' or 'crop', or leave it out"
            )
        if self.landmarks == "given" and self.crop is not None and self.crop.around == "detector":
            raise ValueError(
                "'crop.around: detector' needs a detector: set 'landmarks' to dlib or face_alignment"
            )
        if self.without_face == "whole_frame" and spotting:
            raise ValueError(
                "'without_face: whole_frame' and an apex that is spotted by landmarks exclude each other"
            )
        return self

    @property
    def finder(self) -> Literal["dlib", "face_alignment"] | None:
        """Who looks for landmarks; None where none are needed or they are given."""
        return None if self.landmarks == "given" else self.landmarks

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps that are done, in their order."""
        return tuple(name for name in STEPS if getattr(self, name) is not None)

    @property
    def modules(self) -> tuple[str, ...]:
        """Names of the modules in this package that do something to a clip."""
        return (*self.steps, *(["windows"] if self.windows is not None else []))

    @property
    def needs_all_frames(self) -> bool:
        """Whether something is done that takes a look at every frame."""
        return any(part is not None for part in (self.magnification, self.length, self.windows))
