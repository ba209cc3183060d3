"""GoogLeNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.classic_family import ClassicParams, build_classic, classic_design
from mer.methods.network import NetworkMethod, check_size, flow_recipe
from mer.training.settings import Dropout

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class GooglenetParams(ClassicParams):
    """GoogLeNet (Szegedy et al. 2015), as compared by Liong et al. 2019.

    Their comparison (table V) gives the size of the images and nothing on training; channels are taken to
    be u, v and strain, and Adam with 1e-4, batches of 32, 100 epochs and no augmentation are choices made
    here, as is feeding values from 0 to 1. The network is the paper's, without the two auxiliary
    classifiers. Whether theirs began with weights of ImageNet is not stated either: by default weights
    are random. 'initial_weights' takes a conversion of Caffe's bvlc_googlenet with the names of
    mer.models.googlenet; torchvision's googlenet is another network and does not fit.
    """

    dropout: Dropout = 0.4
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

    def draw(n_classes: int) -> GoogLeNet:
        return GoogLeNet(n_classes, params.dropout)

    return classic_design(params, weights_folder, draw, GoogLeNet.HEAD)


def build(params: GooglenetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return build_classic(params, execution, design)


SPEC = MethodSpec(
    name="googlenet",
    title="GoogLeNet",
    citation="Szegedy et al. 2015",
    params=GooglenetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    published="googlenet",
)
