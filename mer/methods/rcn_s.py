"""RCN-S on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod, flow_recipe
from mer.methods.rcn_family import RcnParams, rcn_design

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class RcnSParams(RcnParams):
    """Recurrent convolutional network with shortcut connections (Xia, Peng, Khor, Feng and Zhao 2020).

    Follows the authors' program, in which a third convolution is declared and never used; it is declared
    here too, so that the number of parameters is theirs. Training is that of 'rcn_a'.
    """


def design(params: RcnSParams) -> "NetworkDesign":
    """Describe the network."""
    return rcn_design(params, dense_shortcuts=True)


def build(params: RcnSParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="rcn_s",
    title="RCN-S",
    citation="Xia et al. 2020",
    params=RcnSParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
)
