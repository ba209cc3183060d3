"""Values that cross the borders between packages.

Shape letters used everywhere: N samples, T frames, H rows, W columns, C channels,
K classes, D features. Frames count from zero, ``offset`` is inclusive. Images are indexed
``[row, column]``; a displacement is ``(u, v)`` in pixels, u along columns (rightwards) and
v along rows (downwards).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]
BoolArray = NDArray[np.bool_]
UInt8Array = NDArray[np.uint8]
Array = NDArray[Any]

Source = Literal["real", "stand_in"]
# What a representation looks at: the first frame, first and apex frame, or all frames.
LooksAt = Literal["onset", "onset_apex", "all"]
# Scope of scores over all databases of a protocol; no database is called so.
COMPOSITE = "composite"


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled movement, as its database describes it.

    Attributes
    ----------
    sample_id
        ``<database>:<subject>:<clip>``, unique in a sweep.
    dataset
        Name of the configured data set it is read from.
    database
        Name of the database it belongs to; a data set may hold several.
    subject
        ``<database>:<subject>``, so that merged databases cannot confuse two people.
    person
        Equal to ``subject`` unless one person appears under several subject names.
    clip
        Name of the clip inside its subject.
    emotion
        The database's own label; a protocol's task maps it to a class.
    source
        ``real`` or ``stand_in``; rows of the two never meet in one ranking.
    onset, apex, offset
        Frame numbers inside the clip's frames, or None where not annotated.
    fps
        Frames per second, or None where unknown.
    action_units
        As annotated, for example ``("au4", "au12_left")``.
    objective_class
        ``I`` to ``VII`` as the database's files give it; blank where they do not.
    """

    sample_id: str
    dataset: str
    database: str
    subject: str
    person: str
    clip: str
    emotion: str
    source: Source
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    fps: float | None = None
    action_units: tuple[str, ...] = ()
    objective_class: str = ""


@dataclass(frozen=True)
class SampleIndex:
    """Every sample of a data set, sorted by ``sample_id``.

    ``fingerprint`` is a digest of what the frames are made of, as far as the data set can tell
    without decoding them (see its class for how far that is). ``version`` names the copy, where
    several circulate; ``warnings`` say what a user should know about it; ``notes`` stand under every
    table that is made from it. ``unusable`` are clips that are annotated but cannot be used, such as
    those that end before they begin: protocols count them as there, nothing else sees them.
    ``gives_landmarks`` tells whether facial landmarks come with some of the clips.
    """

    samples: tuple[Sample, ...]
    fingerprint: str
    version: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unusable: tuple[Sample, ...] = ()
    gives_landmarks: bool = False

    def __len__(self) -> int:
        return len(self.samples)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)


@dataclass(frozen=True)
class Clip:
    """Frames of one sample, from onset to offset or a choice of these; the first is the onset frame.

    Attributes
    ----------
    frames
        Grey of shape (T, H, W) or RGB of shape (T, H, W, 3): uint8, or float32 from 0 to 255 where
        frames were interpolated.
    onset, apex, offset
        Positions in ``frames``; ``apex`` is None where it is not known.
    fps
        Frames per second, or None where unknown.
    landmarks
        68 points x and y in pixels of the first frame, shape (68, 2), or None where unknown.
    face_box
        What a face detector returns for the first frame: first row, end of rows, first column, end of
        columns in pixels, shape (4,), or None where none was asked.
    """

    frames: Array
    onset: int
    apex: int | None
    offset: int
    fps: float | None = None
    landmarks: FloatArray | None = None
    face_box: FloatArray | None = None


@dataclass(frozen=True)
class Reading:
    """Which frames of a clip are wanted, and where its apex is.

    Attributes
    ----------
    positions
        Frames counted from the onset, rising from 0; None for all from onset to offset.
    apex
        Position of the apex from the onset, one of those that are read; None where it is not known.
    """

    positions: tuple[int, ...] | None = None
    apex: int | None = None


# From the number of frames from onset to offset and the position of the annotated apex.
Choice = Callable[[int, int | None], Reading]


def whole_clip(n_frames: int, apex: int | None) -> Reading:
    """Choose all frames, with the apex as annotated."""
    return Reading(None, apex)


@dataclass(frozen=True)
class Fold:
    """One split of a protocol: a name and the sample ids of both sides."""

    name: str
    train: tuple[str, ...]
    test: tuple[str, ...]


@dataclass(frozen=True)
class Samples:
    """What a method may see of samples it must score: no label, no class.

    Attributes
    ----------
    sample_ids
        N names, in the order of ``data``.
    data
        Array of shape (N, ...), in the form that the method asked for; where it asked for windows, N
        objects of shape (M, ...), as clips have different numbers of them.
    """

    sample_ids: tuple[str, ...]
    data: Array

    def __len__(self) -> int:
        return len(self.sample_ids)


@dataclass(frozen=True)
class LabelledSamples(Samples):
    """What a method learns from.

    Attributes
    ----------
    subjects
        N person keys, for methods that hold out whole training subjects.
    labels
        Integers of shape (N,), positions in ``classes``.
    classes
        K class names of the task, also those without a training sample.
    is_macro
        Which samples are macro-expressions, shape (N,), for methods that learn from these as well; None
        where nobody asked for any.
    """

    subjects: tuple[str, ...]
    labels: IntArray
    classes: tuple[str, ...]
    is_macro: BoolArray | None = None

    def with_data(self, data: Array) -> "LabelledSamples":
        """Return the same samples with other arrays."""
        return replace(self, data=data)

    def take(self, rows: Sequence[int] | IntArray) -> "LabelledSamples":
        """Select samples by position, in the order asked for."""
        chosen = np.asarray(rows, dtype=int)
        return LabelledSamples(
            sample_ids=tuple(self.sample_ids[row] for row in chosen),
            data=self.data[chosen],
            subjects=tuple(self.subjects[row] for row in chosen),
            labels=self.labels[chosen],
            classes=self.classes,
            is_macro=None if self.is_macro is None else self.is_macro[chosen],
        )


@dataclass(frozen=True)
class Execution:
    """How a job runs; never part of what it computes.

    Attributes
    ----------
    device
        ``auto``, ``cuda`` or ``cpu``.
    threads
        Cores the job may use.
    roots
        Folder of each configured data set that lies on disk.
    weights
        Folder of network weights that the user has fetched; blank if there is none.
    title
        What messages call the work; blank where it has no other name.
    """

    device: Literal["auto", "cuda", "cpu"] = "auto"
    threads: int = 1
    roots: Mapping[str, str] = field(default_factory=dict)
    weights: str = ""
    title: str = ""
