"""STSTNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, InputScaling, NetworkMethod, check_size, flow_recipe
from mer.training.settings import BatchSize, Dropout, Epochs, LearningRate, Order

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class StstnetParams(FlowNetworkParams):
    """Shallow triple-stream three-dimensional CNN (Liong, Gan, See, Khor and Huang 2019).

    Follows the authors' PyTorch release: Adam 5e-5, batches of 256 in class order without shuffling,
    800 epochs, images fed as 0 to 255, no augmentation, the last epoch. The paper's MATLAB version
    trains 500 epochs and centres the images. The release orders a class by its folder listing; here
    it is by sample name. The authors spot the apex of SMIC; here it is the middle frame unless the
    preprocessing says otherwise. Not offered: the paper's version without normalisation (1,651 weights),
    its padding of another size, and centring by the mean of the training images.
    """

    epochs: Epochs = 800
    batch_size: BatchSize = 256
    lr: LearningRate = 5e-5
    order: Order = "class_order"
    input_scaling: InputScaling = "raw"
    dropout: Dropout = 0.5
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(), description="Settings of the flow images; the network takes 28x28."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="STSTNet", size=28, channels=("u_v_strain", "u_v_magnitude"))


def design(params: StstnetParams) -> "NetworkDesign":
    """Describe the network."""
    from mer.models.ststnet import STSTNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(lambda n_classes: STSTNet(n_classes, params.dropout), mirror_sum=params.mirror_sum)


def build(params: StstnetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="ststnet",
    title="STSTNet",
    citation="Liong et al. 2019",
    params=StstnetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="ststnet",
)
