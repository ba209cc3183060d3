"""What a method must give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from mer.core.parameters import Params
from mer.core.types import Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe


class FittedMethod(Protocol):
    """The only thing a trained method can do is score samples."""

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, each independently of the others.

        Returns
        -------
        ndarray of shape (N, K)
            Not negative, rows sum to one, columns in the order of the training classes.
        """
        ...


class Method(Protocol):
    """An untrained method. ``fit`` leaves it as it was and returns something new."""

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> FittedMethod:
        """Learn from the training samples. Test samples are not reachable from here.

        Parameters
        ----------
        train
            Samples with labels and subjects; hold out whole subjects to choose anything.
        rng
            The only source of randomness.
        """
        ...


@dataclass(frozen=True)
class MethodSpec:
    """Everything the catalogue knows about a method.

    Attributes
    ----------
    name
        The module's name and the key in configurations.
    title
        As printed in tables.
    citation
        Where the method comes from.
    params
        Model of its settings; defaults are the paper's values where it states them.
    build
        Makes it from its settings and the way the job runs (device, cores).
    inputs
        From its settings to the representation it asks for; None if it looks at no data.
    macro_inputs
        From its settings to the representation of macro-expressions that it also learns from; None if
        it learns from micro-expressions alone.
    uses_gpu
        Whether a GPU makes it faster.
    trains_network
        Whether it trains a network over epochs: ``fit`` and ``fit_many`` of
        :class:`mer.methods.network.NetworkMethod`.
    stackable
        Whether several of its networks are trained faster together than one after the other on a GPU:
        those of a few million weights on small images.
    takes_windows
        Whether it takes several arrays per clip, one per window.
    published
        Slug of the published numbers it can be compared with.
    remark
        What tables must say about it; blank if nothing.
    """

    name: str
    title: str
    citation: str
    params: type[Params]
    build: Callable[[Any, Execution], Method]
    inputs: Callable[[Any], Recipe | None]
    macro_inputs: Callable[[Any], Recipe] | None = None
    uses_gpu: bool = False
    trains_network: bool = False
    stackable: bool = False
    takes_windows: bool = False
    published: str | None = None
    remark: str = ""
