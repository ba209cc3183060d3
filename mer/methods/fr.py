"""Feature Refinement on onset-to-apex flow images."""

from typing import TYPE_CHECKING

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.inception_family import AttentionRescale, RefinementParams, refinement_design
from mer.methods.network import NetworkMethod, flow_recipe

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class FrParams(RefinementParams):
    """Feature Refinement with expression-specific feature learning and fusion (Zhou et al. 2022).

    A shared feature is weighed by attention once for each class, a detector of its class learns from each
    product, and their sum is classified. The paper states learning rate 0.001 without momentum, batches
    of 32 and lambda 0.85 for the composite database (0.0005 and momentum 0.8 for single databases and
    CDMER). It names neither optimiser nor epochs nor initial weights; SGD, 200 epochs and Glorot-uniform
    weights are guesses. Sizes of layers are those that give the two totals of FR in its Table 7, which are
    met exactly with 'shared_streams' and 'batch_norm'; they are off because the authors' Dual-Inception
    has neither. A detector's loss is the mean over its two outputs, a guess. Losses are means over a batch
    where the paper writes sums. The apex is annotated, and in SMIC the frame that differs most from the
    onset. How flow is rescaled is not stated; here every component spans 0 to 255 and is divided by 255
    ('flow_image: {channels: u_v, scaling: range_255}' keeps amplitudes instead). Faces are used as
    databases cut them out, where the paper cuts them out with libfacedetection. It takes the mean of at
    least ten rounds, though its printed matrices are of one; 'seeds' of a sweep say how many here.

    A softmax over 1024 components makes each about a thousandth, and with it what detectors and classifier
    see: before training, class scores hardly differ between images, and plain SGD does not get away from
    there in 40 epochs (docs/measurements.md). 'attention_rescale' takes the factor out.
    """

    attention_rescale: AttentionRescale = False


def design(params: FrParams) -> "NetworkDesign":
    """Describe the network and its losses."""
    return refinement_design(params, attention_rescale=params.attention_rescale)


def build(params: FrParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="fr",
    title="FR",
    citation="Zhou et al. 2022",
    params=FrParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="fr",
)
