"""EMR on onset-to-apex flow in colour."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from mer.core.types import Execution
from mer.features.base import Recipe
from mer.features.flow_hsv import FlowHsvParams
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod
from mer.preprocessing.steps import Preprocessing
from mer.preprocessing.steps.apex import ApexParams
from mer.preprocessing.steps.magnification import MagnificationParams
from mer.training.initial_weights import InitialWeightsOption, initialised
from mer.training.settings import (
    Augmentation,
    BatchSize,
    ClipNorm,
    Dropout,
    Epochs,
    LearningRate,
    ScheduleEpochs,
    ScheduleFactor,
    ScheduleName,
    TrainingParams,
    WeightDecay,
)

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class EmrParams(TrainingParams):
    """Expression magnification and reduction (EMR: Liu, Du, Zheng and Gedeon, FG 2019).

    Follows the authors' program: clips are magnified, flow from onset to apex becomes a colour image fed
    as -1 to 1, Adam with 1e-3 (1e-5 for the trunk), weight decay 1e-6, half the learning rate every ten
    epochs, batches of 32, 100 epochs. Where no apex is annotated it is the middle frame. They take the
    epoch that is best on the test subject (a rerun without that choice is reported at a UF1 of 0.59);
    here it is the last.

    Macro-expressions, theirs are the sequences of CK+, are samples too where a variant names them under
    'macro': reduced, that is not magnified and with the middle frame in place of the apex. A sequence
    that rises to its peak is halved by that; of a clip that ends at rest the middle is near the apex. To
    the cross-entropies of the three classifiers over all samples comes that of a network which tells
    macro- from micro-expressions, not weighted by classes. Its gradients are reversed by
    2 / (1 + exp(-10 p)) - 1, where p is the number of steps done divided by 10,000. Without 'macro' that
    network learns nothing and changes nothing. There the step that is being done counts as well, and the
    count runs on from fold to fold; here each fold begins at zero. Of two frames in the middle they take
    the later, here it is the earlier. They call sadness in CK+ positive, here it is negative.

    Their trunk begins with weights of ImageNet: here weights are random, and 'initial_weights' takes
    torchvision's resnet18. Their amplification is not stated; here it is the default of 'magnification'.
    They cut the face out by its landmarks ('preprocessing': 'align', 'crop'); by default frames are used
    as they are. They enlarge images to 256, cut 224 out at random and vary hue and saturation, in tests
    as well: here images are brought to 224 and shifted by up to a sixteenth in training alone, and hue
    and saturation stay. The trunk's learning rate, constant there, is halved with the rest, and halving,
    which ends there at the seventh, goes on. Gradients are clipped to a norm of 1 all together, there
    part by part and without the part for the domain.
    """

    epochs: Epochs = 100
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-3
    weight_decay: WeightDecay = 1e-6
    schedule: ScheduleName = "step"
    schedule_epochs: ScheduleEpochs = 10
    schedule_factor: ScheduleFactor = 0.5
    clip_norm: ClipNorm = 1.0
    augmentation: Augmentation = Field(
        default=Augmentation(shift=0.0625, rotation=10.0, brightness=0.2),
        description="What is done to training images at random; 'flip' cannot mirror directions in colour.",
    )
    dropout: Dropout = 0.1
    initial_weights: InitialWeightsOption = None
    preprocessing: Preprocessing = Field(
        default=Preprocessing(magnification=MagnificationParams(method="evm")),
        description="What is done to the frames before.",
    )

    @model_validator(mode="after")
    def _directions_stay(self) -> Self:
        if self.augmentation.flip or self.mirror_scores:
            raise ValueError(
                "EMR's images say directions by colours, which 'flip' and 'mirror_scores' would not mirror"
            )
        return self


def design(params: EmrParams, weights_folder: str = "") -> "NetworkDesign":
    """Describe the network."""
    from mer.models.emr import EMR, before_step, domain_loss, loss
    from mer.training.design import NetworkDesign

    def network(n_classes: int) -> EMR:
        drawn = EMR(n_classes, params.dropout)
        initialised(drawn.trunk, params.initial_weights, weights_folder, skip=EMR.TRUNK_HEAD)
        return drawn

    return NetworkDesign(
        network,
        loss=loss,
        lr_factors={"trunk.": 0.01},
        domain_loss=domain_loss,
        before_step=before_step,
    )


def build(params: EmrParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    # The network itself maps 0 to 1 onto -1 to 1.
    return NetworkMethod(params, execution, partial(design, weights_folder=execution.weights), "unit")


def inputs(params: EmrParams) -> Recipe:
    """Ask for flow in colour."""
    return Recipe("flow_hsv", FlowHsvParams(size=224), params.preprocessing)


def macro_inputs(params: EmrParams) -> Recipe:
    """Ask for the same of macro-expressions, reduced: not magnified, up to the middle frame."""
    chosen = params.preprocessing
    placed = chosen.align is not None or chosen.crop is not None
    reduced = {
        "magnification": None,
        "apex": ApexParams(source="spotted", spotting="middle"),
        # Those that an apex was to be spotted by are not needed for the middle.
        "landmarks": chosen.landmarks if placed else None,
    }
    return replace(inputs(params), preprocessing=chosen.model_copy(update=reduced))


SPEC = MethodSpec(
    name="emr",
    title="EMR",
    citation="Liu et al. 2019",
    params=EmrParams,
    build=build,
    inputs=inputs,
    macro_inputs=macro_inputs,
    uses_gpu=True,
    trains_network=True,
    published="emr",
)
