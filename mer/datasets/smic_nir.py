"""SMIC-NIR (Li et al. 2013): 8 subjects, 71 clips, near infra-red camera, 25 frames per second."""

from mer.annotations.database import AnnotatedDatabase
from mer.core.location import Location
from mer.datasets.annotated import SmicParams, build_smic
from mer.datasets.base import DatasetSpec


class SmicNirParams(SmicParams):
    """Settings of SMIC-NIR."""


def build(params: SmicNirParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_smic("smic_nir", "NIR", 25.0, params, location)


SPEC = DatasetSpec(
    name="smic_nir",
    title="SMIC-NIR",
    summary="8 subjects, 71 clips, near infra-red camera, 25 fps; three classes, no apex annotated.",
    provides="clips",
    needs_root=True,
    params=SmicNirParams,
    build=build,
)
