"""Images and videos as arrays."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from mer.core.errors import DataError
from mer.core.types import Array, UInt8Array
from mer.media.numbering import number_frames

# Modes that hold 8 bits per channel or less; others would be cut off, not scaled.
_EIGHT_BIT = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"})
# Rec. 601 luma, as OpenCV converts.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def read_colour(path: Path) -> UInt8Array:
    """Read an image file.

    Returns
    -------
    ndarray of shape (H, W, 3)
        RGB, uint8.

    Raises
    ------
    DataError
        If the file is missing, truncated, no image, or has more than 8 bits per channel.
    """
    try:
        with Image.open(path) as image:
            if image.mode not in _EIGHT_BIT:
                raise DataError(f"{path}: the image has mode {image.mode}. Convert it to 8 bits per channel.")
            return np.asarray(image.convert("RGB"))
    except FileNotFoundError:
        raise DataError(f"{path}: the image does not exist.") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DataError(
            f"{path}: the image is damaged ({error}). Copy it again from the original."
        ) from error


def to_grey(image: UInt8Array) -> UInt8Array:
    """Convert RGB of shape (..., 3) to grey by Rec. 601 luma, rounded."""
    return np.rint(image.astype(np.float32) @ _LUMA).astype(np.uint8)


def grey_frames(frames: Array) -> Array:
    """Convert frames of shape (T, H, W, 3) to grey; frames of shape (T, H, W) are."""
    return to_grey(frames) if frames.ndim == 4 else frames


def frame_files(folder: Path) -> dict[int, Path]:
    """Find the frames in a folder by the last number in their file names.

    Padding does not matter, and neither do other files.

    Raises
    ------
    DataError
        If the folder is missing, holds no image, or two images carry one number.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: the folder of frames does not exist.")
    names = number_frames((path.name for path in folder.iterdir()), str(folder))
    files = {number: folder / name for number, name in names.items()}
    if not files:
        raise DataError(f"{folder}: no numbered image in the folder.")
    return files


def read_frames(paths: Sequence[Path], *, colour: bool = False) -> UInt8Array:
    """Read image files of one size, in the order given.

    Returns
    -------
    ndarray of shape (T, H, W)
        Grey; RGB of shape (T, H, W, 3) for colour.

    Raises
    ------
    DataError
        If a file cannot be read or its size differs from the first one's.
    """
    frames: list[UInt8Array] = []
    for path in paths:
        image = read_colour(path)
        frame = image if colour else to_grey(image)
        if frames and frame.shape != frames[0].shape:
            raise DataError(
                f"{path}: the frame is {_size(frame)} pixels, '{paths[0].name}' is {_size(frames[0])}."
            )
        frames.append(frame)
    return np.stack(frames)


def read_video(path: Path, numbers: Sequence[int], *, colour: bool = False) -> UInt8Array:
    """Read some frames of a video.

    Parameters
    ----------
    path
        The video.
    numbers
        Frames, counted from zero, rising.
    colour
        Whether to keep colours.

    Returns
    -------
    ndarray of shape (T, H, W)
        Grey; RGB of shape (T, H, W, 3) for colour.

    Raises
    ------
    DataError
        If the video cannot be opened or ends before the last of them.
    """
    import cv2

    video = cv2.VideoCapture(str(path))
    wanted = frozenset(numbers)
    try:
        if not video.isOpened():
            raise DataError(f"{path}: the video cannot be opened. Convert it with ffmpeg or give its frames.")
        frames = []
        for number in range(max(numbers) + 1):
            ok, frame = video.read()
            if not ok:
                raise DataError(
                    f"{path}: the video ends after {number} frames, frame {max(numbers)} was asked for."
                )
            if number in wanted:
                image = np.asarray(frame[:, :, ::-1], dtype=np.uint8)
                frames.append(image if colour else to_grey(image))
        return np.stack(frames)
    finally:
        video.release()


def read_middle_frame(path: Path, *, colour: bool = False) -> UInt8Array:
    """Read the frame in the middle of a video, shape (1, H, W), or (1, H, W, 3) for colour.

    Raises
    ------
    DataError
        If the video cannot be opened.
    """
    import cv2

    video = cv2.VideoCapture(str(path))
    n_frames = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    video.release()
    return read_video(path, [max(0, (n_frames - 1) // 2)], colour=colour)


def _size(frame: UInt8Array) -> str:
    return f"{frame.shape[1]}x{frame.shape[0]}"
