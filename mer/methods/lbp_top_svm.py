"""LBP-TOP histograms and a linear support vector machine."""

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.lbp_top import LbpTopParams
from mer.methods.base import MethodSpec
from mer.preprocessing.steps import Preprocessing
from mer.training.svm import FittedSvm, fit_svm


class LbpTopSvmParams(Params):
    """Settings of LBP-TOP with a support vector machine."""

    descriptor: LbpTopParams = Field(default=LbpTopParams(), description="Settings of LBP-TOP.")
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )
    svm_c: float = Field(default=10_000.0, gt=0, description="The machine's constant C.")
    balanced: bool = Field(default=False, description="Whether each class weighs the same.")


@dataclass(frozen=True)
class LbpTopSvm:
    """LBP-TOP with a linear machine, the baseline of the micro-expression databases.

    The published baselines leave settings open. The defaults here are 5x5 blocks and radii 1, 1, 4
    (reported as best for CASME II), eight neighbours, and the machine of the ELRCN baseline (linear,
    C = 10000, histograms that sum to one; section IV.B). Frames are taken from onset to offset at
    their native rate, without temporal interpolation.
    """

    params: LbpTopSvmParams

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedLbpTopSvm":
        """Train the machine; it draws nothing from ``rng``."""
        machine = fit_svm(
            train.data,
            train.labels,
            n_classes=len(train.classes),
            penalty=self.params.svm_c,
            balanced=self.params.balanced,
        )
        return FittedLbpTopSvm(machine)


@dataclass(frozen=True)
class FittedLbpTopSvm:
    """A trained machine."""

    machine: FittedSvm

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        return self.machine.scores(samples.data)


def build(params: LbpTopSvmParams, execution: Execution) -> LbpTopSvm:
    """Make the method."""
    return LbpTopSvm(params)


def inputs(params: LbpTopSvmParams) -> Recipe:
    """Ask for LBP-TOP histograms."""
    return Recipe("lbp_top", params.descriptor, params.preprocessing)


SPEC = MethodSpec(
    name="lbp_top_svm",
    title="LBP-TOP + SVM",
    citation="Zhao and Pietikainen 2007; Li et al. 2013",
    params=LbpTopSvmParams,
    build=build,
    inputs=inputs,
    published="lbp-top",
)
