"""From the marks of a sample to its frames."""

from collections.abc import Mapping
from pathlib import Path

from mer.core.errors import DataError
from mer.core.types import Clip, Sample
from mer.media.frames import read_grey_frames, read_middle_grey_frame

VIDEO_SUFFIXES = (".avi", ".mp4", ".mov")


def read_marked_clip(folder: Path, frames: Mapping[int, str], sample: Sample) -> Clip:
    """Read the frames of a sample, in grey.

    Parameters
    ----------
    folder
        Where they lie.
    frames
        File name by number, from onset to offset; a single video gives the frame in its middle.
    sample
        Its marks are numbers of frames.

    Raises
    ------
    DataError
        If there is none, or one cannot be read.
    """
    if not frames:
        raise DataError(f"{sample.sample_id}: no frames in {folder}.")
    numbers = sorted(frames)
    if frames[numbers[0]].casefold().endswith(VIDEO_SUFFIXES):
        return Clip(read_middle_grey_frame(folder / frames[numbers[0]]), 0, 0, 0, sample.fps)
    images = read_grey_frames([folder / frames[number] for number in numbers])
    apex = None if sample.apex is None else numbers.index(sample.apex)
    return Clip(images, 0, apex, len(numbers) - 1, sample.fps)
