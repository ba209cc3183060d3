"""The photographed face that every synthetic identity is made from."""

from functools import lru_cache

import numpy as np

from mer.core.types import FloatArray, UInt8Array

# The 68 points of the iBUG mark-up, placed by eye on the photo: x and y in its pixels.
# Rows 0-16 jaw, 17-26 brows, 27-35 nose, 36-47 eyes, 48-67 mouth; the face's right is image left.
_POINTS = """
183.0 100.0  182.5 110.0  182.5 122.0  182.5 134.0  184.0 146.0  188.5 156.0  195.0 165.0  206.0 173.0
222.0 179.0  237.0 175.5  250.0 168.5  257.5 159.5  263.0 150.0  266.0 138.0  268.0 126.0  269.5 114.0
270.0 102.0
190.0  91.0  194.0  89.2  199.0  88.8  206.0  90.5  213.5  93.0
239.0  93.3  244.5  93.0  250.5  92.6  256.5  93.4  262.5  96.0
224.0 103.0  223.8 111.0  223.4 119.0  223.0 127.0
214.0 130.5  217.5 131.8  223.5 133.5  229.5 132.5  233.5 131.0
192.5 101.3  198.5  97.3  206.0  97.2  213.8 102.5  207.0 104.3  199.5 103.6
236.6 105.0  243.5  99.8  252.0  99.7  259.0 103.5  252.5 106.6  244.5 106.6
203.0 139.5  209.0 139.5  217.0 139.2  222.5 140.3  228.0 139.6  237.0 140.3
244.8 141.0  238.0 149.0  231.0 153.0  223.5 154.2  216.0 153.3  209.5 149.0
205.5 140.8  215.0 142.8  222.5 144.0  230.5 143.0  242.0 141.8
231.0 149.3  223.5 150.0  215.5 149.2
"""
LANDMARKS: FloatArray = np.array(_POINTS.split(), dtype=float).reshape(68, 2)
LANDMARKS.setflags(write=False)

# For each point the one that takes its place when the face is mirrored.
_MIRRORED = (
    *range(16, -1, -1),
    *range(26, 16, -1),
    *(27, 28, 29, 30),
    *range(35, 30, -1),
    *(45, 44, 43, 42, 47, 46),
    *(39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
MIRRORED = np.array(_MIRRORED)
MIRRORED.setflags(write=False)


@lru_cache(maxsize=1)
def photo() -> UInt8Array:
    """Load the portrait that scikit-image ships (NASA, public domain).

    Returns
    -------
    ndarray of shape (512, 512, 3)
        RGB, 0 to 255, not writable.
    """
    from skimage.data import astronaut  # planning a sweep needs the landmarks, not the photo

    image: UInt8Array = astronaut()  # type: ignore[no-untyped-call]  # scikit-image has no types
    image.setflags(write=False)
    return image


def eye_distance(landmarks: FloatArray) -> float:
    """Measure the distance between the outer eye corners, in the pixels of ``landmarks`` (68, 2)."""
    return float(np.linalg.norm(landmarks[45] - landmarks[36]))
