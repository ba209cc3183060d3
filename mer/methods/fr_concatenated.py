"""FR-concatenated: Feature Refinement that joins features end to end, on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.inception_family import AttentionRescale, RefinementParams, refinement_design
from mer.methods.network import NetworkMethod, flow_recipe

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class FrConcatenatedParams(RefinementParams):
    """Feature Refinement with the classes' features joined and not added (Zhou et al. 2022, section 4.3).

    The classifier sees 1024 values for each class. All else, guesses included, is as in 'fr'.
    """

    attention_rescale: AttentionRescale = False


def design(params: FrConcatenatedParams) -> "NetworkDesign":
    """Describe the network and its losses."""
    return refinement_design(params, fusion="concatenation", attention_rescale=params.attention_rescale)


def build(params: FrConcatenatedParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="fr_concatenated",
    title="FR-concatenated",
    citation="Zhou et al. 2022",
    params=FrConcatenatedParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="fr-concatenated",
)
