"""RaFD (Langner et al. 2010): 67 models, eight expressions, three gazes."""

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = (
    r"(?P<clip>Rafd{camera}_(?P<subject>\d+)_[A-Za-z]+_[a-z]+_(?P<label>[a-z]+)_"
    r"(?:left|right|frontal))\.jpe?g"
)
_LABELS = {
    "angry": "anger",
    "contemptuous": "contempt",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprised": "surprise",
}


class RafdParams(StillParams):
    """Settings of RaFD."""

    camera: str = Field(
        default="090", pattern=r"^\d{3}$", description="Angle of the camera in degrees; 090 is frontal."
    )


def build(params: RafdParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "rafd",
        params.pattern or PATTERN.replace("{camera}", params.camera),
        _LABELS,
        example="Rafd090_28_Caucasian_male_angry_frontal.jpg",
    )
    return build_database("rafd", location, params, stills.read)


SPEC = DatasetSpec(
    name="rafd",
    title="RaFD",
    summary="67 models, 1,608 frontal images with three gazes, seven emotions and neutral.",
    provides="clips",
    needs_root=True,
    params=RafdParams,
    build=build,
)
