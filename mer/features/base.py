"""What a representation must give, and how a method asks for one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mer.core.digests import canonical, digest
from mer.core.parameters import Params
from mer.core.types import Array, Clip, UInt8Array


class Feature(Protocol):
    """Turns one sample into an array; learns nothing from data."""

    def compute(self, clip: Clip) -> Array:
        """Compute the array of one clip; its shape is the same for every clip.

        Raises
        ------
        DataError
            If the clip is too short or lacks an annotation that is needed.
        """
        ...


class FlowImageFeature(Feature, Protocol):
    """A representation that may also be distributed ready-made."""

    def accept(self, images: UInt8Array) -> Array:
        """Take finished flow images of shape (N, 3, H, W) instead of computing them.

        Raises
        ------
        DataError
            If they are not what these settings would compute.
        """
        ...


@dataclass(frozen=True)
class FeatureSpec:
    """Everything the catalogue knows about a representation.

    Attributes
    ----------
    name
        The module's name and the first part of its folder's name.
    title
        As printed in listings.
    params
        Model of its settings.
    build
        Makes it from its settings.
    needs_apex
        Whether every sample must have an annotated apex, under some settings.
    accepts_flow_images
        Whether finished flow images will do.
    """

    name: str
    title: str
    params: type[Params]
    build: Callable[[Any], Feature]
    needs_apex: Callable[[Any], bool] = lambda params: False
    accepts_flow_images: bool = False


@dataclass(frozen=True)
class Recipe:
    """A representation with its settings: what a method asks for, shared by all that ask the same."""

    feature: str
    params: Params

    @property
    def key(self) -> str:
        """Short stable name, used as a folder's name."""
        return f"{self.feature}-{digest(self.params.model_dump(mode='json'))[:8]}"

    def described(self) -> str:
        """Return name and settings as JSON."""
        return canonical({"feature": self.feature, "params": self.params.model_dump(mode="json")})
