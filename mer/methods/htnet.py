"""HTNet on onset-to-apex flow images."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, InputScaling, NetworkMethod, check_size, flow_recipe
from mer.training.settings import BatchSize, Epochs, LearningRate, Order

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class HtnetParams(FlowNetworkParams):
    """Hierarchical transformer network on eyes and corners of the mouth (Wang et al. 2024).

    Follows the authors' PyTorch release: four regions of 14x14 pixels of the flow image side by side,
    patches of 7x7, three levels of 256, 512 and 1024 features with 2, 2 and 10 transformer blocks; Adam
    5e-5, batches of 256, 800 epochs, images fed as 0 to 255, no augmentation. With these patches attention
    never sees more than one token, so that a sixth of the weights does nothing; smaller patches are ours.

    The release keeps the epoch with the best accuracy on the test fold; here the epoch is chosen as for
    every network. It takes the regions from landmarks that a detector of faces finds; here they are at
    the fixed places that it falls back to where none is found. It does not shuffle and takes samples as
    folders list them, which depends on the computer; here batches are the same in every epoch as well, in
    order of class and sample name, which is the nearest that repeats. Weights of a layer are drawn as
    PyTorch does by default.
    """

    epochs: Epochs = 800
    batch_size: BatchSize = 256
    lr: LearningRate = 5e-5
    order: Order = "class_order"
    input_scaling: InputScaling = "raw"
    patch: Literal[7, 2, 1] = Field(
        default=7,
        description="Side of a patch in pixels: 7 as published, where attention has no effect; 2 or 1 put 49 "
        "tokens into a window and take about 15 and 50 times as many operations.",
    )
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(), description="Settings of the flow images; the network takes 28x28."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="HTNet", size=28, channels=("u_v_strain", "u_v_magnitude"))


def design(params: HtnetParams) -> "NetworkDesign":
    """Describe the network."""
    from mer.models.htnet import HTNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(lambda n_classes: HTNet(n_classes, params.patch), mirror_sum=params.mirror_sum)


def build(params: HtnetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="htnet",
    title="HTNet",
    citation="Wang et al. 2024",
    params=HtnetParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
)
