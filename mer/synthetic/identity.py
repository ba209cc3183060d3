"""Synthetic people: one photo, varied in shape, tone, light and skin."""

from dataclasses import dataclass

import cv2
import numpy as np

from mer.core.types import FloatArray
from mer.synthetic.face import LANDMARKS, MIRRORED, photo

# The part of the photo that a neutral frame shows, in photo pixels: left, top, width, height.
_CROP = (174.0, 76.0, 102.0, 116.0)
ASPECT = _CROP[3] / _CROP[2]
_WARP_NODES = 5
_WARP_SD = 2.0
_TEXTURE_SCALE = 3


@dataclass(frozen=True)
class Identity:
    """What makes one synthetic person different from the next.

    Attributes
    ----------
    warp
        Array of shape (2, 5, 5): displacement of a coarse grid over the face, in photo pixels.
    mirrored
        Whether the face is flipped left to right.
    gamma, gain
        Tone curve and brightness of the skin.
    tint
        Array of shape (3,): factor per colour channel.
    light
        Array of shape (2,): relative brightness change across the face, rightwards and downwards.
    skin_seed
        Seed of the fine skin texture.
    """

    warp: FloatArray
    mirrored: bool
    gamma: float
    gain: float
    tint: FloatArray
    light: FloatArray
    skin_seed: int


@dataclass(frozen=True)
class NeutralFace:
    """A person's face at rest, rendered at twice the size of its frames.

    Attributes
    ----------
    image
        float32 of shape (2H, 2W, 3), RGB, 0 to 255.
    landmarks
        Array of shape (68, 2), x and y in frame pixels.
    """

    image: FloatArray
    landmarks: FloatArray

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the frames in pixels."""
        return self.image.shape[0] // 2, self.image.shape[1] // 2


def draw_identity(rng: np.random.Generator) -> Identity:
    """Draw a person."""
    return Identity(
        warp=rng.normal(0, _WARP_SD, (2, _WARP_NODES, _WARP_NODES)),
        mirrored=bool(rng.random() < 0.5),
        gamma=float(np.exp(rng.normal(0, 0.18))),
        gain=float(rng.uniform(0.75, 1.1)),
        tint=rng.uniform(0.9, 1.1, 3),
        light=rng.uniform(-0.3, 0.3, 2),
        skin_seed=int(rng.integers(2**31)),
    )


def frame_size(height: int) -> tuple[int, int]:
    """Return height and width of a frame that is ``height`` pixels high."""
    return height, round(height / ASPECT)


def render_neutral(identity: Identity, height: int) -> NeutralFace:
    """Render a person's face at rest.

    Parameters
    ----------
    identity
        The person.
    height
        Height H of the frames in pixels; the width follows from the photo's crop.
    """
    rows, columns = frame_size(height)
    maps = _photo_position(identity, rows, columns)
    photo_pixels = _textured_photo(identity.skin_seed)
    scaled = (maps + 0.5) * _TEXTURE_SCALE - 0.5
    remapped = cv2.remap(photo_pixels, scaled[0], scaled[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    image: FloatArray = np.asarray(cv2.GaussianBlur(remapped, (0, 0), 0.8), dtype=np.float32)
    return NeutralFace(_lit(image, identity), _landmarks(identity, maps, rows, columns))


def _photo_position(identity: Identity, rows: int, columns: int) -> FloatArray:
    """Map every pixel of the double-size image to the photo; float32 of shape (2, 2H, 2W)."""
    left, top, width, height = _CROP
    x = left + (np.arange(2 * columns) + 0.5) / (2 * columns) * width - 0.5
    y = top + (np.arange(2 * rows) + 0.5) / (2 * rows) * height - 0.5
    grid = np.stack(np.meshgrid(x, y)).astype(np.float32)
    warp = [_smooth(plane, (2 * columns, 2 * rows)) for plane in identity.warp]
    maps = grid + np.stack(warp)
    return maps[:, :, ::-1].copy() if identity.mirrored else maps


def _smooth(nodes: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Interpolate a coarse grid to a field of ``size`` (width, height), smoothly."""
    return np.asarray(cv2.resize(nodes.astype(np.float32), size, interpolation=cv2.INTER_CUBIC))


def _textured_photo(skin_seed: int) -> FloatArray:
    """Enlarge the photo and add fine skin texture, float32 RGB."""
    enlarged = cv2.resize(photo(), None, fx=_TEXTURE_SCALE, fy=_TEXTURE_SCALE, interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(skin_seed).normal(size=enlarged.shape[:2]).astype(np.float32)
    band = cv2.GaussianBlur(noise, (0, 0), 1.5) - cv2.GaussianBlur(noise, (0, 0), 4.0)
    return np.asarray(enlarged * (1 + 0.03 * band / band.std())[..., None], dtype=np.float32)


def _lit(image: FloatArray, identity: Identity) -> FloatArray:
    """Apply tone and light of a person."""
    rows, columns = image.shape[:2]
    across = np.linspace(-1, 1, columns, dtype=np.float32)
    down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    light = 1 + identity.light[0] * across + identity.light[1] * down
    toned = 255 * (np.clip(image, 0, 255) / 255) ** identity.gamma * identity.gain
    return np.asarray(np.clip(toned * light[..., None] * identity.tint, 0, 255), dtype=np.float32)


def _landmarks(identity: Identity, maps: FloatArray, rows: int, columns: int) -> FloatArray:
    """Find where the photo's landmarks appear in a frame: the pixel that maps closest to each."""
    flat = maps.reshape(2, -1).T
    positions = np.empty((68, 2))
    for point, target in enumerate(LANDMARKS):
        nearest = int(np.argmin(((flat - target) ** 2).sum(axis=1)))
        positions[point] = nearest % (2 * columns), nearest // (2 * columns)
    positions = (positions + 0.5) / 2 - 0.5
    return positions[MIRRORED] if identity.mirrored else positions
