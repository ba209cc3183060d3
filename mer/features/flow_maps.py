"""Maps that flow images are made of: displacement, its length, strain; small, and scaled."""

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from mer.core.parameters import Params
from mer.core.types import Array, FloatArray, UInt8Array
from mer.media.square import to_square

FlowBackend = Literal["tvl1_opencv", "tvl1_skimage", "tvl1_torch", "farneback", "dis"]


class FlowMapParams(Params):
    """Settings of flow images."""

    size: int = Field(default=28, ge=8, le=512, description="Height and width of the image in pixels.")
    flow: FlowBackend = Field(
        default="tvl1_opencv",
        description="How the flow is computed; 'tvl1_opencv' is what most published code used, 'tvl1_torch' "
        "is more accurate for small motions and faster (docs/measurements.md).",
    )
    attachment: float = Field(
        default=38.25,
        gt=0,
        description="Of 'tvl1_skimage': weight of the data term. 38.25 is lambda 0.15 of the other programs, "
        "15 is scikit-image's default, smoother and less noisy.",
    )
    channels: Literal["u_v_strain", "u_v_magnitude", "u_v"] = Field(
        default="u_v_strain",
        description="Displacement along x and y, then optical strain, or the displacement's length, "
        "or nothing.",
    )
    differences: Literal["central", "backward"] = Field(
        default="central", description="Of strain: 'backward' is that of ELRCN's program."
    )
    scaling: Literal["minmax_255", "range_255", "pixels"] = Field(
        default="minmax_255",
        description="'minmax_255' rescales every channel of every image to span 0 to 255, as the STSTNet "
        "authors distribute their images; 'range_255' maps displacements from -range_px to range_px to 0 to "
        "255, the same in all images, which keeps amplitude and zero; 'pixels' keeps displacements in pixels "
        "and strain as it is.",
    )
    range_px: float = Field(
        default=10.0,
        gt=0,
        description="Of 'range_255': the displacement in pixels of the frames that becomes 255; what is "
        "beyond is cut off.",
    )

    @model_validator(mode="after")
    def _a_range_is_of_displacements(self) -> Self:
        if self.scaling == "range_255" and self.channels != "u_v":
            raise ValueError("'scaling: range_255' is of displacements alone: set 'channels: u_v'")
        return self

    @property
    def n_channels(self) -> int:
        """Channels of an image."""
        return 2 if self.channels == "u_v" else 3

    @property
    def flow_settings(self) -> dict[str, float]:
        """What the flow is computed with beside its defaults."""
        return {"attachment": self.attachment} if self.flow == "tvl1_skimage" else {}


def flow_maps(first: Array, second: Array, params: FlowMapParams, device: str) -> Array:
    """Compute the flow images of N pairs of frames.

    Flow and strain are computed at the frames' size, then shrunk by area averaging, or enlarged linearly;
    displacements keep the unit of the frames' pixels.

    Parameters
    ----------
    first, second
        Grey frames of shape (N, H, W): uint8, or float from 0 to 255.
    params
        Settings.
    device
        Where PyTorch computes.

    Returns
    -------
    ndarray of shape (N, C, size, size)
        uint8, or float32 for ``pixels``.
    """
    from mer.features.optical_flow import flows  # planning needs the settings, not the computation

    fields = flows(first, second, params.flow, device, **params.flow_settings)
    return np.stack([image_of_flow(field, params) for field in fields])


def image_of_flow(field: FloatArray, params: FlowMapParams) -> Array:
    """Make the flow image (C, size, size) of a displacement (u, v) in pixels, shape (2, H, W)."""
    from mer.features.optical_strain import optical_strain

    maps = [*field]
    if params.channels == "u_v_strain":
        maps.append(optical_strain(field, params.differences))
    elif params.channels == "u_v_magnitude":
        maps.append(np.hypot(*field))
    small = np.stack([to_square(plane, params.size) for plane in maps])
    if params.scaling == "pixels":
        return small.astype(np.float32)
    return minmax_255(small) if params.scaling == "minmax_255" else range_255(small, params.range_px)


def range_255(image: FloatArray, range_px: float) -> UInt8Array:
    """Map displacements (C, H, W) in pixels to 0 to 255; zero becomes 127.5, rounded to 128."""
    share = np.clip(image / range_px, -1, 1)
    return np.rint(127.5 * (1 + share)).astype(np.uint8)


def minmax_255(image: FloatArray) -> UInt8Array:
    """Rescale every channel to span 0 to 255.

    Parameters
    ----------
    image
        Array of shape (C, H, W). A channel of one value becomes all zeros.

    Returns
    -------
    ndarray of shape (C, H, W)
        uint8, rounded to the nearest level.
    """
    least = image.min(axis=(1, 2), keepdims=True)
    span = image.max(axis=(1, 2), keepdims=True) - least
    return np.rint(255 * (image - least) / np.where(span > 0, span, 1)).astype(np.uint8)


def flow_device(flow: FlowBackend, wanted: str) -> str:
    """Choose the device that the flow is computed on; only one way of computing it asks for a GPU."""
    if flow != "tvl1_torch":
        return "cpu"
    from mer.core.device import choose_device

    return choose_device(wanted).type
