"""GoogLeNet on onset-to-apex flow images."""

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, NetworkMethod, check_size, flow_recipe
from mer.training.initial_weights import InitialWeightsOption, initialised
from mer.training.settings import BatchSize, Dropout, Epochs, LearningRate

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class GooglenetParams(FlowNetworkParams):
    """GoogLeNet (Szegedy et al. 2015), as compared by Liong et al. 2019.

    Their comparison (table V) gives the size of the images and nothing on training; channels are taken to
    be u, v and strain, and Adam with 1e-4, batches of 32, 100 epochs and no augmentation are choices made
    here, as is feeding values from 0 to 1. The network is the paper's, without the two auxiliary
    classifiers. Whether theirs began with weights of ImageNet is not stated either: by default weights
    are random. 'initial_weights' takes a conversion of Caffe's bvlc_googlenet with the names of
    mer.models.googlenet; torchvision's googlenet is another network and does not fit.
    """

    epochs: Epochs = 100
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-4
    dropout: Dropout = 0.4
    initial_weights: InitialWeightsOption = None
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=224),
        description="Settings of the flow images; the network takes 224x224.",
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="GoogLeNet", size=224, channels=("u_v_strain", "u_v_magnitude"))


def design(params: GooglenetParams, weights_folder: str = "") -> "NetworkDesign":
    """Describe the network."""
    from mer.models.googlenet import GoogLeNet
    from mer.training.design import NetworkDesign

    def network(n_classes: int) -> GoogLeNet:
        drawn = GoogLeNet(n_classes, dropout=params.dropout)
        return initialised(drawn, params.initial_weights, weights_folder, skip=GoogLeNet.HEAD)

    return NetworkDesign(network, mirror_sum=params.mirror_sum)


def build(params: GooglenetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    in_folder = partial(design, weights_folder=execution.weights)
    return NetworkMethod(params, execution, in_folder, params.input_scaling)


SPEC = MethodSpec(
    name="googlenet",
    title="GoogLeNet",
    citation="Szegedy et al. 2015",
    params=GooglenetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    sample_ms=150.0,
    published="googlenet",
)
