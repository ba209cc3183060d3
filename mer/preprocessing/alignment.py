"""Faces made upright and cut out: one transform and one box per clip, taken from its first frame.

A transform per frame would follow the landmarks' jitter, which is larger than a micro-movement.
Points are x and y in pixels and name the centres of pixels; boxes are first row, end of rows, first
column, end of columns.
"""

from typing import Any

import numpy as np
from pydantic import Field

from mer.core.errors import DataError
from mer.core.parameters import Params
from mer.core.types import Array, FloatArray, IntArray
from mer.media.square import to_square

# Points of the iBUG mark-up; left and right are those of the image.
_LEFT_EYE, _RIGHT_EYE = slice(36, 42), slice(42, 48)
# Eyes that are closer together, in pixels, tell no direction.
_CLOSEST_EYES = 1.0
# Sums that are a whole number on paper are not always one in floating point.
_ROUNDING_SLACK = 1e-6
# Types of pixels that OpenCV warps.
_PIXELS = (np.uint8, np.float32, np.float64)
# Standard deviation in pixels of the blur that any camera leaves.
_CAMERA_BLUR = 0.5


class AlignedFrame(Params):
    """Size of an aligned frame and where the eyes come to lie in it.

    The unit is the distance between the eyes' centres. The defaults leave room for the whole face and
    are a choice made here; 1.8 wide, 2.2 high and 0.6 above is the crop of SMIC's authors.
    """

    eye_distance: float = Field(ge=2, description="Distance between the eyes' centres, in pixels.")
    width: float = Field(
        default=3.0, gt=1, description="Width, in eye distances; the eyes lie in the middle."
    )
    height: float = Field(default=3.5, gt=0, description="Height, in eye distances.")
    above: float = Field(default=1.25, ge=0, description="From the top to the eyes, in eye distances.")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the frame."""
        return round(self.height * self.eye_distance), round(self.width * self.eye_distance)

    @property
    def eyes(self) -> FloatArray:
        """Centres of the eyes, left in the image first, shape (2, 2)."""
        middle, half = (self.shape[1] - 1) / 2, self.eye_distance / 2
        row = self.above * self.eye_distance
        return np.array([[middle - half, row], [middle + half, row]])


def eye_centres(landmarks: FloatArray) -> FloatArray:
    """Average the six points around each eye.

    Parameters
    ----------
    landmarks
        68 points x and y in pixels, shape (68, 2).

    Returns
    -------
    ndarray of shape (2, 2)
        x and y in pixels, the eye at the left of the image first.

    Raises
    ------
    DataError
        If the landmarks have another shape or a point that is no number.
    """
    points = _landmarks(landmarks)
    return np.array([points[_LEFT_EYE].mean(axis=0), points[_RIGHT_EYE].mean(axis=0)])


def alignment_matrix(landmarks: FloatArray, target: AlignedFrame) -> FloatArray:
    """Find the similarity transform that levels the eyes at a fixed distance and place.

    Parameters
    ----------
    landmarks
        68 points x and y in pixels of the clip's first frame, shape (68, 2).
    target
        Where the eyes shall lie.

    Returns
    -------
    ndarray of shape (2, 3)
        Takes points (x, y, 1) of the frame to points of the aligned frame: a turn, a scale and a shift.

    Raises
    ------
    DataError
        If the eyes fall together, or the left one lies right of the other.
    """
    left, right = eye_centres(landmarks)
    across = right - left
    if np.linalg.norm(across) < _CLOSEST_EYES:
        raise DataError(
            f"the eyes' centres lie {np.linalg.norm(across):.2f} pixels apart, "
            f"at least {_CLOSEST_EYES:g} is needed to align a face"
        )
    if across[0] <= 0:
        raise DataError("the left eye does not lie left of the right one: are the landmarks mirrored?")
    cosine = target.eye_distance * across[0] / (across @ across)
    sine = -target.eye_distance * across[1] / (across @ across)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([turn, target.eyes[0] - turn @ left])


def transform_points(points: FloatArray, matrix: FloatArray) -> FloatArray:
    """Move points x and y of shape (..., 2) as the matrix (2, 3) moves the image below them."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def warp_clip(frames: Array, matrix: FloatArray, shape: tuple[int, int]) -> Array:
    """Move all frames of a clip by one transform.

    Pixels are interpolated linearly, and the border is repeated where the frame ends, so that no edge
    arises that optical flow could follow. A frame that shrinks is smoothed first, or fine texture would
    flicker as it moves. These are choices made here.

    Parameters
    ----------
    frames
        Clip of shape (T, H, W) or (T, H, W, 3): uint8, float32 or float64.
    matrix
        Transform of points, shape (2, 3).
    shape
        Rows and columns wanted.

    Returns
    -------
    ndarray of shape (T, rows, columns) or (T, rows, columns, 3)
        Of the same type.
    """
    import cv2  # planning needs the settings, not the computation

    _check(frames)
    smoothing = _smoothing(float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))))
    warped = np.empty((len(frames), *shape, *frames.shape[3:]), frames.dtype)
    for frame, out in zip(frames, warped, strict=True):
        smooth = cv2.GaussianBlur(frame, (0, 0), smoothing) if smoothing else frame
        out[...] = cv2.warpAffine(
            smooth, matrix, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
    return warped


def align_clip(frames: Array, landmarks: FloatArray, target: AlignedFrame) -> tuple[Array, FloatArray]:
    """Align a clip by the landmarks of its first frame.

    Parameters
    ----------
    frames
        Clip of shape (T, H, W) or (T, H, W, 3).
    landmarks
        68 points x and y in pixels of the first frame, shape (68, 2).
    target
        Size of the aligned frames and where the eyes shall lie.

    Returns
    -------
    frames : ndarray of shape (T, rows, columns) or (T, rows, columns, 3)
    landmarks : ndarray of shape (68, 2)
        In the first aligned frame.

    Raises
    ------
    DataError
        If the landmarks do not tell where the eyes are.
    """
    matrix = alignment_matrix(landmarks, target)
    return warp_clip(frames, matrix, target.shape), transform_points(landmarks, matrix)


def bounding_box(landmarks: FloatArray) -> IntArray:
    """Bound all landmarks by the smallest rectangle of whole pixels.

    The crop of the TLCNN paper (sections 4.1 and 4.2), which takes the first frame's points for all
    frames. The paper has the 66 points without the inner corners of the mouth, which never lie at
    the border.

    Returns
    -------
    ndarray of shape (4,)
        First row, end of rows, first column, end of columns; may reach beyond the frame.
    """
    points = _landmarks(landmarks)
    (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
    return np.array([top, bottom + 1, left, right + 1]).astype(int)


def face_box(box: IntArray | FloatArray, margin: float, forehead: float = 0.0) -> IntArray:
    """Widen a box around a face.

    The FR paper (section 4.2) cuts out what its face detector returns, which shows more than the
    rectangle of landmarks: they end at the brows.

    Parameters
    ----------
    box
        First row, end of rows, first column, end of columns: a detector's or ``bounding_box``.
    margin
        What is added on each of the four sides, as a share of the box's height or width.
    forehead
        What is added at the top besides, as a share of the height.

    Returns
    -------
    ndarray of shape (4,)
        Whole pixels, rounded outwards; may reach beyond the frame.
    """
    top, bottom, left, right = _box(box)
    height, width = bottom - top, right - left
    rows = (_down(top - (margin + forehead) * height), _up(bottom + margin * height))
    return _box((*rows, _down(left - margin * width), _up(right + margin * width))).astype(int)


def square_box(box: IntArray | FloatArray, margin: float) -> IntArray:
    """Grow a box to a square around the same centre, and by a margin.

    Parameters
    ----------
    box
        First row, end of rows, first column, end of columns.
    margin
        What is added on each side, as a share of the box's longer side.

    Returns
    -------
    ndarray of shape (4,)
        Whole pixels; may reach beyond the frame.
    """
    top, bottom, left, right = _box(box)
    side = _up((1 + 2 * margin) * max(bottom - top, right - left))
    first_row, first_column = _down((top + bottom - side) / 2), _down((left + right - side) / 2)
    return _box((first_row, first_row + side, first_column, first_column + side)).astype(int)


def crop_clip(frames: Array, box: IntArray) -> Array:
    """Cut the same box out of all frames; what lies beyond the frame is left away.

    Parameters
    ----------
    frames
        Clip of shape (T, H, W) or (T, H, W, 3).
    box
        First row, end of rows, first column, end of columns.

    Returns
    -------
    ndarray of shape (T, rows, columns) or (T, rows, columns, 3)
        A view of ``frames``.

    Raises
    ------
    DataError
        If the box holds no pixel of the frame.
    """
    _check(frames)
    top, bottom, left, right = _inside(box, frames)
    return frames[:, top:bottom, left:right]


def crop_square(frames: Array, box: IntArray, size: int = 224) -> Array:
    """Cut the same box out of all frames and bring it to one size.

    The input of the ELRCN paper (section IV.B) and of the ResNet10 paper (section III): 224 x 224
    pixels, for which neither states a margin or an interpolation. What lies beyond the frame repeats
    its border, so that the face keeps its proportions; pixels are averaged where the box shrinks and
    interpolated linearly where it grows. These are choices made here.

    Parameters
    ----------
    frames
        Clip of shape (T, H, W) or (T, H, W, 3): uint8, float32 or float64.
    box
        First row, end of rows, first column, end of columns; see ``square_box``.
    size
        Rows and columns wanted.

    Returns
    -------
    ndarray of shape (T, size, size) or (T, size, size, 3)
        Of the same type.

    Raises
    ------
    DataError
        If the box holds no pixel of the frame.
    """
    _check(frames)
    top, bottom, left, right = _box(box).astype(int)
    _inside(box, frames)
    rows = np.clip(np.arange(top, bottom), 0, frames.shape[1] - 1)
    columns = np.clip(np.arange(left, right), 0, frames.shape[2] - 1)
    resized = np.empty((len(frames), size, size, *frames.shape[3:]), frames.dtype)
    for frame, out in zip(frames, resized, strict=True):
        out[...] = to_square(frame[rows[:, None], columns], size)
    return resized


def _down(edge: float) -> int:
    return int(np.floor(edge + _ROUNDING_SLACK))


def _up(edge: float) -> int:
    return int(np.ceil(edge - _ROUNDING_SLACK))


def _smoothing(scale: float) -> float:
    """Find the blur, in pixels, that gives a shrunken frame a camera's own; 0 where nothing shrinks.

    A turned frame's scale differs from 1 in its last digits and is not smoothed for it.
    """
    return _CAMERA_BLUR * float(np.sqrt(1 / scale**2 - 1)) if scale < 1 - _ROUNDING_SLACK else 0.0


def _landmarks(landmarks: FloatArray) -> FloatArray:
    if landmarks.shape != (68, 2):
        raise DataError(f"expected landmarks of shape (68, 2), got {landmarks.shape}")
    if not np.isfinite(landmarks).all():
        missing = np.flatnonzero(~np.isfinite(landmarks).all(axis=1))
        raise DataError(f"landmarks that are no numbers: points {', '.join(map(str, missing))}")
    return landmarks


def _box(box: Any) -> FloatArray:  # noqa: ANN401  # whatever makes an array of four numbers
    top, bottom, left, right = edges = np.asarray(box, dtype=float)
    if not (np.isfinite(edges).all() and top < bottom and left < right):
        raise DataError(f"the box of rows {top:g} to {bottom:g}, columns {left:g} to {right:g} is empty")
    return edges


def _inside(box: IntArray, frames: Array) -> tuple[int, int, int, int]:
    """Cut a box at the frame's border."""
    top, bottom, left, right = (int(edge) for edge in _box(box))
    height, width = frames.shape[1:3]
    if min(bottom, height) <= max(top, 0) or min(right, width) <= max(left, 0):
        raise DataError(
            f"the box of rows {top} to {bottom}, columns {left} to {right} lies outside the frame "
            f"of {height} x {width} pixels"
        )
    return max(top, 0), min(bottom, height), max(left, 0), min(right, width)


def _check(frames: Array) -> None:
    if frames.ndim not in (3, 4) or frames.shape[3:] not in ((), (3,)):
        raise DataError(f"expected frames of shape (T, H, W) or (T, H, W, 3), got {frames.shape}")
    if 0 in frames.shape:
        raise DataError(f"a clip of shape {frames.shape} has no pixels")
    if frames.dtype not in _PIXELS:
        raise DataError(f"expected frames of uint8, float32 or float64, got {frames.dtype}")
