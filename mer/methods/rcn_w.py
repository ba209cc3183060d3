"""RCN-W on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod, flow_recipe
from mer.methods.rcn_family import RcnParams, rcn_design

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class RcnWParams(RcnParams):
    """Recurrent convolutional network with wide expansion (Xia, Peng, Khor, Feng and Zhao 2020).

    Follows the authors' program: the stem is three branches of different reach. Training is that of
    'rcn_a'.
    """


def design(params: RcnWParams) -> "NetworkDesign":
    """Describe the network."""
    return rcn_design(params, wide=True)


def build(params: RcnWParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="rcn_w",
    title="RCN-W",
    citation="Xia et al. 2020",
    params=RcnWParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
)
