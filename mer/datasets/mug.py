"""MUG (Aifanti et al. 2010): posed expressions, 86 subjects of whom 52 are released, 19 fps."""

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"(?P<subject>\d+)/(?P<clip>(?P<label>[a-z]+)/take\d+/[^/]+)\.jpe?g"
_LABELS = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
    "neutral": "neutral",
}


class MugParams(StillParams):
    """Settings of MUG."""

    middle: int = Field(
        default=3,
        ge=1,
        description="How many images in the middle of a take count: takes begin and end neutral. Our choice.",
    )


def build(params: MugParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "mug",
        params.pattern or PATTERN,
        _LABELS,
        example="subjects3/001/anger/take000/img_0030.jpg",
        take="middle",
        n=params.middle,
    )
    return build_database("mug", location, params, stills.read)


SPEC = DatasetSpec(
    name="mug",
    title="MUG",
    summary="52 released subjects, six emotions and neutral; layout as reported, unverified.",
    provides="clips",
    needs_root=True,
    params=MugParams,
    build=build,
)
