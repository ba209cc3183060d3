"""Images of one size."""

import numpy as np

from mer.core.types import Array


def to_square(image: Array, side: int) -> Array:
    """Bring an image (H, W) or (H, W, C) to a square: shrunk by area averaging, or enlarged linearly.

    Enlarging by area would give steps. Which of the two it is, the shorter side says.
    """
    import cv2  # planning does without OpenCV

    method = cv2.INTER_AREA if min(image.shape[:2]) > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (side, side), interpolation=method))
