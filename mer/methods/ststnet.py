"""STSTNet on onset-to-apex flow images."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, field_validator

from mer.core.parameters import Params
from mer.core.types import Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.preprocessing.steps import Preprocessing

if TYPE_CHECKING:
    from torch import nn


class StstnetParams(Params):
    """Settings of STSTNet."""

    epochs: int = Field(default=800, ge=1, description="Passes over the training samples.")
    batch_size: int = Field(default=256, ge=2, description="Samples per step.")
    lr: float = Field(default=5e-5, gt=0, description="Learning rate of Adam.")
    weight_decay: float = Field(default=0.0, ge=0, description="Weight decay of Adam.")
    dropout: float = Field(default=0.5, ge=0, lt=1, description="Dropout after each stream.")
    order: Literal["class_order", "shuffled"] = Field(
        default="class_order",
        description="'class_order' cuts the same batches every epoch, class by class, as the authors do.",
    )
    flow_image: FlowImageParams = Field(
        default=FlowImageParams(), description="Settings of the flow images; the network takes 28x28."
    )

    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )

    @field_validator("flow_image")
    @classmethod
    def _size_fits(cls, value: FlowImageParams) -> FlowImageParams:
        if value.size != 28:
            raise ValueError(f"STSTNet takes flow images of size 28, not {value.size}")
        if value.n_channels != 3:
            raise ValueError("STSTNet takes flow images of three channels, not two")
        return value


@dataclass(frozen=True)
class Ststnet:
    """Shallow triple-stream three-dimensional CNN (Liong, Gan, See, Khor and Huang 2019).

    Follows the authors' PyTorch release: Adam 5e-5, batches of 256 in class order without shuffling,
    800 epochs, images fed as 0 to 255, no augmentation, the last epoch. The paper's MATLAB version
    trains 500 epochs and centres the images. The release orders a class by its folder listing; here
    it is by sample name.
    """

    params: StstnetParams
    execution: Execution

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedStstnet":
        """Train the network."""
        from mer.core.device import choose_device
        from mer.models.ststnet import STSTNet
        from mer.training.loop import LoopSettings, train_network

        p = self.params
        network = train_network(
            lambda: STSTNet(len(train.classes), p.dropout),
            train.data,
            train.labels,
            LoopSettings(p.epochs, p.batch_size, p.lr, p.weight_decay, p.order),
            rng,
            choose_device(self.execution.device),
        )
        return FittedStstnet(network)


@dataclass(frozen=True)
class FittedStstnet:
    """A trained network."""

    network: "nn.Module"

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        from mer.training.loop import score_network

        return score_network(self.network, samples.data)


def build(params: StstnetParams, execution: Execution) -> Ststnet:
    """Make the method."""
    return Ststnet(params, execution)


def inputs(params: StstnetParams) -> Recipe:
    """Ask for flow images."""
    return Recipe("flow_image", params.flow_image, params.preprocessing)


SPEC = MethodSpec(
    name="ststnet",
    title="STSTNet",
    citation="Liong et al. 2019",
    params=StstnetParams,
    build=build,
    inputs=inputs,
    uses_gpu=True,
    published="ststnet",
)
