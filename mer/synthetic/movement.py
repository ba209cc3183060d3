"""What happens in a synthetic clip: which muscles, how far, when."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from mer.core.types import FloatArray
from mer.synthetic.action_units import ACTION_UNITS, Activation

# Combinations that the emotional FACS (Friesen and Ekman 1983) and the databases' own codings
# give for the three classes. Some units occur on both sides, as they do in life.
_EXPRESSIONS = {
    "negative": (
        ("au4",),
        ("au4", "au7"),
        ("au9",),
        ("au4", "au9"),
        ("au10",),
        ("au14",),
        ("au15",),
        ("au15", "au17"),
        ("au1", "au4"),
        ("au1", "au2", "au4", "au20"),
    ),
    "positive": (("au12",), ("au6", "au12"), ("au12", "au25"), ("au6",)),
    "surprise": (
        ("au1", "au2"),
        ("au1", "au2", "au5"),
        ("au1", "au2", "au25"),
        ("au1", "au2", "au26"),
        ("au2",),
    ),
}
EXPRESSIONS: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(_EXPRESSIONS)
_SIDES = ((1.0, 1.0), (1.0, 1.0), (1.0, 1.0), (1.0, 0.2), (0.2, 1.0))


@dataclass(frozen=True)
class Movement:
    """What happens in one clip.

    Attributes
    ----------
    emotion
        What it expresses.
    activations
        Action units at work.
    amplitude
        Largest displacement at the apex, in pixels.
    distraction
        Unrelated units that move along.
    distraction_amplitude
        Their largest displacement at the apex, in pixels.
    n_frames, onset, apex, offset
        Length of the clip and positions of the movement in it.
    fps
        Frames per second.
    drift
        Standard deviation of the rigid head drift over the whole clip, in pixels.
    noise
        Standard deviation of the sensor noise, in grey levels.
    """

    emotion: str
    activations: tuple[Activation, ...]
    amplitude: float
    distraction: tuple[Activation, ...]
    distraction_amplitude: float
    n_frames: int
    onset: int
    apex: int
    offset: int
    fps: int
    drift: float
    noise: float


def intensity(movement: Movement) -> FloatArray:
    """Return how far the movement has gone in each frame, between 0 and 1; shape (T,).

    It rises from onset to apex and falls to a fifth at the offset, both as half a cosine.
    """
    frame = np.arange(movement.n_frames)
    rise = np.clip((frame - movement.onset) / (movement.apex - movement.onset), 0, 1)
    fall = np.clip((frame - movement.apex) / (movement.offset - movement.apex), 0, 1)
    return np.asarray((1 - np.cos(np.pi * rise)) / 2 * (0.2 + 0.8 * (1 + np.cos(np.pi * fall)) / 2))


def draw_movement(
    emotion: str, rng: np.random.Generator, *, amplitude: tuple[float, float], noise: float
) -> Movement:
    """Draw a micro-expression of 0.25 to 0.45 seconds.

    Parameters
    ----------
    emotion
        One of ``EXPRESSIONS``.
    rng
        Source of everything that varies. Length, timing, head drift, blinks and noise are drawn
        in the same way for every emotion: none of them tells the classes apart.
    amplitude
        Least and largest displacement at the apex, in pixels; drawn evenly on a log scale.
    noise
        Standard deviation of the sensor noise, in grey levels.
    """
    fps = int(rng.choice([100, 200]))
    n_frames = int(fps * rng.uniform(0.25, 0.45))
    onset, tail = (int(n) for n in rng.integers(0, 5, size=2))
    offset = n_frames - 1 - tail
    units = EXPRESSIONS[emotion][rng.integers(len(EXPRESSIONS[emotion]))]
    left, right = _SIDES[rng.integers(len(_SIDES))]
    strength = float(np.exp(rng.uniform(*np.log(amplitude))))
    distraction = (_any_unit(rng),) if rng.random() < 0.6 else ()
    return Movement(
        emotion=emotion,
        activations=tuple(Activation(unit, left, right) for unit in units),
        amplitude=strength,
        distraction=distraction,
        distraction_amplitude=strength * float(rng.uniform(0.3, 0.8)),
        n_frames=n_frames,
        onset=onset,
        apex=onset + round((offset - onset) * rng.uniform(0.35, 0.65)),
        offset=offset,
        fps=fps,
        drift=0.6,
        noise=noise,
    )


def _any_unit(rng: np.random.Generator) -> Activation:
    names = sorted(set(ACTION_UNITS) - {"au45"})
    return Activation(names[rng.integers(len(names))], *_SIDES[rng.integers(len(_SIDES))])
