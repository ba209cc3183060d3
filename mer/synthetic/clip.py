"""Clips of a synthetic face: the movement, head drift, blinks, sensor noise."""

import cv2
import numpy as np

from mer.core.types import FloatArray, UInt8Array
from mer.synthetic.action_units import Activation, displacement
from mer.synthetic.identity import NeutralFace
from mer.synthetic.movement import Movement, intensity


def render(face: NeutralFace, movement: Movement, rng: np.random.Generator) -> UInt8Array:
    """Render a clip.

    Parameters
    ----------
    face
        The person at rest.
    movement
        What happens.
    rng
        Variation of the muscles, path of the head, blink, noise.

    Returns
    -------
    ndarray of shape (T, H, W, 3)
        RGB frames.
    """
    field = movement.amplitude * displacement(face.landmarks, movement.activations, face.size, rng)
    if movement.distraction:
        unrelated = displacement(face.landmarks, movement.distraction, face.size, rng)
        field += movement.distraction_amplitude * unrelated
    progress = intensity(movement)
    head = _head_path(movement, rng)
    blink_field = 3.0 * displacement(face.landmarks, (Activation("au45"),), face.size, rng)
    blink = _blink(movement.n_frames, rng)
    rows, columns = face.size
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    frames = np.empty((movement.n_frames, rows, columns, 3), dtype=np.uint8)
    for t in range(movement.n_frames):
        dx, dy, angle = head[t]
        u, v = progress[t] * field + blink[t] * blink_field
        # A point now seen at (x, y) came from there minus its displacement.
        from_x = x - u - dx + angle * (y - rows / 2)
        from_y = y - v - dy - angle * (x - columns / 2)
        image = cv2.remap(
            face.image,
            (2 * from_x + 0.5).astype(np.float32),
            (2 * from_y + 0.5).astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )
        noisy = image + rng.normal(0, movement.noise, image.shape)
        frames[t] = np.clip(np.rint(noisy), 0, 255)
    return frames


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
