"""Clips of a synthetic face: the movement, head drift, blinks, sensor noise."""

import cv2
import numpy as np

from mer.core.types import UInt8Array
from mer.synthetic.identity import NeutralFace
from mer.synthetic.motion import Motion, draw_motion
from mer.synthetic.movement import Movement


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
    return render_motion(face, draw_motion(face, movement, rng), movement.noise, rng)


def render_motion(face: NeutralFace, motion: Motion, noise: float, rng: np.random.Generator) -> UInt8Array:
    """Render a clip whose motion is drawn.

    Parameters
    ----------
    face
        The person at rest.
    motion
        How it moves.
    noise
        Standard deviation of the sensor noise, in grey levels.
    rng
        Draws the noise.

    Returns
    -------
    ndarray of shape (T, H, W, 3)
        RGB frames.
    """
    rows, columns = face.size
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    frames = np.empty((len(motion.progress), rows, columns, 3), dtype=np.uint8)
    for t in range(len(frames)):
        from_x, from_y = motion.source(t, x, y, motion.displacement(t))
        image = cv2.remap(
            face.image,
            (2 * from_x + 0.5).astype(np.float32),
            (2 * from_y + 0.5).astype(np.float32),
            # OpenCV's cubic kernel moves a picture by 0.036 pixels where 0.05 are asked for.
            cv2.INTER_LANCZOS4,
            borderMode=cv2.BORDER_REPLICATE,
        )
        noisy = image + rng.normal(0, noise, image.shape)
        frames[t] = np.clip(np.rint(noisy), 0, 255)
    return frames
