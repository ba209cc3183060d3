"""Files of weights that a network begins with. Nothing is ever downloaded: users put them into a folder."""

import hashlib
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from mer.core.errors import DataError, listed


def load_initial_weights(network: nn.Module, path: Path, sha256: str, *, skip: tuple[str, ...] = ()) -> None:
    """Fill a network with the weights of a file.

    Parameters
    ----------
    network
        Changed in place, or left as it was if anything is wrong.
    path
        State dict of PyTorch, perhaps inside an entry ``state_dict`` or with ``module.`` before every
        name, or a safetensors file. Read as tensors and nothing else.
    sha256
        What the file must be, 64 hexadecimal digits in small letters.
    skip
        Beginnings of names that are left out on both sides, such as a last layer with classes of its
        own. A dot at the end keeps ``fc.`` apart from ``fc2.``.

    Raises
    ------
    DataError
        If the file is missing, another one, damaged, or does not fit; the message lists every entry that
        is missing, foreign or of another shape.
    """
    _check_digest(path, sha256)
    given = {name: value for name, value in _entries(_read(path), path).items() if not name.startswith(skip)}
    wanted = {name: value for name, value in network.state_dict().items() if not name.startswith(skip)}
    problems = _differences(given, wanted)
    if problems:
        raise DataError(listed(f"{path} does not fit {type(network).__name__}:", problems))
    network.load_state_dict(given, strict=False)


def _check_digest(path: Path, expected: str) -> None:
    if not path.is_file():
        raise DataError(
            f"{path} is missing, which 'initial_weights' names. Weights are not downloaded by themselves: "
            f"put the file into the folder {path.parent}."
        )
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != expected:
        raise DataError(
            f"{path} is damaged or another file: its SHA-256 is {found}, 'initial_weights' expects "
            f"{expected}. Fetch it again, or write 'sha256: {found}' if this is the file you mean."
        )


def _read(path: Path) -> Any:  # noqa: ANN401  # a file holds anything
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        # Nothing but tensors is read: a pickle could run a program.
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged pickles raise exceptions of any kind
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", 300)
        raise DataError(f"{path} is damaged or holds no weights of PyTorch: {reason}.") from error


def _entries(content: Any, path: Path) -> dict[str, Tensor]:  # noqa: ANN401  # a file holds anything
    """Find the tensors by name in what was read."""
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping):
        raise DataError(
            f"{path} holds no state dict: expected tensors by name, got {type(content).__name__}."
        )
    others = [str(name) for name, value in content.items() if not isinstance(value, Tensor)]
    if others:
        raise DataError(listed(f"{path} holds no state dict, these entries are no tensors:", others))
    wrapped = all(name.startswith("module.") for name in content)
    return {name.removeprefix("module.") if wrapped else name: value for name, value in content.items()}


def _differences(given: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> list[str]:
    """Say what keeps entries of a file from fitting those of a network."""
    # Files from before PyTorch 0.4.1 do not count batches, and nothing here reads the count.
    missing = [
        f"{name}: is missing, expected shape {_shape(value)}"
        for name, value in wanted.items()
        if name not in given and name.rpartition(".")[2] != "num_batches_tracked"
    ]
    foreign = [f"{name}: the network has no such entry" for name in given if name not in wanted]
    misshapen = [
        f"{name}: has shape {_shape(value)}, expected {_shape(wanted[name])}"
        for name, value in given.items()
        if name in wanted and value.shape != wanted[name].shape
    ]
    return missing + foreign + misshapen


def _shape(value: Tensor) -> tuple[int, ...]:
    return tuple(value.shape)
