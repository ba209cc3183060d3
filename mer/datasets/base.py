"""What a data set must give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Protocol

from mer.core.errors import DataError, listed
from mer.core.parameters import Params
from mer.core.types import COMPOSITE, Clip, Sample, SampleIndex, Source, UInt8Array


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

    def read_clip(self, sample: Sample) -> Clip:
        """Read the frames of one sample.

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
class Location:
    """How a configuration calls a data set, and where it lies.

    Attributes
    ----------
    name
        Key in the configuration.
    root
        Folder on disk; None for a data set that is made on demand.
    """

    name: str
    root: Path | None


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


def existing_root(location: Location) -> Path:
    """Return the folder of a data set.

    Raises
    ------
    DataError
        If no folder is configured or it is not there.
    """
    remedy = (
        f"Write '{location.name}: /your/folder' into paths.yaml, "
        f"or pass --config paths='{{{location.name}: /your/folder}}'."
    )
    if location.root is None:
        raise DataError(f"{location.name}: no folder is configured. {remedy}")
    if not location.root.is_dir():
        raise DataError(f"{location.name}: the folder '{location.root}' does not exist. {remedy}")
    return location.root


def named_sample(
    dataset: str,
    *,
    database: str,
    subject: str,
    clip: str,
    emotion: str,
    source: Source,
    person: str = "",
    **annotation: Any,  # noqa: ANN401  # the optional fields of Sample
) -> Sample:
    """Make a sample with its keys: subject and sample id carry their database.

    ``person`` is needed only where one person appears under several subjects.

    Raises
    ------
    DataError
        If a name holds a colon, which separates the parts of a key.
    """
    for what, name in (("database", database), ("subject", subject), ("clip", clip)):
        if ":" in name or not name or not name.isprintable():
            raise DataError(f"the {what} {name!r} must be a name of printable characters without a colon")
    if database == COMPOSITE:
        raise DataError(f"'{COMPOSITE}' stands for all databases together; call the database otherwise")
    key = f"{database}:{subject}"
    return Sample(
        sample_id=f"{key}:{clip}",
        dataset=dataset,
        database=database,
        subject=key,
        person=person or key,
        clip=clip,
        emotion=emotion,
        source=source,
        **annotation,
    )


def sorted_unique(samples: Sequence[Sample], place: str) -> tuple[Sample, ...]:
    """Sort samples by name.

    Raises
    ------
    DataError
        If a sample occurs twice.
    """
    ordered = sorted(samples, key=lambda sample: sample.sample_id)
    doubled = sorted({a.sample_id for a, b in pairwise(ordered) if a.sample_id == b.sample_id})
    if doubled:
        raise DataError(
            listed(
                f"{place}: a clip may occur once per database and subject. Remove the doubles of:", doubled
            )
        )
    return tuple(ordered)
