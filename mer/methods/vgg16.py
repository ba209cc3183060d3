"""VGG16 on onset-to-apex flow images."""

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


class Vgg16Params(ClassicParams):
    """VGG16 (Simonyan and Zisserman 2015), as compared by Liong et al. 2019.

    Their comparison (table V) gives the size of the images and nothing on training; channels are taken to
    be u, v and strain, and Adam with 1e-4, batches of 32, 100 epochs and no augmentation are choices made
    here, as is feeding values from 0 to 1. Whether theirs began with weights of ImageNet is not stated
    either: by default weights are random, 'initial_weights' takes torchvision's vgg16. Those were trained
    on images normalised by ImageNet's colours, which flow images are not.
    """

    dropout: Dropout = 0.5
    width: Width = 1.0
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=224),
        description="Settings of the flow images; the network takes 224x224.",
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="VGG16", size=224, channels=("u_v_strain", "u_v_magnitude"))


def design(params: Vgg16Params, weights_folder: str = "") -> "NetworkDesign":
    """Describe the network."""
    from mer.models.vgg16 import VGG16

    def draw(n_classes: int) -> VGG16:
        return VGG16(n_classes, dropout=params.dropout, width=params.width)

    return classic_design(params, weights_folder, draw, VGG16.HEAD)


def build(params: Vgg16Params, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return build_classic(params, execution, design)


SPEC = MethodSpec(
    name="vgg16",
    title="VGG16",
    citation="Simonyan and Zisserman 2015",
    params=Vgg16Params,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    published="vgg16",
)
