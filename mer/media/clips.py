"""From the marks of a sample to its frames."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from mer.core.errors import DataError
from mer.core.types import Choice, Clip, Sample, UInt8Array, whole_clip
from mer.media.frames import read_frames, read_middle_frame

VIDEO_SUFFIXES = (".avi", ".mp4", ".mov")


def read_marked_clip(
    folder: Path,
    frames: Mapping[int, str],
    sample: Sample,
    *,
    colour: bool = False,
    choose: Choice = whole_clip,
) -> Clip:
    """Read the frames of a sample.

    Parameters
    ----------
    folder
        Where they lie.
    frames
        File name by number, from onset to offset; a single video gives the frame in its middle.
    sample
        Its marks are numbers of frames.
    colour
        Whether to keep colours.
    choose
        Which of the frames to read.

    Raises
    ------
    DataError
        If there is none, or one cannot be read.
    """
    if not frames:
        raise DataError(f"{sample.sample_id}: no frames in {folder}.")
    numbers = sorted(frames)
    if frames[numbers[0]].casefold().endswith(VIDEO_SUFFIXES):
        return Clip(read_middle_frame(folder / frames[numbers[0]], colour=colour), 0, 0, 0, sample.fps)
    annotated = None if sample.apex is None else numbers.index(sample.apex)
    return chosen_clip(
        len(numbers),
        annotated,
        sample.fps,
        choose,
        lambda positions: read_frames([folder / frames[numbers[p]] for p in positions], colour=colour),
    )


def chosen_clip(
    n_frames: int,
    annotated: int | None,
    fps: float | None,
    choose: Choice,
    read: Callable[[Sequence[int]], UInt8Array],
) -> Clip:
    """Read a choice of frames and make a clip of them.

    Parameters
    ----------
    n_frames
        Frames from onset to offset.
    annotated
        Position of the annotated apex, or None.
    fps
        Frames per second, or None.
    choose
        Which frames to read.
    read
        Reads frames by their positions from the onset.
    """
    reading = choose(n_frames, annotated)
    positions = range(n_frames) if reading.positions is None else reading.positions
    apex = None if reading.apex is None else positions.index(reading.apex)
    return Clip(read(positions), 0, apex, len(positions) - 1, fps)
