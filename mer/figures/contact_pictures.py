"""Single pictures of a contact sheet: frames, their difference, optical flow, optical strain, legends.

Each function draws into axes it is given, and returns what shall stand below the picture. Frames have
the shape (H, W) or (H, W, 3) and are uint8 or float from 0 to 1.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.patheffects import withStroke

from mer.core.types import Array, FloatArray, UInt8Array

# A few wrong pixels must not darken all others.
PERCENTILE = 99
# Both look evenly graded, also in grey and to the colour-blind.
_DIFFERENCE_MAP, _STRAIN_MAP = "gray", "magma"
# Size in points of the small text everywhere on the sheet.
SMALL = 6.5
# Both stand out from dark and light skin, and from each other for the colour-blind.
_POINTS, _OUTLINE = "#f0e442", "#2bb5ff"
# Largest part of a frame's size that is shown beyond its border to follow the outline.
_BEYOND = 0.25


def flow_colours(flow: FloatArray, largest: float) -> UInt8Array:
    """Show a displacement as colours: the hue is its direction, the saturation its length.

    Parameters
    ----------
    flow
        Displacement (u, v) in pixels, shape (2, H, W).
    largest
        Length in pixels that has the full colour; longer ones look the same.

    Returns
    -------
    ndarray of shape (H, W, 3)
        RGB. No movement is white, rightwards red, downwards green, leftwards cyan, upwards violet; black
        is what is no number.
    """
    known = np.asarray(np.isfinite(flow).all(axis=0))
    u, v = np.where(known, flow, 0).astype(float)
    hue = np.arctan2(v, u) / (2 * np.pi) % 1
    saturation = np.minimum(np.hypot(u, v) / largest, 1) if largest > 0 else np.zeros_like(u)
    colours = hsv_to_rgb(np.stack([hue, saturation, np.ones_like(u)], axis=-1))
    return np.rint(255 * colours * known[..., None]).astype(np.uint8)


def difference(first: Array, second: Array) -> FloatArray:
    """Compute the absolute change between two frames in grey levels, 0 to 255, shape (H, W)."""
    change = 255 * np.abs(_levels(second) - _levels(first))
    return np.asarray(change if change.ndim == 2 else change.mean(axis=2))


def draw_frame(axes: Axes, frame: Array) -> str:
    """Draw a frame; return its size."""
    axes.imshow(_levels(frame), cmap="gray", vmin=0, vmax=1)
    return f"{frame.shape[1]} x {frame.shape[0]} px"


def draw_marks(axes: Axes, frame: Array, landmarks: FloatArray | None, outline: FloatArray | None) -> None:
    """Draw landmarks and the border of what is kept over a frame, and follow it some way beyond the frame.

    Parameters
    ----------
    axes
        Where the frame has been drawn.
    frame
        That frame.
    landmarks
        Points x and y in its pixels, shape (68, 2), or None.
    outline
        Corners x and y of what is kept, shape (4, 2); None for the whole frame.
    """
    size = np.array(frame.shape[1::-1])
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size - 0.5
    kept = corners if outline is None else outline
    # fmin and fmax pass over what is no number.
    low = np.maximum(np.fmin.reduce([*corners, *kept]), -0.5 - _BEYOND * size)
    high = np.minimum(np.fmax.reduce([*corners, *kept]), -0.5 + (1 + _BEYOND) * size)
    axes.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]))
    halo = [withStroke(linewidth=1.9, foreground="black")]
    axes.plot(*np.vstack([kept, kept[:1]]).T, color=_OUTLINE, linewidth=0.9, path_effects=halo)
    if landmarks is not None:
        x, y = landmarks.T
        axes.scatter(x, y, s=2.4, color=_POINTS, edgecolors="black", linewidths=0.2, zorder=3)


def draw_difference(axes: Axes, change: FloatArray) -> str:
    """Draw a change in grey levels, shape (H, W); return its scale."""
    return _draw_map(axes, change, _DIFFERENCE_MAP, " levels")


def draw_strain(axes: Axes, strain: FloatArray) -> str:
    """Draw the magnitude of an optical strain, shape (H, W); return its scale."""
    return _draw_map(axes, strain, _STRAIN_MAP, "")


def draw_flow(axes: Axes, flow: FloatArray) -> str:
    """Draw a displacement (u, v) in pixels, shape (2, H, W); return its scale."""
    length = np.hypot(*flow)
    axes.imshow(flow_colours(flow, _scale(length)))
    return _written(length, " px")


def draw_difference_legend(axes: Axes) -> None:
    """Draw what the colours of ``draw_difference`` mean."""
    _draw_bar(axes, _DIFFERENCE_MAP)


def draw_strain_legend(axes: Axes) -> None:
    """Draw what the colours of ``draw_strain`` mean."""
    _draw_bar(axes, _STRAIN_MAP)


def draw_flow_legend(axes: Axes) -> None:
    """Draw the colour of every direction and length as a wheel; v points down as rows do."""
    v, u = np.mgrid[-1:1:121j, -1:1:121j]
    colours = flow_colours(np.stack([u, v]), 1.0)
    colours[np.hypot(u, v) > 1] = 255
    axes.imshow(colours, extent=(-1, 1, 1, -1))
    axes.set(xlim=(-1.9, 1.9), ylim=(1.9, -1.1))
    arrow = {"arrowstyle": "-|>", "linewidth": 0.6, "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0}
    for name, x, y in (("u", 1, 0), ("v", 0, 1)):
        axes.annotate("", (1.4 * x, 1.4 * y), (0, 0), arrowprops=arrow)
        axes.text(1.65 * x, 1.65 * y, name, fontsize=SMALL, ha="center", va="center", style="italic")
    axes.text(-1.15, 0, "rim =\nscale", fontsize=SMALL, ha="right", va="center")


def _draw_map(axes: Axes, values: FloatArray, colours: str, unit: str) -> str:
    axes.imshow(values, cmap=colours, vmin=0, vmax=_scale(values) or 1)
    return _written(values, unit)


def _draw_bar(axes: Axes, colours: str) -> None:
    axes.imshow(np.linspace(0, 1, 128)[None], cmap=colours, extent=(0.12, 0.88, 0.4, 0.6), aspect="auto")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    for x, text in ((0.12, "0"), (0.88, "scale")):
        axes.text(x, 0.34, text, fontsize=SMALL, ha="center", va="top")


def _levels(frame: Array) -> FloatArray:
    """Return a frame with levels from 0 to 1."""
    levels = frame / 255 if frame.dtype == np.uint8 else np.nan_to_num(frame)
    return np.asarray(np.clip(levels, 0, 1))


def _scale(values: FloatArray) -> float:
    """Find where the colours end; nought where nothing is larger."""
    known = values[np.isfinite(values)]
    return float(np.percentile(known, PERCENTILE) or known.max()) if known.size else 0.0


def _written(values: FloatArray, unit: str) -> str:
    """Write down where the colours end, and the largest value."""
    scale, largest = (f"{x:.0f}" if x >= 10 else f"{x:.2g}" for x in (_scale(values), values.max()))
    return f"scale {scale}{unit}\nmax {largest}{unit}"
