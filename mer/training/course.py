"""What accompanies training on one fold: who watches, what is kept for a restart."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mer.core.types import FloatArray


@dataclass(frozen=True)
class Progress:
    """How far training on a fold is.

    Attributes
    ----------
    epoch, epochs
        Epochs that are done, and all of them.
    loss
        Mean training loss of the epoch.
    validation_loss
        Class-balanced loss on the held-out subjects; None where nobody is held out.
    """

    epoch: int
    epochs: int
    loss: float
    validation_loss: float | None = None


@dataclass(frozen=True)
class Course:
    """What accompanies training on one fold; nothing of it changes what is learned.

    Attributes
    ----------
    watch
        Called after every epoch with the method as it is fitted then, which it must neither keep nor
        change. What it returns is put into ``watched``.
    watched
        What ``watch`` returned, epoch by epoch, also before an interruption.
    tell
        Called after every epoch with how far training is.
    checkpoint
        File that training continues from if it was interrupted; None keeps nothing.
    identity
        What the file must belong to: a checkpoint of anything else is not used.
    earlier
        Seconds that training took before it was interrupted, of every checkpoint that it continued from.
    """

    watch: Callable[[Any], FloatArray] | None = None
    watched: list[FloatArray] = field(default_factory=list)
    tell: Callable[[Progress], None] | None = None
    checkpoint: Path | None = None
    identity: str = ""
    earlier: list[float] = field(default_factory=list)

    def of_member(self, number: int) -> "Course":
        """Return the course of one of several networks that are trained on the same fold."""
        path = self.checkpoint and self.checkpoint.with_stem(f"{self.checkpoint.stem}-{number}")
        return replace(self, checkpoint=path, identity=f"{self.identity} member {number}")
