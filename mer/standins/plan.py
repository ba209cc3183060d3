"""What a stand-in will consist of: clips, annotation files, and what it says about itself."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import Field

from mer.core.parameters import Params
from mer.synthetic.action_units import Activation
from mer.tasks.base import ClassCounts


@dataclass(frozen=True)
class Formula:
    """A cell that computes its value, as a spreadsheet program stores it: both."""

    text: str
    value: int


Cell = str | int | float | Formula
Sheet = Sequence[Sequence[Cell]]
Workbook = Mapping[str, Sheet]


class StandInParams(Params):
    """Settings of a stand-in."""

    scale: float = Field(
        default=1.0, gt=0, le=1, description="Share of the clips; at least two per class and four subjects."
    )
    size: int = Field(default=128, ge=16, le=1024, description="Height of the frames in pixels.")
    version: str = Field(default="", description="Which version of the annotation; blank for the usual one.")


@dataclass(frozen=True)
class PlannedClip:
    """One clip of a stand-in.

    Attributes
    ----------
    subject, clip, emotion
        What a reader must make of it.
    person
        Whose face it shows: one person before two cameras has one face.
    folder, files
        Where its frames lie, and their names in order.
    onset, offset
        Positions of the movement in ``files``.
    fps
        Frames per second.
    activations
        Action units at work; none for a face at rest.
    row
        What its row of the annotation says, for the module that writes it.
    annotated
        Whether it has a row.
    samples
        Names of the samples that a reader makes of the clip, each with the position in ``files`` of
        its first frame; empty for one sample of the clip's name from ``onset``.
    kind
        ``clip`` for a movement from rest to rest, ``still`` for one image at the apex, ``rising``
        for frames that end at the apex.
    """

    subject: str
    clip: str
    emotion: str
    person: str
    folder: str
    files: tuple[str, ...]
    onset: int
    offset: int
    fps: float
    activations: tuple[Activation, ...]
    row: Mapping[str, Any] = field(default_factory=dict)
    annotated: bool = True
    kind: Literal["clip", "still", "rising"] = "clip"
    samples: Mapping[str, int] = field(default_factory=dict)


Reading = Callable[[PlannedClip], Sequence[str]]


@dataclass(frozen=True)
class StandIn:
    """How one database is imitated.

    Attributes
    ----------
    versions
        Versions that can be written, the usual one first.
    clips
        Plans all clips of a version.
    workbooks
        Writes the annotation files of some clips: path, then sheet, then cells.
    texts
        Writes other small files of some clips: path, then content.
    grey
        Whether frames have no colour.
    readings
        Ways in which the clips may be read, by setting, the usual one first: each gives the labels
        of the samples that a clip becomes, none for a clip that is left out.
    """

    versions: tuple[str, ...]
    clips: Callable[[str], Sequence[PlannedClip]]
    workbooks: Callable[[str, Sequence[PlannedClip]], Mapping[str, Workbook]] = lambda version, clips: {}
    texts: Callable[[Sequence[PlannedClip]], Mapping[str, str]] = lambda clips: {}
    grey: bool = False
    readings: tuple[Reading, ...] = (lambda clip: (clip.emotion,),)

    def expected(self, clips: Sequence[PlannedClip]) -> list[ClassCounts]:
        """Count what each way of reading must give."""
        return [_counted(clips, reading) for reading in self.readings]


def _counted(clips: Sequence[PlannedClip], reading: Reading) -> ClassCounts:
    read = [(clip.subject, label) for clip in clips if clip.annotated for label in reading(clip)]
    counts = Counter(label for _, label in read)
    return ClassCounts(dict(sorted(counts.items())), len({subject for subject, _ in read}))
