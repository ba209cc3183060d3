"""An ensemble of SSSNets on onset-to-apex flow images: our reference."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.methods.network import FlowNetworkParams, InputScaling, NetworkMethod, check_size, flow_recipe
from mer.training.settings import (
    Augmentation,
    Balance,
    Dropout,
    Epochs,
    LearningRate,
    ScheduleName,
    WeightDecay,
)

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class FlowEnsembleParams(FlowNetworkParams):
    """Networks of a published size, trained as is usual today on few images; from no paper.

    Three SSSNets (Varanka et al. 2024), whose scores for an image and its mirror image are averaged. Each
    channel of each image is standardised, as rescaling to 0 to 255 took its zero and its amplitude. Images
    are mirrored with the sign of horizontal flow, shifted, turned, scaled and mixed at random; classes weigh
    by the root of their inverse size.

    All choices were made by cross-validation over subjects on the training side of one fold of the MEGC 2019
    composite, which is without its test subject, and written down before all folds were run once
    (docs/measurements.md lists what was compared).
    """

    epochs: Epochs = 20
    lr: LearningRate = 3e-4
    weight_decay: WeightDecay = 1e-3
    schedule: ScheduleName = "cosine"
    balance: Balance = "root_class_weights"
    dropout: Dropout = 0.5
    input_scaling: InputScaling = "standardised"
    augmentation: Augmentation = Field(
        default=Augmentation(flip=True, shift=0.06, rotation=6.0, zoom=0.06, mixup=0.3),
        description="What is done to training images at random.",
    )
    members: int = Field(default=3, ge=1, description="Networks whose scores are averaged.")
    mirror_scores: bool = Field(
        default=True, description="Score each image and its mirror image, and average the two."
    )
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(size=64), description="Settings of the flow images; networks take 64x64."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        return check_size(value, name="the ensemble", size=64, channels=("u_v_strain", "u_v_magnitude"))


def design(params: FlowEnsembleParams) -> "NetworkDesign":
    """Describe one of the networks."""
    from mer.models.sssnet import SSSNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(lambda n_classes: SSSNet(n_classes, params.dropout), mirror_sum=params.mirror_sum)


def build(params: FlowEnsembleParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="flow_ensemble",
    title="Flow ensemble",
    citation="none (our reference)",
    params=FlowEnsembleParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    sample_ms=5.0,
)
