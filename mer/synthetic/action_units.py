"""Facial action units as displacement fields anchored at landmarks."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mer.core.types import FloatArray
from mer.synthetic.face import MIRRORED, eye_distance


@dataclass(frozen=True)
class Pull:
    """Skin pulled in one direction around one place of the face's image-left half.

    Attributes
    ----------
    points
        Landmarks whose mean is the centre.
    direction
        Displacement at the centre, (x, y), relative to the unit's strength; negative x is away
        from the midline, negative y is up.
    width
        Standard deviation of the Gaussian fall-off, in distances between the outer eye corners.
    """

    points: tuple[int, ...]
    direction: tuple[float, float]
    width: float


# What each unit moves, after the Facial Action Coding System (Ekman and Friesen 1978).
_UNITS = {
    "au1": (Pull((20, 21), (0.0, -1.0), 0.13),),
    "au2": (Pull((17, 18, 19), (-0.2, -1.0), 0.13),),
    "au4": (Pull((20, 21), (0.55, 0.85), 0.13),),
    "au5": (Pull((37, 38), (0.0, -1.0), 0.07),),
    "au6": (Pull((41, 48), (0.1, -1.0), 0.14), Pull((41,), (0.0, -0.5), 0.07)),
    "au7": (Pull((40, 41), (0.0, -1.0), 0.06), Pull((37, 38), (0.0, 0.5), 0.06)),
    "au9": (Pull((29, 31), (0.2, -1.0), 0.10), Pull((21,), (0.2, 0.6), 0.10)),
    "au10": (Pull((31, 49, 50), (0.0, -1.0), 0.10),),
    "au12": (Pull((48,), (-0.75, -0.65), 0.13),),
    "au14": (Pull((48,), (-0.95, 0.1), 0.09),),
    "au15": (Pull((48,), (-0.15, 1.0), 0.12),),
    "au17": (Pull((57, 8), (0.0, -1.0), 0.13),),
    "au20": (Pull((48, 59), (-1.0, 0.2), 0.13),),
    "au24": (Pull((50, 51), (0.0, 0.7), 0.09), Pull((57, 58), (0.0, -0.7), 0.09)),
    "au25": (Pull((57, 58), (0.0, 1.0), 0.11),),
    "au26": (Pull((57, 58), (0.0, 1.0), 0.16), Pull((7, 8), (0.0, 1.0), 0.16)),
    "au45": (Pull((37, 38), (0.0, 1.0), 0.06),),
}
ACTION_UNITS: Mapping[str, tuple[Pull, ...]] = MappingProxyType(_UNITS)


@dataclass(frozen=True)
class Activation:
    """One unit at work: its name and the strength of the image-left and image-right half."""

    unit: str
    left: float = 1.0
    right: float = 1.0


def displacement(
    landmarks: FloatArray,
    activations: tuple[Activation, ...],
    size: tuple[int, int],
    rng: np.random.Generator,
) -> FloatArray:
    """Build the displacement field of some action units, its largest vector one pixel long.

    Parameters
    ----------
    landmarks
        Points of shape (68, 2) in frame pixels.
    activations
        The units at work and their relative strengths; with none the field is zero.
    size
        Height and width of the field.
    rng
        Nobody moves the same muscle twice in the same way: centres shift by about 2 % of the
        eye distance, directions turn by about 10 degrees, widths change by about 15 %.

    Returns
    -------
    ndarray of shape (2, H, W)
        u and v in pixels.
    """
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(float)
    scale = eye_distance(landmarks)
    field = np.zeros((2, *size))
    for activation in activations:
        for pull in ACTION_UNITS[activation.unit]:
            for strength, points, side in (
                (activation.left, list(pull.points), 1.0),
                (activation.right, list(MIRRORED[list(pull.points)]), -1.0),
            ):
                centre = landmarks[points].mean(axis=0) + rng.normal(0, 0.02 * scale, 2)
                width = pull.width * scale * np.exp(rng.normal(0, 0.15))
                direction = _turned(pull.direction, side, rng.normal(0, np.deg2rad(10)))
                distance2 = (x - centre[0]) ** 2 + (y - centre[1]) ** 2
                fall_off = strength * np.exp(-distance2 / (2 * width**2))
                field += direction[:, None, None] * fall_off
    largest = np.sqrt((field**2).sum(axis=0)).max()
    return np.asarray(field / largest) if largest > 0 else field


def _turned(direction: tuple[float, float], side: float, angle_rad: float) -> FloatArray:
    """Mirror a direction for the image-right half (side -1), then turn it."""
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[cos, -sin], [sin, cos]]) @ np.array([side * direction[0], direction[1]])
