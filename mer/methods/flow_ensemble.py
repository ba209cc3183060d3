"""Classifiers on what flow images show, chosen anew in every fold: our reference."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from mer.core.parameters import Params
from mer.core.types import Array, Execution, FloatArray, IntArray, LabelledSamples, Samples
from mer.features.base import Recipe
from mer.features.flow_blocks import block_means, direction_maps, gradient_maps, mirrored, standardised
from mer.features.flow_image import FlowImageParams
from mer.methods.base import MethodSpec
from mer.preprocessing.steps import Preprocessing
from mer.training.classifiers import FittedClassifier, Kind, fit_classifier
from mer.training.held_out import divisions

if TYPE_CHECKING:
    from sklearn.preprocessing import StandardScaler

Shows = Literal["movement", "gradients", "directions", "movement_gradients"]
# What a member sees, and what kind of classifier it is.
Member = tuple[Shows, Kind]
MEMBERS: tuple[Member, ...] = tuple(
    product(("movement", "gradients", "directions", "movement_gradients"), ("svm", "trees", "lda"))
)


class FlowEnsembleParams(Params):
    """Settings of classifiers on flow images that are chosen in every fold."""

    blocks: int = Field(default=7, ge=1, le=64, description="Rows and columns of blocks.")
    sigma: float = Field(
        default=1.0, gt=0, description="Standard deviation of the Gaussian that smooths flow, in pixels."
    )
    n_directions: int = Field(default=8, ge=2, le=36, description="Directions that histograms tell apart.")
    svm_c: float = Field(default=1.0, gt=0, description="The machines' constant C.")
    n_trees: int = Field(default=200, ge=1, description="Trees of a member.")
    min_leaf: int = Field(default=3, ge=1, description="Fewest training samples in a leaf.")
    rounds: int = Field(default=20, ge=1, description="Members that are chosen, one again and again.")
    flow_image: FlowImageParams = Field(default=FlowImageParams(), description="Settings of the flow images.")
    preprocessing: Preprocessing = Field(
        default=Preprocessing(), description="What is done to the frames before."
    )

    @property
    def mirror_sum(self) -> float:
        """Horizontal flow plus its mirror image."""
        return 0.0 if self.flow_image.scaling == "pixels" else 255.0


@dataclass(frozen=True)
class FlowEnsemble:
    """Twelve classifiers, of which every fold averages those that serve its own training subjects; ours.

    They see one of four descriptions of the flow image and its mirror image, averaged over blocks: the
    image itself; its divergence, curl, stretch and shear; a histogram of directions; image and
    divergence to shear together. Each description is given to a support vector machine (RBF), extremely
    randomised trees and linear discriminant analysis with shrinkage, in all of which classes weigh the
    same.

    Which of them count, and how much, is chosen by the training samples alone. Their subjects are divided
    into five parts, each part is scored by members that learned from the other four, and members are
    added one by one, also repeatedly, always the one that raises the UF1 of the mean score most (Caruana,
    Niculescu-Mizil, Crew and Ksikes 2004); what was added up to the highest UF1 is kept. Those members
    then learn from all training samples.

    Which twelve there are to choose from, 7 x 7 blocks and mirror images come from a comparison on the
    training side of one fold of MEGC 2019, with the labels of 67 of its 68 subjects (docs/measurements.md):
    good and bad ones were taken from it, but not all, so that the score on these subjects is not quite
    free of it.
    """

    params: FlowEnsembleParams

    def fit(self, train: LabelledSamples, rng: np.random.Generator) -> "FittedFlowEnsemble":
        """Choose members and train them; trees and the division of subjects draw from ``rng``."""
        views = described(train.data, self.params)
        seed = int(rng.integers(2**32))
        held_out = {member: np.zeros((len(train), len(train.classes))) for member in MEMBERS}
        parts = divisions(train, rng)
        for learned, left_out in parts:
            for member in MEMBERS:
                fitted = self._fit_member(member, views, train, learned, seed)
                held_out[member][left_out] = fitted.scores(views[member[0]][:, left_out])
        # With one subject there is nobody to choose by.
        equal = dict.fromkeys(MEMBERS, 1)
        weights = chosen(held_out, train.labels, self.params.rounds) if parts else equal
        every = np.arange(len(train))
        members = tuple(self._fit_member(member, views, train, every, seed) for member in weights)
        return FittedFlowEnsemble(self.params, members, tuple(weights.values()))

    def _fit_member(
        self,
        member: Member,
        views: Mapping[Shows, FloatArray],
        train: LabelledSamples,
        rows: IntArray,
        seed: int,
    ) -> "FittedMember":
        """Train one member on some training samples and their mirror images."""
        from sklearn.preprocessing import StandardScaler

        shows, kind = member
        x = np.concatenate(views[shows][:, rows])
        scaler = StandardScaler().fit(x)
        classifier = fit_classifier(
            kind,
            scaler.transform(x),
            np.tile(train.labels[rows], 2),
            n_classes=len(train.classes),
            penalty=self.params.svm_c,
            n_trees=self.params.n_trees,
            min_leaf=self.params.min_leaf,
            seed=seed,
        )
        return FittedMember(shows, scaler, classifier)


@dataclass(frozen=True)
class FittedMember:
    """A trained classifier and the scale of its features."""

    shows: Shows
    scaler: "StandardScaler"
    classifier: FittedClassifier

    def scores(self, views: FloatArray) -> FloatArray:
        """Average the scores of images and mirror images, (2, N, D), to (N, K)."""
        return np.asarray(
            np.mean([self.classifier.scores(self.scaler.transform(view)) for view in views], axis=0)
        )


@dataclass(frozen=True)
class FittedFlowEnsemble:
    """Trained members and how often each counts."""

    params: FlowEnsembleParams
    members: tuple[FittedMember, ...]
    weights: tuple[int, ...]

    def predict_proba(self, samples: Samples) -> FloatArray:
        """Score samples, shape (N, K)."""
        views = described(samples.data, self.params)
        scores = [member.scores(views[member.shows]) for member in self.members]
        return np.asarray(np.average(scores, axis=0, weights=self.weights))


def described(images: Array, params: FlowEnsembleParams) -> dict[Shows, FloatArray]:
    """Describe images of shape (N, C, H, W) and their mirror images in each way, (2, N, D)."""
    views: dict[Shows, list[FloatArray]] = {"movement": [], "gradients": [], "directions": []}
    for view in (images, mirrored(images, params.mirror_sum)):
        views["movement"].append(block_means(standardised(view), params.blocks))
        views["gradients"].append(block_means(gradient_maps(view, params.sigma), params.blocks))
        directions = direction_maps(view, params.sigma, params.n_directions)
        views["directions"].append(block_means(directions, params.blocks))
    stacked = {shows: np.stack(both) for shows, both in views.items()}
    stacked["movement_gradients"] = np.concatenate([stacked["movement"], stacked["gradients"]], axis=2)
    return stacked


def chosen(scores: Mapping[Member, FloatArray], labels: IntArray, rounds: int) -> dict[Member, int]:
    """Add members one by one, always the one that raises the mean score's UF1 most.

    Parameters
    ----------
    scores
        Of samples that a member did not learn from, (N, K), by member; the first of equals is taken.
    labels
        Their classes, (N,).
    rounds
        How many to add.

    Returns
    -------
    dict
        How often each member was added up to the highest UF1.
    """
    from sklearn.metrics import f1_score

    total = np.zeros_like(next(iter(scores.values())))
    added: list[Member] = []
    best: tuple[float, int] = (-1.0, 0)
    for _ in range(rounds):
        uf1 = {
            member: f1_score(labels, (total + one).argmax(axis=1), average="macro", zero_division=0)
            for member, one in scores.items()
        }
        member = max(uf1, key=lambda one: uf1[one])
        added.append(member)
        total += scores[member]
        best = max(best, (uf1[member], -len(added)))
    return dict(Counter(added[: -best[1]]))


def build(params: FlowEnsembleParams, execution: Execution) -> FlowEnsemble:
    """Make the method."""
    return FlowEnsemble(params)


def inputs(params: FlowEnsembleParams) -> Recipe:
    """Ask for flow images."""
    return Recipe("flow_image", params.flow_image, params.preprocessing)


SPEC = MethodSpec(
    name="flow_ensemble",
    title="Flow ensemble",
    citation="none (our reference)",
    params=FlowEnsembleParams,
    build=build,
    inputs=inputs,
    remark="chosen in every fold by its own training subjects, out of a list that was drawn up with labels "
    "of 67 of the 68 subjects of MEGC 2019",
)
