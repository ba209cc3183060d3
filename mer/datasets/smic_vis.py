"""SMIC-VIS (Li et al. 2013): 8 subjects, 71 clips, ordinary camera, 25 frames per second."""

from mer.annotations.database import AnnotatedDatabase
from mer.core.location import Location
from mer.datasets.annotated import SmicParams, build_smic
from mer.datasets.base import DatasetSpec


class SmicVisParams(SmicParams):
    """Settings of SMIC-VIS."""


def build(params: SmicVisParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    return build_smic("smic_vis", "VIS", 25.0, params, location)


SPEC = DatasetSpec(
    name="smic_vis",
    title="SMIC-VIS",
    summary="8 subjects, 71 clips, ordinary camera, 25 fps; three classes, no apex annotated.",
    provides="clips",
    needs_root=True,
    params=SmicVisParams,
    build=build,
)
