"""What the networks of the package ``face_alignment`` share: weights on disk, their device, images."""

import hashlib
import textwrap
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from mer.core.errors import DataError
from mer.core.types import UInt8Array


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A published file of weights, which shall lie in a folder.

    Attributes
    ----------
    network
        Name of the network, for messages.
    folder
        Where the file lies, under the name that it was published by.
    url
        Where it was published.
    published
        SHA-256 of the published file.
    expected
        SHA-256 that the file in the folder must have; None takes any weights that fit the network.
    """

    network: str
    folder: Path
    url: str
    published: str
    expected: str | None

    @property
    def path(self) -> Path:
        """Where the file shall lie."""
        return self.folder / self.url.rpartition("/")[2]


def require_files(*files: WeightsFile) -> None:
    """Make sure that files of weights are there, without reading them.

    Raises
    ------
    DataError
        If any are missing; the message lists all of them.
    """
    missing = [file for file in files if not file.path.is_file()]
    if missing:
        raise DataError(
            "Weights are not downloaded by themselves.\n"
            + "\n".join(
                f"{file.path} is missing, the weights of {file.network}: fetch {file.url} into the folder "
                f"{file.folder}. Its SHA-256 is {file.published}."
                for file in missing
            )
        )


def load_network(network: Any, file: WeightsFile, device: str) -> tuple[Any, Any]:  # noqa: ANN401
    """Fill a network with weights, ready to be used.

    Parameters
    ----------
    network : torch.nn.Module
        Changed in place.
    file
        Read as tensors and nothing else.
    device
        ``cpu``; ``cuda``, which must be there; or ``auto``, a GPU where PyTorch can use one.

    Returns
    -------
    network : torch.nn.Module
        On its device, no longer in training.
    device : torch.device
        Where it is.

    Raises
    ------
    DataError
        If the file is missing, damaged, not the expected one, or does not fit the network.
    DeviceError
        If ``device`` is ``cuda`` and PyTorch cannot use a GPU.
    """
    from mer.core.device import choose_device  # imports torch

    weights = _read(file)
    try:
        network.load_state_dict(weights)
    except (AttributeError, RuntimeError, TypeError) as error:
        raise DataError(
            f"{file.path} does not hold the weights of {file.network}: {_short(error)}. "
            f"Fetch {file.url} again."
        ) from error
    chosen = choose_device(device)
    return network.to(chosen).eval(), chosen


def package_module(name: str) -> Any:  # noqa: ANN401  # face_alignment has no types
    """Import a module of the package, which takes seconds, given its name inside the package.

    Raises
    ------
    DataError
        If the package is not installed.
    """
    try:
        return import_module(f"face_alignment.{name}")
    except ImportError as error:
        raise DataError(
            f"face_alignment 1.5 or later is not installed ({_short(error)}). "
            "Run: pip install 'face-alignment>=1.5'"
        ) from error


def as_colours(image: UInt8Array) -> UInt8Array:
    """Check an image, and make a grey one three equal colours.

    Parameters
    ----------
    image
        Grey of shape (H, W) or RGB of shape (H, W, 3).

    Returns
    -------
    ndarray of shape (H, W, 3)
        The image itself if it has colours.

    Raises
    ------
    DataError
        If it is no such image.
    """
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.shape[2:] not in ((), (3,)):
        raise DataError(
            f"expected an image of uint8, shape (H, W) or (H, W, 3), got {image.dtype}, {image.shape}"
        )
    return image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)


def _read(file: WeightsFile) -> Any:  # noqa: ANN401  # a damaged file holds anything
    import torch

    require_files(file)
    with file.path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if file.expected is not None and found != file.expected:
        raise DataError(
            f"{file.path} is damaged or another file: its SHA-256 is {found}, expected was "
            f"{file.expected}. Fetch {file.url} again."
        )
    try:
        # Nothing but tensors is read: a pickle could run a program.
        return torch.load(file.path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged pickles raise exceptions of any kind
        raise DataError(
            f"{file.path} is damaged or holds no weights of PyTorch: {_short(error)}. Fetch {file.url} again."
        ) from error


def _short(error: Exception) -> str:
    return textwrap.shorten(f"{type(error).__name__}: {error}", 300)
