"""KDEF (Lundqvist et al. 1998): 70 actors, seven expressions, two sessions, five angles."""

from typing import Literal

from pydantic import Field

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = (
    r"[AB][FM]\d\d/(?P<clip>[AB](?P<subject>[FM]\d\d)(?P<label>AF|AN|DI|HA|NE|SA|SU)(?:{angles}))\.jpe?g"
)
_LABELS = {
    "af": "fear",
    "an": "anger",
    "di": "disgust",
    "ha": "happiness",
    "ne": "neutral",
    "sa": "sadness",
    "su": "surprise",
}


class KdefParams(StillParams):
    """Settings of KDEF."""

    angles: tuple[Literal["S", "HL", "HR", "FL", "FR"], ...] = Field(
        default=("S",), description="Angles that count: S frontal, HL and HR half, FL and FR full profile."
    )


def build(params: KdefParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "kdef",
        params.pattern or PATTERN.replace("{angles}", "|".join(params.angles)),
        _LABELS,
        suspect=r"[AB][FM]\d\d/[AB][FM]\d\d(?!(?:AF|AN|DI|HA|NE|SA|SU)(?:S|HL|HR|FL|FR)\.)[^/]*\.jpe?g",
        example="AF01/AF01ANS.JPG",
    )
    return build_database("kdef", location, params, stills.read)


SPEC = DatasetSpec(
    name="kdef",
    title="KDEF",
    summary="70 actors, 980 frontal images, six emotions and neutral; two misnamed files are left out.",
    provides="clips",
    needs_root=True,
    params=KdefParams,
    build=build,
)
