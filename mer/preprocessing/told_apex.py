"""Where the apex frame is, as far as that can be told without a look at the frames."""

from typing import Protocol

from mer.core.errors import DataError


class ApexSettings(Protocol):
    """What is needed of the settings of the step ``apex``; see there."""

    @property
    def source(self) -> str:
        """``annotated`` or ``spotted``."""
        ...

    @property
    def spotting(self) -> str:
        """How an apex is spotted."""
        ...


def told(params: ApexSettings, n_frames: int, annotated: int | None) -> int | None:
    """Return the annotated apex, or the middle frame where the settings say so; else None.

    Parameters
    ----------
    params
        Settings.
    n_frames
        Frames from onset to offset.
    annotated
        Position of the annotated apex from the onset, or None.
    """
    if params.source == "annotated" and annotated is not None:
        return annotated
    return middle_frame(n_frames) if params.spotting == "middle" else None


def middle_frame(n_frames: int) -> int:
    """Take the frame in the middle, the earlier of two.

    The rule of Dual-Inception (Zhou, Mao and Xue 2019); that the earlier of two is taken is a
    choice made here.
    """
    if n_frames < 1:
        raise DataError("a clip without frames has no middle")
    return (n_frames - 1) // 2
