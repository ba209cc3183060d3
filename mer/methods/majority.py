"""Majority class: the control that every method must beat."""

from dataclasses import dataclass

import numpy as np

from mer.core.parameters import Params
from mer.core.types import Execution, FloatArray, LabelledSamples, Samples
from mer.methods.base import MethodSpec


class MajorityParams(Params):
    """The majority class has no settings."""


@dataclass(frozen=True)
class Majority:
    """Scores every sample by the shares of the training classes; ties go to the first class."""

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedMajority":
        """Count the training classes."""
        counts = np.bincount(train.labels, minlength=len(train.classes))
        return FittedMajority(counts / counts.sum())


@dataclass(frozen=True)
class FittedMajority:
    """Shares of the training classes, shape (K,)."""

    shares: FloatArray

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        return np.tile(self.shares, (len(samples), 1))


def build(params: MajorityParams, execution: Execution) -> Majority:
    """Make the method."""
    return Majority()


def inputs(params: MajorityParams) -> None:
    """Ask for nothing: it looks at no data."""


SPEC = MethodSpec(
    name="majority",
    title="Majority class",
    citation="none",
    params=MajorityParams,
    build=build,
    inputs=inputs,
)
