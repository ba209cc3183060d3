"""Gradients of flow images with support vector machines and trees: our reference."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Array, Execution, FloatArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.flow_blocks import block_means, gradient_maps, mirrored, standardised
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.preprocessing.steps import Preprocessing
from mer.training.svm import FittedSvm, fit_svm

if TYPE_CHECKING:
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.preprocessing import StandardScaler


class FlowGradientsParams(Params):
    """Settings of gradients of flow with support vector machines and trees."""

    blocks: int = Field(default=7, ge=1, le=64, description="Rows and columns of blocks.")
    sigma: float = Field(
        default=1.0, gt=0, description="Standard deviation of the Gaussian that smooths flow, in pixels."
    )
    svm_c: float = Field(default=1.0, gt=0, description="The machines' constant C.")
    n_trees: int = Field(default=400, ge=1, description="Trees.")
    min_leaf: int = Field(default=3, ge=1, description="Fewest training samples in a leaf.")
    flow_image: FlowImageParams = Field(default=FlowImageParams(), description="Settings of the flow images.")
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )

    @property
    def mirror_sum(self) -> float:
        """Horizontal flow plus its mirror image."""
        return 255.0 if self.flow_image.scaling == "minmax_255" else 0.0


@dataclass(frozen=True)
class FlowGradients:
    """Three classifiers of how a face deforms, whose scores are averaged; from no paper.

    Divergence, curl, stretch and shear of the flow are averaged over blocks, as are the flow and strain
    images themselves. A support vector machine (RBF, classes weigh the same) sees the gradients, a second one
    and extremely randomised trees see both. They learn from the images and their mirror images, and score
    both.

    What was tried, and chosen, was compared by ten-fold cross-validation over subjects on the training side
    of one fold of the MEGC 2019 composite; docs/measurements.md lists it. All subjects were then left out
    once. As that training side holds all subjects but one, its labels took part in choosing the design,
    though in no fold's training: scores on these subjects are somewhat too high, on others they are not.
    """

    params: FlowGradientsParams

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedFlowGradients":
        """Train the three classifiers; only the trees draw from ``rng``."""
        from sklearn.ensemble import ExtraTreesClassifier
        from sklearn.preprocessing import StandardScaler

        p = self.params
        images = np.concatenate([train.data, mirrored(train.data, p.mirror_sum)])
        labels = np.tile(train.labels, 2)
        scaler = StandardScaler().fit(features(images, p))
        both = scaler.transform(features(images, p))
        machines = tuple(
            fit_svm(x, labels, n_classes=len(train.classes), penalty=p.svm_c, kernel="rbf", balanced=True)
            for x in (gradients_of(both, p), both)
        )
        trees = ExtraTreesClassifier(
            p.n_trees,
            min_samples_leaf=p.min_leaf,
            class_weight="balanced",
            random_state=int(rng.integers(2**32)),
        ).fit(both, labels)
        return FittedFlowGradients(p, scaler, machines, trees, len(train.classes))


@dataclass(frozen=True)
class FittedFlowGradients:
    """Three trained classifiers and the scale of their features."""

    params: FlowGradientsParams
    scaler: "StandardScaler"
    machines: tuple[FittedSvm, ...]
    trees: "ExtraTreesClassifier"
    n_classes: int

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        views = samples.data, mirrored(samples.data, self.params.mirror_sum)
        scores = [score for view in views for score in self._scores(view)]
        return np.asarray(np.mean(scores, axis=0))

    def _scores(self, images: Array) -> list[FloatArray]:
        both = self.scaler.transform(features(images, self.params))
        gradients, every = self.machines
        trees = np.zeros((len(both), self.n_classes))
        trees[:, self.trees.classes_] = self.trees.predict_proba(both)
        return [gradients.scores(gradients_of(both, self.params)), every.scores(both), trees]


def features(images: Array, params: FlowGradientsParams) -> FloatArray:
    """Average gradients, then flow and strain, over blocks: (N, (4 + C) * blocks * blocks)."""
    gradients = block_means(gradient_maps(images, params.sigma), params.blocks)
    return np.concatenate([gradients, block_means(standardised(images), params.blocks)], axis=1)


def gradients_of(both: FloatArray, params: FlowGradientsParams) -> FloatArray:
    """Return the columns of gradients: those of 4 maps of 4 + C."""
    return both[:, : both.shape[1] * 4 // (4 + params.flow_image.n_channels)]


def build(params: FlowGradientsParams, execution: Execution) -> FlowGradients:
    """Make the method."""
    return FlowGradients(params)


def inputs(params: FlowGradientsParams) -> Recipe:
    """Ask for flow images."""
    return Recipe("flow_image", params.flow_image, params.preprocessing)


SPEC = MethodSpec(
    name="flow_gradients",
    title="Flow gradients",
    citation="none (our reference)",
    params=FlowGradientsParams,
    build=build,
    inputs=inputs,
    sample_ms=8.0,
    remark="designed by cross-validation on 67 of the 68 subjects of MEGC 2019, labels included: its score "
    "on these subjects is not free of that choice",
)
