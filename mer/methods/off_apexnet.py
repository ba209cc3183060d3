"""OFF-ApexNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, NetworkMethod, check_size, flow_recipe
from mer.training.settings import BatchSize, Dropout, Epochs, LearningRate

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class OffApexNetParams(FlowNetworkParams):
    """Optical flow features from apex frame network (Gan, Liong, Yau, Huang and Tan 2019).

    Two streams of two 5x5 convolutions over horizontal and vertical flow, and three linear layers. The
    authors released no program. Adam with a learning rate around 1e-4 over several thousand epochs is
    reported of the paper; 3000 epochs are those of a rerun by Varanka et al. (2024), whose network differs
    and whose weight decay of 1e-3 is not taken over. Batches of 32 are the default of its library. No
    dropout, images divided by 255 and PyTorch's initial weights are guesses. The STSTNet paper counts
    2.77 M parameters, this network has 2.66 M for three classes. The authors spot the apex of SMIC; here
    it is the middle frame unless the preprocessing says otherwise.
    """

    epochs: Epochs = 3000
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-4
    dropout: Dropout = 0.0
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(channels="u_v"),
        description="Settings of the flow images; the network takes 28x28 and looks at u and v alone.",
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        channels = ("u_v", "u_v_strain", "u_v_magnitude")
        return check_size(value, name="OFF-ApexNet", size=28, channels=channels)


def design(params: OffApexNetParams) -> "NetworkDesign":
    """Describe the network."""
    from mer.models.off_apexnet import OFFApexNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(
        lambda n_classes: OFFApexNet(n_classes, params.dropout), mirror_sum=params.mirror_sum
    )


def build(params: OffApexNetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="off_apexnet",
    title="OFF-ApexNet",
    citation="Gan et al. 2019",
    params=OffApexNetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="off-apexnet",
)
