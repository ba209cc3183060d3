"""Rules that place the apex frame where none is annotated.

Every rule takes grey frames of shape (T, H, W) that begin with the onset frame, and returns a
position in them.
"""

import numpy as np

from mer.core.errors import DataError
from mer.core.types import Array, FloatArray, IntArray

# Points of the iBUG mark-up; left and right are those of the image.
_MOUTH_LEFT, _MOUTH_RIGHT, _CHIN = 48, 54, 8
_NOSE_LEFT, _NOSE_RIGHT = 31, 35
_EYE_LEFT, _EYE_RIGHT = 36, 45
_BROW_LEFT, _BROW_RIGHT = 19, 24
_REGIONS = ((*range(17, 22), *range(36, 42)), (*range(22, 27), *range(42, 48)), tuple(range(48, 68)))

_THUMBNAIL = (10, 8)
_UNIFORM_CODES = 59


def largest_difference(frames: Array) -> int:
    """Take the frame that differs most from the onset frame.

    The mean of absolute differences over all pixels, the first of equals (FR paper, equation 1).

    Raises
    ------
    DataError
        If there is no frame after the onset, as in all rules below.
    """
    _check(frames)
    onset = frames[0].astype(np.float64)
    return 1 + int(np.argmax([np.abs(frame - onset).mean() for frame in frames[1:]]))


def largest_deviation(frames: Array) -> int:
    """Take the frame whose difference to the onset frame is the most uneven, on thumbnails.

    The largest standard deviation on 10 x 8 pixels from a fifth to seven tenths of the clip, as in the
    authors' program of STRCN (Xia et al. 2020). The program forgets to add where its range begins; here
    it is added. Frames are shrunk by area averaging, which is a choice made here.
    """
    import cv2  # planning needs the name of the rule, not the computation

    _check(frames)
    rows, columns = _THUMBNAIL
    small = [
        cv2.resize(frame.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        for frame in frames
    ]
    n = len(frames)
    first, last = max(n // 5, 1), min(-(-7 * n // 10), n - 1)
    return first + int(np.argmax([(frame - small[0]).std() for frame in small[first : last + 1]]))


def largest_cell_ratio(frames: Array, landmarks: FloatArray) -> int:
    """Take the frame that has moved far from the onset and moves little, in ten cells of the face.

    The largest value of ``cell_ratios`` (CapsuleNet: Quang, Chun and Tokuyama 2019, and the authors'
    program).

    Parameters
    ----------
    frames
        Grey, shape (T, H, W).
    landmarks
        68 points x and y in pixels: of shape (T, 68, 2), which the program finds in every frame, or of
        shape (68, 2) for all frames.
    """
    return 1 + int(np.argmax(cell_ratios(frames, landmarks)[1:]))


def cell_ratios(frames: Array, landmarks: FloatArray) -> FloatArray:
    """Compare the difference to the onset frame with that to the frame before, in ten cells.

    Per cell the mean over pixels of ``(|I_t - I_0| + 1) / (|I_t - I_(t-1)| + 1)``, then the mean over
    cells. The program also computes a difference to the offset frame and drops it. Cells are cut at
    the frame's border.

    Parameters
    ----------
    frames
        Grey, shape (T, H, W), in levels of 0 to 255.
    landmarks
        68 points x and y in pixels, shape (T, 68, 2) or (68, 2).

    Returns
    -------
    ndarray of shape (T,)
        Zero for the onset frame.

    Raises
    ------
    DataError
        If the landmarks have another shape, or a cell holds no pixel of the frame.
    """
    _check(frames)
    if landmarks.ndim == 3 and len(landmarks) != len(frames):
        raise DataError(f"there are landmarks of {len(landmarks)} frames, the clip has {len(frames)}")
    by_frame = (
        landmarks if landmarks.ndim == 3 else np.broadcast_to(landmarks, (len(frames), *landmarks.shape))
    )
    ratios = np.zeros(len(frames))
    levels = frames.astype(np.float32)
    for t in range(1, len(frames)):
        ratio = (np.abs(levels[t] - levels[0]) + 1) / (np.abs(levels[t] - levels[t - 1]) + 1)
        ratios[t] = np.mean([_cut(ratio, box).mean() for box in ten_cells(by_frame[t])])
    return ratios


def ten_cells(landmarks: FloatArray) -> IntArray:
    """Place the ten cells of CapsuleNet's program on a face.

    The side is half the width of the mouth. Two cells are centred on the mouth's corners; one stands on
    the chin; two lie beside the nose, above those of the mouth; two lie outwards of the eyes; three
    stand in a row on the brows, the middle one halfway between them. Landmarks are rounded to whole
    pixels, as the program gets them.

    Parameters
    ----------
    landmarks
        68 points x and y in pixels, shape (68, 2).

    Returns
    -------
    ndarray of shape (10, 4)
        First row, end of rows, first column, end of columns: mouth left and right, chin, nose left and
        right, eye left and right, brow middle, left and right. May lie outside the frame.
    """
    x, y = _points(landmarks)
    side = int(x[_MOUTH_RIGHT] - x[_MOUTH_LEFT]) // 2
    half = side // 2

    def around(point: int) -> tuple[int, int, int, int]:
        return (y[point] - half, y[point] + half, x[point] - half, x[point] + half)

    def beside_nose(corner: int, left: int) -> tuple[int, int, int, int]:
        return (y[corner] - half - side, y[corner] - half, left, left + side)

    def beside_eye(point: int, left: int) -> tuple[int, int, int, int]:
        return ((2 * y[point] - side) // 2, (2 * y[point] + side) // 2, left, left + side)

    middle_x, middle_y = (x[_BROW_LEFT] + x[_BROW_RIGHT]) // 2, (y[_BROW_LEFT] + y[_BROW_RIGHT]) // 2
    brow_rows = ((2 * middle_y - side) // 2, (2 * middle_y + side) // 2)
    return np.array(
        [
            around(_MOUTH_LEFT),
            around(_MOUTH_RIGHT),
            (y[_CHIN] - side, y[_CHIN], x[_CHIN] - half, x[_CHIN] + half),
            beside_nose(_MOUTH_LEFT, x[_NOSE_LEFT] - side),
            beside_nose(_MOUTH_RIGHT, x[_NOSE_RIGHT]),
            beside_eye(_EYE_LEFT, x[_EYE_LEFT] - side),
            beside_eye(_EYE_RIGHT, x[_EYE_RIGHT]),
            (middle_y - half, middle_y + half, middle_x - half, middle_x + half),
            (*brow_rows, (2 * middle_x - 3 * side) // 2, (2 * middle_x - side) // 2),
            (*brow_rows, (2 * middle_x + side) // 2, (2 * middle_x + 3 * side) // 2),
        ]
    )


def divide_and_conquer(frames: Array, landmarks: FloatArray) -> int:
    """Search the apex by halving, on local binary patterns of eyes and mouth.

    After Liong et al. 2015, "Automatic apex frame spotting in micro-expression database". No text at
    hand states the details; chosen here: the regions are those of ``eye_and_mouth_boxes`` in the onset
    frame, histograms are compared by the cosine, and the distances of regions are averaged.

    Parameters
    ----------
    frames
        Grey, shape (T, H, W).
    landmarks
        68 points x and y in pixels of the onset frame, shape (68, 2).

    Raises
    ------
    DataError
        If the landmarks have another shape, or a region holds no pixel of the frame.
    """
    return halving_search(pattern_distances(frames, eye_and_mouth_boxes(landmarks)))


def eye_and_mouth_boxes(landmarks: FloatArray) -> IntArray:
    """Bound left eye with brow, right eye with brow, and mouth by their landmarks.

    No margin is added, which is a choice made here.

    Returns
    -------
    ndarray of shape (3, 4)
        First row, end of rows, first column, end of columns.
    """
    x, y = _points(landmarks)
    boxes = []
    for points in _REGIONS:
        rows, columns = y[list(points)], x[list(points)]
        boxes.append((rows.min(), rows.max() + 1, columns.min(), columns.max() + 1))
    return np.array(boxes)


def pattern_distances(frames: Array, boxes: IntArray) -> FloatArray:
    """Compare uniform pattern histograms of every frame with those of the onset frame.

    One minus the cosine between histograms of 8 neighbours at radius 1 (which is a choice made here),
    averaged over regions. A pattern belongs to the region that holds its centre.

    Parameters
    ----------
    frames
        uint8, shape (T, H, W).
    boxes
        Regions of shape (R, 4): first row, end of rows, first column, end of columns.

    Returns
    -------
    ndarray of shape (T,)
        In [0, 1], zero for the onset frame.

    Raises
    ------
    DataError
        If a region holds no pixel that has all its neighbours.
    """
    _check(frames)
    counts = np.array([_pattern_counts(frame, boxes) for frame in frames])
    units = counts / np.linalg.norm(counts, axis=2, keepdims=True)
    cosines = np.einsum("trb,rb->tr", units, units[0])
    return np.maximum(1 - cosines.mean(axis=1), 0)


def halving_search(curve: FloatArray) -> int:
    """Find a peak by keeping, again and again, the half whose peaks add up to more.

    Not always the highest peak. The first half wins a tie; a half's border lies at the whole number
    below. A peak is higher than both its neighbours and a plateau counts at its beginning, so that the
    curve's ends are none; a curve without peaks gives its highest position after the first. These are
    choices made here.

    Parameters
    ----------
    curve
        Distance to the onset frame, shape (T,), at least two frames, not negative.

    Examples
    --------
    >>> halving_search(np.array([0, 3, 0, 3, 0, 3, 0, 0, 5, 0, 0, 0]))
    3
    """
    # Its stubs are a package of their own.
    from scipy.signal import find_peaks

    peaks = find_peaks(curve, plateau_size=1)[1]["left_edges"]
    if len(peaks) == 0:
        return 1 + int(np.argmax(curve[1:]))
    start, stop = 0, len(curve)
    while len(peaks) > 1:
        middle = (start + stop) // 2
        earlier, later = peaks[peaks < middle], peaks[peaks >= middle]
        if curve[earlier].sum() >= curve[later].sum():
            peaks, stop = earlier, middle
        else:
            peaks, start = later, middle
    return int(peaks[0])


def _pattern_counts(frame: Array, boxes: IntArray) -> IntArray:
    from skimage.feature import local_binary_pattern

    counts = []
    for box in boxes:
        # One pixel around the region, so that patterns at its edge see their true neighbours.
        around = _cut(frame, box + np.array([-1, 1, -1, 1]))
        if min(around.shape) < 3:
            raise DataError(f"a region of the face lies outside the frame of {_size(frame)} pixels")
        codes = local_binary_pattern(around, P=8, R=1, method="nri_uniform")  # type: ignore[no-untyped-call]
        counts.append(np.bincount(codes[1:-1, 1:-1].astype(int).ravel(), minlength=_UNIFORM_CODES))
    return np.array(counts)


def _cut(image: Array, box: IntArray) -> Array:
    top, bottom, left, right = np.maximum(box, 0)
    inside = image[top:bottom, left:right]
    if inside.size == 0:
        raise DataError(f"a region of the face lies outside the frame of {_size(image)} pixels")
    return inside


def _size(image: Array) -> str:
    return f"{image.shape[0]} x {image.shape[1]}"


def _points(landmarks: FloatArray) -> tuple[IntArray, IntArray]:
    if landmarks.shape != (68, 2):
        raise DataError(f"expected landmarks of shape (68, 2), got {landmarks.shape}")
    x, y = np.rint(landmarks).astype(int).T
    return x, y


def _check(frames: Array) -> None:
    if frames.ndim != 3:
        raise DataError(f"expected grey frames of shape (T, H, W), got {frames.shape}")
    if len(frames) < 2:
        raise DataError("an apex cannot be found without a frame after the onset")
