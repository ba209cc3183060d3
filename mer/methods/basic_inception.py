"""Basic Inception: the backbone of Feature Refinement alone, on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.inception_family import AblationParams, inception_design
from mer.methods.network import NetworkMethod, flow_recipe

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class BasicInceptionParams(AblationParams):
    """Backbone of Feature Refinement with a softmax layer (Zhou et al. 2022, section 4.3).

    The network of Dual-Inception with annotated apex frames, and in SMIC the frame that differs most from
    the onset. Training is that of Feature Refinement in the same table: learning rate 0.001 without
    momentum and batches of 32 are the paper's for the composite database (0.0005 and momentum 0.8 for
    single databases and CDMER). The paper names neither optimiser nor epochs nor initial weights; SGD, 200
    epochs and Glorot-uniform weights are guesses. Its Table 7 counts 0.5 % more parameters than this
    network has. The paper does not say how flow is rescaled; here every component spans 0 to 255 and is
    divided by 255, and a stream sees it once and not repeated as three channels. Faces are used as
    databases cut them out, where the paper cuts them out with libfacedetection. It takes the mean of at
    least ten rounds; how many there are is what 'seeds' of a sweep say.
    """


def design(params: BasicInceptionParams) -> "NetworkDesign":
    """Describe the network."""
    return inception_design(params)


def build(params: BasicInceptionParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="basic_inception",
    title="Basic Inception",
    citation="Zhou et al. 2022",
    params=BasicInceptionParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="basic-inception",
)
