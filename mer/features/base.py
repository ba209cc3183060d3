"""What a representation must give, and how a method asks for one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from mer.core.digests import canonical, digest
from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, Clip, Execution, LooksAt, UInt8Array
from mer.preprocessing.steps import Preprocessing


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


@runtime_checkable
class BatchFeature(Feature, Protocol):
    """A representation that computes faster for several clips at once than for one after the other."""

    def compute_many(self, clips: Sequence[Clip]) -> Sequence[Array | DataError]:
        """Compute the arrays of clips, each as if it were alone, or say why one cannot be computed."""
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
        Makes it from its settings and the way the job runs (device, weights).
    looks_at
        Which frames it looks at.
    colour
        Whether it wants frames in colour.
    takes_floats
        Whether frames may hold what lies between grey levels.
    accepts_flow_images
        Whether finished flow images will do.
    uses_gpu
        Whether a GPU makes it faster.
    """

    name: str
    title: str
    params: type[Params]
    build: Callable[[Any, Execution], Feature]
    looks_at: Callable[[Any], LooksAt] = lambda params: "all"
    colour: Callable[[Any], bool] = lambda params: False
    takes_floats: Callable[[Any], bool] = lambda params: True
    accepts_flow_images: bool = False
    uses_gpu: Callable[[Any], bool] = lambda params: False


@dataclass(frozen=True)
class Recipe:
    """A representation of preprocessed clips: what a method asks for, shared by all that ask the same.

    Attributes
    ----------
    feature
        The representation's name.
    params
        Its settings.
    preprocessing
        What is done to the frames before.
    """

    feature: str
    params: Params
    preprocessing: Preprocessing = field(default_factory=Preprocessing)

    @property
    def key(self) -> str:
        """Short stable name, used as a folder's name."""
        return f"{self.feature}-{digest(self._settings())[:8]}"

    def described(self) -> str:
        """Return name and settings as JSON."""
        return canonical({"feature": self.feature, **self._settings()})

    def _settings(self) -> dict[str, Any]:
        return {
            "params": self.params.model_dump(mode="json"),
            "preprocessing": self.preprocessing.model_dump(mode="json"),
        }
