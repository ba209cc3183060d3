"""What all methods that train a network share: settings of flow images, fitting, scoring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from mer.core.errors import TrainingError
from mer.core.types import Array, Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.flow_blocks import mirrored
from mer.features.flow_image import FlowImageParams
from mer.preprocessing.steps import Preprocessing
from mer.training.course import Course
from mer.training.settings import Augmentation, TrainingParams

if TYPE_CHECKING:
    from torch import nn

    from mer.training.design import NetworkDesign, Outputs

Scaling = Literal["raw", "unit", "standardised"]
InputScaling = Annotated[
    Scaling,
    Field(
        description="What the network is fed: 'raw' values as they are, 'unit' divides by 255, "
        "'standardised' gives each channel of each image mean 0 and standard deviation 1."
    ),
]


class FlowNetworkParams(TrainingParams):
    """Settings of a network on onset-to-apex flow images."""

    input_scaling: InputScaling = "unit"
    flow_image: FlowImageParams = Field(default=FlowImageParams(), description="Settings of the flow images.")
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )

    @model_validator(mode="after")
    def _pixels_are_not_grey_levels(self) -> Self:
        if self.flow_image.scaling == "pixels" and self.input_scaling == "unit":
            raise ValueError(
                "'flow_image: {scaling: pixels}' keeps displacements in pixels, which 'input_scaling: unit' "
                "would divide by 255: set 'input_scaling' to raw or standardised"
            )
        return self

    @field_validator("augmentation")
    @classmethod
    def _flow_has_no_brightness(cls, value: Augmentation) -> Augmentation:
        if value.brightness:
            raise ValueError(
                "flow images hold displacements, which are not brightened: leave 'brightness' out"
            )
        return value

    @property
    def mirror_sum(self) -> float:
        """Horizontal flow plus its mirror image, as the network is fed."""
        if self.flow_image.scaling == "pixels" or self.input_scaling == "standardised":
            return 0.0
        return 255.0 if self.input_scaling == "raw" else 1.0


def flow_recipe(params: FlowNetworkParams) -> Recipe:
    """Ask for flow images."""
    return Recipe("flow_image", params.flow_image, params.preprocessing)


def check_size(value: FlowImageParams, *, name: str, size: int, channels: Sequence[str]) -> FlowImageParams:
    """Refuse flow images that a network cannot take, in a field validator."""
    if value.size != size:
        raise ValueError(f"{name} takes flow images of size {size}, not {value.size}")
    if value.channels not in channels:
        raise ValueError(
            f"{name} takes flow images with channels {' or '.join(channels)}, not {value.channels}"
        )
    return value


@dataclass(frozen=True)
class NetworkMethod:
    """A method that trains one network.

    Attributes
    ----------
    params
        Its settings.
    execution
        How the job runs.
    design
        From the settings to the network and its losses; called when training starts.
    input_scaling
        How arrays are scaled before the network sees them.
    """

    params: TrainingParams
    execution: Execution
    design: "Callable[[Any], NetworkDesign]" = field(compare=False)
    input_scaling: Scaling = "raw"

    def fit(
        self, train: LabelledSamples, rng: np.random.Generator, course: Course | None = None
    ) -> "FittedNetwork":
        """Train the network on one fold; ``course`` says who watches."""
        (fitted,) = self.fit_many([train], [rng], [course or Course()])
        if isinstance(fitted, TrainingError):
            raise fitted
        return fitted

    def n_parameters(self, n_classes: int) -> int:
        """Count the weights and biases that are learned, those of all members together."""
        import torch

        drawn = {"initial_weights": None} if hasattr(self.params, "initial_weights") else {}
        with torch.device("meta"):
            network = self.design(self.params.model_copy(update=drawn)).build(n_classes)
        return self.params.members * sum(weight.numel() for weight in network.parameters())

    def fit_many(
        self,
        trains: Sequence[LabelledSamples],
        rngs: Sequence[np.random.Generator],
        courses: Sequence[Course],
    ) -> "list[FittedNetwork | TrainingError]":
        """Train the network on several folds, each from its own stream; several are stacked."""
        from mer.core.device import choose_device
        from mer.training.loop import train_networks

        design, n = self.design(self.params), self.params.members

        def fitted(networks: "Sequence[nn.Module]") -> FittedNetwork:
            mirror = (design.mirror_sum,) if self.params.mirror_scores else None
            return FittedNetwork(tuple(networks), design.scores, self.input_scaling, mirror)

        def followed(course: Course) -> Course:
            watch = course.watch
            if watch is None:
                return course
            return replace(course, watch=lambda network: watch(fitted([network])))

        arrays = [train.with_data(scaled(train.data, self.input_scaling)) for train in trains]
        networks = train_networks(
            design,
            self.params,
            [train for train in arrays for _ in range(n)],
            [stream for rng in rngs for stream in ([rng] if n == 1 else rng.spawn(n))],
            [followed(course.of_member(k) if n > 1 else course) for course in courses for k in range(n)],
            choose_device(self.execution.device),
        )
        results: list[FittedNetwork | TrainingError] = []
        for first in range(0, len(networks), n):
            group = networks[first : first + n]
            problems = [one for one in group if isinstance(one, TrainingError)]
            trained = [one for one in group if not isinstance(one, TrainingError)]
            results.append(problems[0] if problems else fitted(trained))
        return results


@dataclass(frozen=True)
class FittedNetwork:
    """One or several trained networks on the CPU, whose scores are averaged.

    Attributes
    ----------
    networks
        In evaluation mode.
    scores
        From a network's outputs to scores (N, K) that sum to one.
    input_scaling
        How arrays are scaled before networks see them.
    mirror
        What horizontal flow and its mirror image add up to (None where images hold no flow), if mirror
        images are scored as well; None if not.
    """

    networks: "tuple[nn.Module, ...]"
    scores: "Callable[[Outputs], Any]"
    input_scaling: Scaling
    mirror: tuple[float | None] | None = None

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        from mer.training.scoring import score_network

        images = scaled(samples.data, self.input_scaling)
        views = [images] if self.mirror is None else [images, mirrored(images, *self.mirror)]
        scores = [score_network(network, view, self.scores) for network in self.networks for view in views]
        return scores[0] if len(scores) == 1 else np.mean(scores, axis=0)


def scaled(images: Array, scaling: Scaling) -> Array:
    """Scale images of shape (N, C, H, W) to what a network is fed, float32."""
    values = images.astype(np.float32)
    if scaling == "unit":
        return values / np.float32(255)
    if scaling == "standardised":
        values -= values.mean(axis=(2, 3), keepdims=True)
        deviation = values.std(axis=(2, 3), keepdims=True)
        return values / np.where(deviation > 0, deviation, np.float32(1))
    return values
