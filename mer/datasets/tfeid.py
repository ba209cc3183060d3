"""TFEID (Chen and Yen 2007): 40 models, eight expressions, two intensities."""

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"(?:[^/]+/)*(?P<label>[a-z]+)/(?P<clip>(?P<subject>[fm]\d+)[^/]*)\.(?:jpe?g|bmp|png)"
_LABELS = {
    "anger": "anger",
    "contempt": "contempt",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happiness",
    "neutral": "neutral",
    "sadness": "sadness",
    "surprise": "surprise",
}


class TfeidParams(StillParams):
    """Settings of TFEID."""


def build(params: TfeidParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "tfeid",
        params.pattern or PATTERN,
        _LABELS,
        example="high/anger/f01_a_1.jpg",
    )
    return build_database("tfeid", location, params, stills.read)


SPEC = DatasetSpec(
    name="tfeid",
    title="TFEID",
    summary="40 models, seven emotions and neutral; layout not known, set the pattern of your copy.",
    provides="clips",
    needs_root=True,
    params=TfeidParams,
    build=build,
)
