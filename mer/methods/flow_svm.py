"""Block means of flow images and a support vector machine: the baseline of networks on flow images."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.flow_blocks import block_means, standardised
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.preprocessing.steps import Preprocessing
from mer.training.svm import FittedSvm, fit_svm


class FlowSvmParams(Params):
    """Settings of block means with a support vector machine."""

    blocks: int = Field(default=7, ge=1, le=64, description="Rows and columns of blocks.")
    kernel: Literal["rbf", "linear"] = Field(
        default="rbf", description="Kernel; 'rbf' has gamma = 1 / (number of features * variance)."
    )
    svm_c: float = Field(default=1.0, gt=0, description="The machine's constant C.")
    balanced: bool = Field(default=True, description="Whether each class weighs the same.")
    flow_image: FlowImageParams = Field(default=FlowImageParams(), description="Settings of the flow images.")
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )


@dataclass(frozen=True)
class FlowSvm:
    """A machine that looks at where a face moves, and at nothing that it would have to learn first.

    A baseline of ours, from no paper. Each channel of each image is centred on its own mean and divided by
    its own standard deviation, because images that are rescaled to span 0 to 255 have lost zero and
    amplitude; then averaged over blocks; features are standardised by the training samples. All settings
    are customary values (7 x 7 blocks of 4 x 4 pixels, C = 1) and were chosen before it was run.
    """

    params: FlowSvmParams

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedFlowSvm":
        """Train the machine; it draws nothing from ``rng``."""
        features = block_means(standardised(train.data), self.params.blocks)
        mean, deviation = features.mean(axis=0), features.std(axis=0)
        scale = np.where(deviation > 0, deviation, 1.0)
        machine = fit_svm(
            (features - mean) / scale,
            train.labels,
            n_classes=len(train.classes),
            penalty=self.params.svm_c,
            kernel=self.params.kernel,
            balanced=self.params.balanced,
        )
        return FittedFlowSvm(machine, self.params.blocks, mean, scale)


@dataclass(frozen=True)
class FittedFlowSvm:
    """A trained machine, with the training samples' mean and scale of each feature."""

    machine: FittedSvm
    blocks: int
    mean: FloatArray
    scale: FloatArray

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        features = block_means(standardised(samples.data), self.blocks)
        return self.machine.scores((features - self.mean) / self.scale)


def build(params: FlowSvmParams, execution: Execution) -> FlowSvm:
    """Make the method."""
    return FlowSvm(params)


def inputs(params: FlowSvmParams) -> Recipe:
    """Ask for flow images."""
    return Recipe("flow_image", params.flow_image, params.preprocessing)


SPEC = MethodSpec(
    name="flow_svm",
    title="Flow + SVM",
    citation="none (our baseline)",
    params=FlowSvmParams,
    build=build,
    inputs=inputs,
)
