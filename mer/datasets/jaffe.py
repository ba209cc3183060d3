"""JAFFE (Lyons et al. 1998): 213 images of 10 women, seven expressions."""

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"(?P<clip>(?P<subject>[A-Z]{2})\.(?P<label>[A-Z]{2})\d\.\d+)\.tiff?"
_LABELS = {
    "an": "anger",
    "di": "disgust",
    "fe": "fear",
    "ha": "happiness",
    "ne": "neutral",
    "sa": "sadness",
    "su": "surprise",
}


class JaffeParams(StillParams):
    """Settings of JAFFE."""


def build(params: JaffeParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "jaffe",
        params.pattern or PATTERN,
        _LABELS,
        example="KA.AN1.39.tiff",
    )
    return build_database("jaffe", location, params, stills.read)


SPEC = DatasetSpec(
    name="jaffe",
    title="JAFFE",
    summary="10 women, 213 images, six emotions and neutral.",
    provides="clips",
    needs_root=True,
    params=JaffeParams,
    build=build,
)
