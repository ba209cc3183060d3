"""MMI (Pantic et al. 2005): videos of posed expressions; the frame in the middle counts."""

import re
from collections.abc import Callable
from typing import ClassVar

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.annotations.tree import Tree
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"Sessions/[^/]+/(?P<clip>(?P<subject>S\d+)-\d+)\.avi"
_LABELS = {
    "1": "anger",
    "2": "disgust",
    "3": "fear",
    "4": "happiness",
    "5": "sadness",
    "6": "surprise",
}


class MmiParams(StillParams):
    """Settings of MMI."""

    label_group: ClassVar[tuple[str, ...]] = ()


def _labeller(tree: Tree) -> Callable[[str], str | None]:
    """Read the labels in XML files beside the videos; sessions without one are left out."""
    numbers = {}
    for path in tree.files():
        if path.casefold().endswith(".xml"):
            mark = re.search(r'Metatag\s+Name="Emotion"\s+Value="(\d)"', tree.text(path), re.IGNORECASE)
            if mark:
                numbers[path.rpartition("/")[0]] = mark[1]
    return lambda path: numbers.get(path.rpartition("/")[0])


def build(params: MmiParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "mmi",
        params.pattern or PATTERN,
        _LABELS,
        example="Sessions/1/S001-001.avi",
        labeller=_labeller,
    )
    return build_database("mmi", location, params, stills.read)


SPEC = DatasetSpec(
    name="mmi",
    title="MMI",
    summary="75 subjects, videos of six emotions; the frame in the middle of each labelled one.",
    provides="clips",
    needs_root=True,
    params=MmiParams,
    build=build,
)
