"""RCN-A on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod, flow_recipe
from mer.methods.rcn_family import RcnParams, rcn_design

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class RcnAParams(RcnParams):
    """Recurrent convolutional network with an attention unit (Xia, Peng, Khor, Feng and Zhao 2020).

    Follows the authors' program: SGD 5e-4 with momentum 0.9, halved every 10 epochs, batches of 64, 64
    maps, dropout 0.5, images of 60x60 divided by 255, the last epoch. It takes 100 epochs and 7x7 cells
    unless told otherwise, and its instructions have 20 epochs, 32 maps and 5x5 cells; here it is 100
    epochs and 5x5 cells. An attention map that is the same everywhere counts as zero, where the program
    divides by zero. RCN-F, which the authors found by search, is not in the catalogue: their program of it
    calls a network that it does not define.
    """


def design(params: RcnAParams) -> "NetworkDesign":
    """Describe the network."""
    return rcn_design(params, attention=True)


def build(params: RcnAParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="rcn_a",
    title="RCN-A",
    citation="Xia et al. 2020",
    params=RcnAParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
)
