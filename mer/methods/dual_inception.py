"""Dual-Inception on flow images from the onset to the middle frame."""

from typing import TYPE_CHECKING

from pydantic import Field

from mer.core.types import Execution
from mer.methods.base import MethodSpec
from mer.methods.inception_family import InceptionParams, StreamChannels, inception_design
from mer.methods.network import NetworkMethod, flow_recipe
from mer.preprocessing.steps import Preprocessing
from mer.preprocessing.steps.apex import ApexParams
from mer.training.settings import BatchSize, Epochs, LearningRate

if TYPE_CHECKING:
    from mer.training.design import NetworkDesign


class DualInceptionParams(InceptionParams):
    """Dual-Inception network for cross-database recognition (Zhou, Mao and Xue 2019).

    Follows the authors' Keras release: two streams with weights of their own and no batch normalisation,
    Adam 1e-4, batches of 3, 40 epochs, images divided by 255 and read as three equal channels, no
    augmentation; the middle frame of every clip stands for the apex. The release trains on the two other
    databases and restores the weights with the lowest loss on the other subjects of the test subject's
    database; here the network trains on all subjects of the training fold and the last epoch counts. Its
    class weights ('auto') have no effect in its version of Keras, and there are none here. How the
    release rescales flow to grey levels is not stated; here every component spans 0 to 255.
    """

    epochs: Epochs = 40
    batch_size: BatchSize = 3
    lr: LearningRate = 1e-4
    stream_channels: StreamChannels = 3
    preprocessing: Preprocessing = Field(
        default=Preprocessing(apex=ApexParams(source="spotted", spotting="middle")),
        description="What is done to the frames before. Finished flow images keep their own apex: it was "
        "their publisher's.",
    )


def design(params: DualInceptionParams) -> "NetworkDesign":
    """Describe the network."""
    return inception_design(params)


def build(params: DualInceptionParams, execution: Execution) -> NetworkMethod:
    """Make the method."""
    return NetworkMethod(params, execution, design, params.input_scaling)


SPEC = MethodSpec(
    name="dual_inception",
    title="Dual-Inception",
    citation="Zhou et al. 2019",
    params=DualInceptionParams,
    build=build,
    inputs=flow_recipe,
    uses_gpu=True,
    trains_network=True,
    stackable=True,
    published="dual-inception",
)
