"""What AlexNet, GoogLeNet and VGG16 on flow images share: settings, and weights to begin with."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.network import FlowNetworkParams, NetworkMethod
from mer.training.initial_weights import InitialWeightsOption, initialised
from mer.training.settings import BatchSize, Epochs, LearningRate

if TYPE_CHECKING:
    from torch import nn

    from mer.training.design import NetworkDesign


class ClassicParams(FlowNetworkParams):
    """Settings of a classic network."""

    epochs: Epochs = 100
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-4
    initial_weights: InitialWeightsOption = None


def classic_design(
    params: ClassicParams, weights_folder: str, draw: "Callable[[int], nn.Module]", head: tuple[str, ...]
) -> "NetworkDesign":
    """Describe a network that may begin with given weights.

    Parameters
    ----------
    params
        Its settings.
    weights_folder
        Where files of weights lie.
    draw
        Makes the network for K classes with random weights.
    head
        Beginnings of the names of weights that stay random, as they depend on K.
    """
    from mer.training.design import NetworkDesign

    def network(n_classes: int) -> "nn.Module":
        return initialised(draw(n_classes), params.initial_weights, weights_folder, skip=head)

    return NetworkDesign(network, mirror_sum=params.mirror_sum)


def build_classic(
    params: ClassicParams, execution: Execution, design: "Callable[..., NetworkDesign]"
) -> NetworkMethod:
    """Make a method that looks for weights where the job says."""
    in_folder = partial(design, weights_folder=execution.weights)
    return NetworkMethod(params, execution, in_folder, params.input_scaling)
