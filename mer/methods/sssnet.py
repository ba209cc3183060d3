"""SSSNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, NetworkMethod, check_size, flow_recipe
from mer.training.settings import BatchSize, Dropout, Epochs, LearningRate, WeightDecay

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class SssnetParams(FlowNetworkParams):
    """Shallow single-stream network (Varanka, Peng and Zhao 2021).

    Follows the authors' library MEB: Adam 1e-4 with weight decay 1e-3, 200 epochs and dropout 0.5 (of
    whole maps after the convolutions). Batches of 32 are the library's default; some of its experiments
    take 256. Its notebooks feed flow as it is stored, without rescaling; here every channel spans 0 to
    255 and is divided by 255, so that finished flow images can be used.
    """

    epochs: Epochs = 200
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-4
    weight_decay: WeightDecay = 1e-3
    dropout: Dropout = 0.5
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=64), description="Settings of the flow images; the network takes 64x64."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="SSSNet", size=64, channels=("u_v_strain", "u_v_magnitude"))


def design(params: SssnetParams) -> "NetworkDesign":
    """Describe the network."""
    from mer.models.sssnet import SSSNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(lambda n_classes: SSSNet(n_classes, params.dropout), mirror_sum=params.mirror_sum)


def build(params: SssnetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="sssnet",
    title="SSSNet",
    citation="Varanka et al. 2021",
    params=SssnetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
)
