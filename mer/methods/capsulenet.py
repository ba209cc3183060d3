"""CapsuleNet on the apex frame."""

from functools import partial
from typing import TYPE_CHECKING

from pydantic import Field

from mer.core.types import Execution
from mer.features.base import Recipe
from mer.features.frames import FramesParams
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod
from mer.preprocessing.steps import Preprocessing
from mer.preprocessing.steps.apex import ApexParams
from mer.training.initial_weights import InitialWeightsOption, initialised
from mer.training.settings import (
    Augmentation,
    Balance,
    BatchSize,
    Epochs,
    LearningRate,
    ScheduleEpochs,
    ScheduleFactor,
    ScheduleName,
    TrainingParams,
)

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class CapsulenetParams(TrainingParams):
    """CapsuleNet for micro-expressions (Van Quang, Chun and Tokuyama, FG 2019).

    Follows the paper and the authors' program: the apex frame in colour, values from 0 to 1, Adam with
    1e-4 that loses a tenth each epoch, batches of 32, 30 epochs, margin loss. They take the epoch that is
    best on the test subject; here it is the last. Their numbers are on 435 of the 442 clips.

    Their trunk begins with weights of ImageNet, and the final program loads weights that were trained on
    facial expressions: here weights are random, and 'initial_weights' takes torchvision's resnet18. They
    add four frames around the apex as samples, more often for smaller classes; that is not available, and
    samples of smaller classes are repeated instead. They enlarge frames to 234x240 and cut 224x224 out at
    random, and vary hue and saturation: here frames are brought to 224 and shifted by up to 3 percent, and
    these stay. They rotate test images at random too: here they are left as they are. Where no apex is
    annotated they take the frame that differs most in ten regions of the face, which needs landmarks
    ('preprocessing: {landmarks: dlib, apex: {spotting: ten_cells}}'): here it is the frame that differs
    most as a whole.
    """

    epochs: Epochs = 30
    batch_size: BatchSize = 32
    lr: LearningRate = 1e-4
    schedule: ScheduleName = "step"
    schedule_epochs: ScheduleEpochs = 1
    schedule_factor: ScheduleFactor = 0.9
    balance: Balance = "resample"
    augmentation: Augmentation = Field(
        default=Augmentation(flip=True, shift=0.03, rotation=8.0, brightness=0.2),
        description="What is done to training images at random.",
    )
    initial_weights: InitialWeightsOption = None
    preprocessing: Preprocessing = Field(
        default=Preprocessing(apex=ApexParams(spotting="difference")),
        description="What is done to the frames before.",
    )


def design(params: CapsulenetParams, weights_folder: str = "") -> "NetworkDesign":
    """Describe the network."""
    from mer.models.capsulenet import CapsuleNet, length_scores, margin_loss
    from mer.training.design import NetworkDesign

    def network(n_classes: int) -> CapsuleNet:
        drawn = CapsuleNet(n_classes)
        initialised(drawn.trunk, params.initial_weights, weights_folder, skip=CapsuleNet.TRUNK_HEAD)
        return drawn

    return NetworkDesign(network, loss=margin_loss, scores=length_scores)


def build(params: CapsulenetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, partial(design, weights_folder=execution.weights), "unit")


def inputs(params: CapsulenetParams) -> Recipe:
    """Ask for apex frames."""
    return Recipe("frames", FramesParams(which="apex", colour=True, size=224), params.preprocessing)


SPEC = MethodSpec(
    name="capsulenet",
    title="CapsuleNet",
    citation="Van Quang et al. 2019",
    params=CapsulenetParams,
    build=build,
    inputs=inputs,
    uses_gpu=True,
    trains_network=True,
    published="capsulenet",
)
