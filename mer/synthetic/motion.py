"""How a synthetic face moves in a clip, and where that takes its landmarks."""

from dataclasses import dataclass

import numpy as np

from mer.core.types import FloatArray
from mer.synthetic.action_units import Activation, displacement
from mer.synthetic.identity import NeutralFace
from mer.synthetic.movement import Movement, intensity

# A strong pull folds the skin: larger steps would overshoot there.
_STEP = 0.3
_CLOSE_ENOUGH_PX = 1e-4
_MOST_STEPS = 1000


@dataclass(frozen=True)
class Motion:
    """A movement as drawn for one clip.

    Attributes
    ----------
    field
        Displacement of the skin at the apex, (u, v) in pixels, shape (2, H, W).
    progress
        How far the movement has gone in each frame, shape (T,).
    blink_field
        Displacement by closed lids, shape (2, H, W).
    blink
        How far the lids are closed in each frame, shape (T,).
    head
        Path of the head, shape (T, 3): x and y in pixels, angle in radians.
    """

    field: FloatArray
    progress: FloatArray
    blink_field: FloatArray
    blink: FloatArray
    head: FloatArray

    def displacement(self, frame: int) -> FloatArray:
        """Return the displacement of the skin in a frame, (u, v) in pixels, shape (2, H, W)."""
        return np.asarray(self.progress[frame] * self.field + self.blink[frame] * self.blink_field)

    def source(
        self, frame: int, x: FloatArray, y: FloatArray, moved: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Tell which points of the face at rest are seen at some places of a frame.

        Parameters
        ----------
        frame
            Position in the clip.
        x, y
            The places in pixels, of any shape (...).
        moved
            Displacement of the skin at these places, shape (2, ...).
        """
        rows, columns = self.field.shape[1:]
        dx, dy, angle = self.head[frame]
        u, v = moved
        # A point now seen at (x, y) came from there minus its displacement.
        return x - u - dx + angle * (y - rows / 2), y - v - dy - angle * (x - columns / 2)

    def flow(self, first: int, second: int) -> FloatArray:
        """Return how far what one frame shows has moved in another, (u, v) in pixels, shape (2, H, W).

        To first order: what moves by a pixel is looked up where it was at rest.
        """
        rows, columns = self.field.shape[1:]
        y, x = np.mgrid[0:rows, 0:columns].astype(float)
        then, now = (self.source(frame, x, y, self.displacement(frame)) for frame in (first, second))
        return np.stack(then) - np.stack(now)


def draw_motion(face: NeutralFace, movement: Movement, rng: np.random.Generator) -> Motion:
    """Draw how a person carries out a movement: variation of the muscles, path of the head, blink."""
    field = movement.amplitude * displacement(face.landmarks, movement.activations, face.size, rng)
    if movement.distraction:
        unrelated = displacement(face.landmarks, movement.distraction, face.size, rng)
        field += movement.distraction_amplitude * unrelated
    head = _head_path(movement, rng)
    blink_field = 3.0 * displacement(face.landmarks, (Activation("au45"),), face.size, rng)
    return Motion(field, intensity(movement), blink_field, _blink(movement.n_frames, rng), head)


def landmarks_at(face: NeutralFace, motion: Motion, frame: int) -> FloatArray:
    """Find where the landmarks of a face are seen in a frame, to 0.01 pixels.

    Where a pull is so strong that the skin folds, a landmark is seen at several places; this is
    one of them.

    Parameters
    ----------
    face
        The person at rest.
    motion
        How it moves.
    frame
        Position in the clip.

    Returns
    -------
    ndarray of shape (68, 2)
        x and y in pixels, counted from the centre of the first pixel.
    """
    field = motion.displacement(frame)
    places = face.landmarks.astype(float)
    for _ in range(_MOST_STEPS):
        seen = motion.source(frame, places[:, 0], places[:, 1], _sampled(field, places))
        missed = face.landmarks - np.stack(seen, axis=1)
        if np.abs(missed).max() < _CLOSE_ENOUGH_PX:
            return places
        places += _STEP * missed
    raise ArithmeticError(f"frame {frame}: no place found that shows the landmarks")


def _sampled(field: FloatArray, places: FloatArray) -> FloatArray:
    """Sample a field (2, H, W) at places (N, 2), bilinearly; beyond the border as at it."""
    rows, columns = field.shape[1:]
    x, y = np.clip(places[:, 0], 0, columns - 1), np.clip(places[:, 1], 0, rows - 1)
    left, top = np.minimum(x.astype(int), columns - 2), np.minimum(y.astype(int), rows - 2)
    right_share, lower_share = x - left, y - top
    upper = (1 - right_share) * field[:, top, left] + right_share * field[:, top, left + 1]
    lower = (1 - right_share) * field[:, top + 1, left] + right_share * field[:, top + 1, left + 1]
    return np.asarray((1 - lower_share) * upper + lower_share * lower)


def _head_path(movement: Movement, rng: np.random.Generator) -> FloatArray:
    """Draw a slow drift of the head; shape (T, 3): x and y in pixels, angle in radians."""
    steps = rng.normal(size=(movement.n_frames + 20, 3))
    kernel = np.ones(20) / 20
    smooth = np.stack([np.convolve(column, kernel, mode="valid") for column in steps.T], axis=1)
    path = np.cumsum(smooth[: movement.n_frames], axis=0)
    path = (path - path[0]) / np.sqrt(movement.n_frames)
    # A turn by drift / 300 moves a point 100 pixels from the centre by a third of the drift.
    return np.asarray(path * movement.drift * np.array([1, 1, 1 / 300]))


def _blink(n_frames: int, rng: np.random.Generator) -> FloatArray:
    """Draw how far the lids are closed by a blink; shape (T,). One clip in ten has one."""
    if rng.random() >= 0.1:
        return np.zeros(n_frames)
    centre, width = rng.uniform(0, n_frames), n_frames / 12
    return np.asarray(np.exp(-((np.arange(n_frames) - centre) ** 2) / (2 * width**2)))
