"""SMIC-HS (Li et al. 2013): 16 subjects, 164 clips, high-speed camera, 100 frames per second."""

from mer.annotations.database import AnnotatedDatabase
from mer.core.location import Location
from mer.datasets.annotated import SmicParams, build_smic
from mer.datasets.base import DatasetSpec


class SmicHsParams(SmicParams):
    """Settings of SMIC-HS."""


def build(params: SmicHsParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_smic("smic_hs", "HS", 100.0, params, location)


SPEC = DatasetSpec(
    name="smic_hs",
    title="SMIC-HS",
    summary="16 subjects, 164 clips, high-speed camera, 100 fps; three classes, no apex annotated.",
    provides="clips",
    needs_root=True,
    params=SmicHsParams,
    build=build,
)
