"""Oulu-CASIA (Zhao et al. 2011): posed expressions of 80 subjects before two cameras, in three lights."""

from typing import Literal

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"OriginalImg/{camera}/{light}/(?P<subject>P\d+)/(?P<clip>(?P<label>[A-Za-z]+)/\d+)\.jpe?g"
_LABELS = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
}


class OuluCasiaParams(StillParams):
    """Settings of Oulu-CASIA."""

    camera: Literal["VL", "NI"] = Field(default="VL", description="Visible light or near infra-red.")
    light: Literal["Strong", "Weak", "Dark"] = Field(default="Strong", description="Lighting.")
    last: int = Field(
        default=3,
        ge=1,
        description="How many images at the end of a sequence count: the ResNet10 paper takes 3.",
    )


def build(params: OuluCasiaParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "oulu_casia",
        params.pattern or PATTERN.format(camera=params.camera, light=params.light),
        _LABELS,
        example="OriginalImg/VL/Strong/P001/Anger/000.jpeg",
        take="last",
        n=params.last,
    )
    return build_database("oulu_casia", location, params, stills.read)


SPEC = DatasetSpec(
    name="oulu_casia",
    title="Oulu-CASIA",
    summary="80 subjects, 480 sequences per camera and light; the last images of each, six emotions.",
    provides="clips",
    needs_root=True,
    params=OuluCasiaParams,
    build=build,
)
