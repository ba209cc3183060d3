"""FR-fc: Feature Refinement without attention, on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.inception_family import RefinementParams, refinement_design
from mer.methods.network import NetworkMethod, flow_recipe

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class FrFcParams(RefinementParams):
    """Feature Refinement with a layer instead of attention for each class (Zhou et al. 2022, section 4.3).

    The class's layer gives its feature itself and no weights; that ReLU follows the layer is a guess. All
    else, guesses included, is as in 'fr'.
    """


def design(params: FrFcParams) -> "NetworkDesign":
    """Describe the network and its losses."""
    return refinement_design(params, proposal="fully_connected")


def build(params: FrFcParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="fr_fc",
    title="FR-fc",
    citation="Zhou et al. 2022",
    params=FrFcParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="fr-fc",
)
