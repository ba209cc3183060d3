"""CK+ (Lucey et al. 2010): posed expressions of 123 subjects, 327 labelled sequences."""

import re
from collections.abc import Callable
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.stills import Stills
from mer.annotations.tree import Tree
from mer.core.location import Location
from mer.datasets.annotated import StillParams, build_database
from mer.datasets.base import DatasetSpec

PATTERN = r"(?P<subject>S\d+)/\d+/(?P<clip>S\d+_\d+_\d+)\.png"
_LABELS = {
    "1": "anger",
    "2": "contempt",
    "3": "disgust",
    "4": "fear",
    "5": "happiness",
    "6": "sadness",
    "7": "surprise",
}


class CkplusParams(StillParams):
    """Settings of CK+."""

    label_group: ClassVar[tuple[str, ...]] = ()

    clips: Literal["images", "sequences"] = Field(
        default="images",
        description="'images' takes the last images of a sequence, each as a clip of one frame; 'sequences' "
        "takes every sequence as one clip, from neutral to the peak.",
    )
    last: int = Field(
        default=3,
        ge=1,
        description="How many images at the end of a sequence count: the ResNet10 paper takes 3.",
    )

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if self.clips == "sequences" and self.last != type(self).model_fields["last"].default:
            raise ValueError("'last' goes with 'clips: images': a sequence is taken whole")
        return self


def _labeller(tree: Tree) -> Callable[[str], str | None]:
    """Read the labels of sequences: one file each, with a number such as 3.0, in a twin of the folder."""
    numbers = {}
    for path in tree.files():
        if path.endswith("_emotion.txt"):
            match = re.match(r"\s*(\d)", tree.text(path))
            if match:
                numbers[tuple(path.split("/")[-3:-1])] = match[1]
    return lambda path: numbers.get(tuple(path.split("/")[-3:-1]))


def build(params: CkplusParams, location: Location) -> AnnotatedDatabase:
    """Make the reader."""
    stills = Stills(
        "ckplus",
        params.pattern or PATTERN,
        _LABELS,
        example="cohn-kanade-images/S005/001/S005_001_00000011.png",
        take="last" if params.clips == "images" else "sequence",
        n=params.last,
        labeller=_labeller,
        release="last" if params.clips == "images" else "sequences",
    )
    return build_database("ckplus", location, params, stills.read)


SPEC = DatasetSpec(
    name="ckplus",
    title="CK+",
    summary="123 subjects, 327 labelled sequences, whole or the last images of each; seven emotions.",
    provides="clips",
    needs_root=True,
    params=CkplusParams,
    build=build,
)
