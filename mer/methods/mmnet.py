"""MMNet on onset and apex frame."""

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from mer.core.types import Execution
from mer.features.base import Recipe
from mer.features.frames import FramesParams
from mer.methods.base import MethodSpec
from mer.methods.network import NetworkMethod
from mer.preprocessing.steps import Preprocessing
from mer.training.settings import (
    Augmentation,
    BatchSize,
    Epochs,
    LearningRate,
    OptimiserName,
    ScheduleEpochs,
    ScheduleFactor,
    ScheduleName,
    TrainingParams,
    WeightDecay,
)

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class MmnetParams(TrainingParams):
    """Muscle motion-guided network (Li et al., IJCAI 2022).

    One branch sees the apex frame less the onset frame through four blocks with continuous attention, one
    sees the onset frame of 14x14 pixels through a transformer and tells where muscles are. AdamW 8e-4 with
    weight decay 0.7, batches of 24, 99 epochs, mirroring, rotation by up to 4 degrees.

    The authors report the best epoch on the test fold, once by accuracy and once by F1; here the epoch is
    chosen as for every network. They let the learning rate sink by the factor 0.987 in the first 50
    epochs and keep it then; here it goes on sinking, to 0.27 instead of 0.52 of its first value. They
    also draw frames near onset and apex at random; here both are as annotated. They pad and crop at
    random, by up to 4 or 15 of 224 pixels in different files of their release; here images are shifted by
    up to 4. A listing of the first convolution has two groups, which three channels do not allow; here it
    has one.

    Guesses, because the paper and what is known of the release leave them open: the onset frame is shrunk
    by averaging; earlier attention is pooled over 3x3; the first block has none before it. As in the
    release, stochastic depth rises evenly to the last block, the transformer ends with a layer
    normalisation, and its positions and linear layers are drawn from a truncated normal distribution of
    standard deviation 0.02; all other weights are drawn as PyTorch does by default. Faces are not aligned
    unless the preprocessing says so.
    """

    epochs: Epochs = 99
    batch_size: BatchSize = 24
    optimiser: OptimiserName = "adamw"
    lr: LearningRate = 8e-4
    weight_decay: WeightDecay = 0.7
    schedule: ScheduleName = "step"
    schedule_epochs: ScheduleEpochs = 1
    schedule_factor: ScheduleFactor = 0.987
    augmentation: Augmentation = Field(
        default=Augmentation(flip=True, rotation=4.0, shift=4 / 224),
        description="What is done to training images at random, the same to both frames of a pair.",
    )
    stochastic_depth: float = Field(
        default=0.3,
        ge=0,
        lt=1,
        description="Probability of dropping the transformer's last block in training.",
    )
    frames: FramesParams = Field(
        default=FramesParams(which="onset_apex"),
        description="Settings of the frames; the network takes onset and apex in colour, 224x224.",
    )
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )

    @field_validator("frames")
    @classmethod
    def _pairs_fit(cls, value: FramesParams) -> FramesParams:
        if (value.which, value.colour, value.size) != ("onset_apex", True, 224):
            raise ValueError("MMNet takes onset and apex frame in colour, of size 224")
        return value


def design(params: MmnetParams) -> "NetworkDesign":
    """Describe the network."""
    from mer.models.mmnet import MMNet
    from mer.training.design import NetworkDesign

    return NetworkDesign(lambda n_classes: MMNet(n_classes, params.stochastic_depth))


def build(params: MmnetParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, "unit")


def inputs(params: MmnetParams) -> Recipe:
    """Ask for pairs of frames."""
    return Recipe("frames", params.frames, params.preprocessing)


SPEC = MethodSpec(
    name="mmnet",
    title="MMNet",
    citation="Li et al. 2022",
    params=MmnetParams,
    build=build,
    inputs=inputs,
    uses_gpu=True,
    trains_network=True,
)
