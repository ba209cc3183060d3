"""AlexNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.classic_family import ClassicParams, build_classic, classic_design
from mer.methods.network import NetworkMethod, check_size, flow_recipe
from mer.training.settings import Dropout, Width

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class AlexnetParams(ClassicParams):
    """AlexNet (Krizhevsky, Sutskever and Hinton 2012), as compared by Liong et al. 2019.

    Their comparison (table V) gives the size of the images and nothing on training; channels are taken to
    be u, v and strain, and Adam with 1e-4, batches of 32, 100 epochs and no augmentation are choices made
    here, as is feeding values from 0 to 1. The network is the later variant in one column, without groups
    and local response normalisation, whose weights are distributed most widely. Whether theirs began with
    weights of ImageNet is not stated either: by default weights are random, 'initial_weights' takes
    torchvision's alexnet. Those were trained on images normalised by ImageNet's colours, which flow
    images are not.
    """

    dropout: Dropout = 0.5
    width: Width = 1.0
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=227),
        description="Settings of the flow images; the network takes 227x227.",
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="AlexNet", size=227, channels=("u_v_strain", "u_v_magnitude"))


def design(params: AlexnetParams, weights_folder: str = "") -> "NetworkDesign":
    """Describe the network."""
    from mer.models.alexnet import AlexNet

    def draw(n_classes: int) -> AlexNet:
        return AlexNet(n_classes, params.dropout, params.width)

    return classic_design(params, weights_folder, draw, AlexNet.HEAD)


def build(params: AlexnetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return build_classic(params, execution, design)


SPEC = MethodSpec(
    name="alexnet",
    title="AlexNet",
    citation="Krizhevsky et al. 2012",
    params=AlexnetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    published="alexnet",
)
