"""What a data set must give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from mer.core.location import Location
from mer.core.parameters import Params
from mer.core.types import Choice, Clip, Sample, SampleIndex, UInt8Array, whole_clip


class Dataset(Protocol):
    """Samples on disk, or made on demand."""

    def index(self) -> SampleIndex:
        """List every sample, sorted by ``sample_id``. Decodes no frames of clips.

        Raises
        ------
        DataError
            If the data set is missing or damaged, naming every place.
        """
        ...


class ClipDataset(Dataset, Protocol):
    """A data set that holds frames."""

    def read_clip(self, sample: Sample, *, colour: bool = False, choose: Choice = whole_clip) -> Clip:
        """Read the frames of one sample.

        Parameters
        ----------
        sample
            One of the index.
        colour
            Whether to keep colours.
        choose
            Which of the frames from onset to offset to read.

        Raises
        ------
        DataError
            If a frame is missing or cannot be read.
        """
        ...


class FlowDataset(Dataset, Protocol):
    """A data set that holds finished flow images and no frames."""

    def read_flow_images(self, samples: Sequence[Sample]) -> UInt8Array:
        """Read flow images (u, v, strain) in the order asked for, shape (N, 3, H, W)."""
        ...


@dataclass(frozen=True)
class DatasetSpec:
    """Everything the catalogue knows about a data set.

    Attributes
    ----------
    name
        The module's name and the key in configurations.
    title
        As printed in tables.
    summary
        One line for listings.
    provides
        ``clips`` or ``flow_images``.
    needs_root
        Whether it lies in a folder of the user's.
    params
        Model of its settings.
    build
        Makes the reader from settings and location.
    """

    name: str
    title: str
    summary: str
    provides: Literal["clips", "flow_images"]
    needs_root: bool
    params: type[Params]
    build: Callable[[Any, Location], Dataset]
