"""Weights that a network begins with: a file that the user has fetched, named in the configuration."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field, field_validator

from mer.core.errors import ConfigError
from mer.core.parameters import Params

if TYPE_CHECKING:
    from torch import nn

NetworkT = TypeVar("NetworkT", bound="nn.Module")


class InitialWeights(Params):
    """A file of weights and what it must be."""

    file: str = Field(
        description="Name of the file in the folder 'weights' of paths.yaml: a state dict of PyTorch (.pt, "
        ".pth) or .safetensors. Nothing is downloaded."
    )
    sha256: str = Field(
        pattern=r"^[0-9a-fA-F]{64}$",
        description="SHA-256 of the file, as sha256sum prints it: 64 hex digits.",
    )

    @field_validator("file")
    @classmethod
    def _is_a_name(cls, value: str) -> str:
        if not value or Path(value).name != value:
            raise ValueError(
                f"name the file without its folder, which is 'weights' in paths.yaml. Got {value!r}"
            )
        return value

    @field_validator("sha256")
    @classmethod
    def _in_small_letters(cls, value: str) -> str:
        return value.lower()

    def path(self, folder: str) -> Path:
        """Say where the file lies.

        Parameters
        ----------
        folder
            That of network weights, ``Execution.weights``; blank where the user named none.

        Raises
        ------
        ConfigError
            If no folder is named.
        """
        if not folder:
            raise ConfigError(
                f"'initial_weights' asks for {self.file}, and no folder of weights is named: write one as "
                "'weights' in paths.yaml."
            )
        return Path(folder) / self.file


# Methods write `initial_weights: InitialWeightsOption = None`.
InitialWeightsOption = Annotated[
    InitialWeights | None,
    Field(
        description="File of published weights that the network begins with, all but its last layers; null "
        "draws all weights at random."
    ),
]


def initialised(
    network: NetworkT, weights: InitialWeights | None, folder: str, *, skip: tuple[str, ...]
) -> NetworkT:
    """Fill a network with the weights it shall begin with, and return it.

    Parameters
    ----------
    network
        Filled in place.
    weights
        The file; None leaves the network as it was drawn.
    folder
        Where it lies.
    skip
        Beginnings of the names of entries that are not taken from the file.

    Raises
    ------
    ConfigError, DataError
        If the file is missing, another one, or does not fit.
    """
    if weights is None:
        return network
    from mer.models.weights import load_initial_weights  # imports torch, which planning does not

    load_initial_weights(network, weights.path(folder), weights.sha256, skip=skip)
    return network
