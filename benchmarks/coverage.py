"""Simulated predictions of subjects whose clips share errors, and how often intervals hold the truth.

A subject has some clips, more of some class than of another, and an ability; a method has an ability of its
own on each subject. Both move the chance of every clip of the subject, so that clips are correlated. The
truth is the score of infinitely many subjects.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mer.core.types import FloatArray, IntArray
from mer.evaluation.clip_tests import mcnemar
from mer.evaluation.metrics import Metric
from mer.evaluation.subject_bootstrap import draw_subjects
from mer.evaluation.subject_swap import subject_swap

# Shares of the classes, and log-odds of being right on an average subject; as on the MEGC 2019 composite.
SHARES = np.array([250, 109, 83]) / 442
LOG_ODDS = np.array([1.7, 0.7, 1.0])
# How likely each wrong class is, by true class.
WRONG = np.array([[0, 0.7, 0.3], [0.8, 0, 0.2], [0.6, 0.4, 0]])
CLIPS_PER_SUBJECT = 6.5
CONCENTRATION = 4
SD_SUBJECT, SD_METHOD = 0.8, 0.8


@dataclass(frozen=True)
class Simulated:
    """Counts of two alike methods in M simulations of S subjects, and which clips they have right.

    Attributes
    ----------
    counts
        Shape (M, S, 2 methods, 3, 3).
    right
        Clips that both, only the first, only the second, and neither has right, shape (M, 4).
    """

    counts: IntArray
    right: IntArray


def simulate(rng: np.random.Generator, n_simulations: int, n_subjects: int) -> Simulated:
    """Draw subjects, their clips, and what two equally good methods predict for them."""
    shape = (n_simulations, n_subjects)
    n_clips = 1 + rng.poisson(CLIPS_PER_SUBJECT - 1, size=shape)
    shares = rng.dirichlet(CONCENTRATION * SHARES, size=shape)
    clips = rng.multinomial(n_clips, shares)  # (M, S, 3)
    right = _chances(rng, shape)  # (M, S, 2, 3)
    first, second = np.moveaxis(right, 2, 0)
    outcomes = np.stack([first * second, first * (1 - second), (1 - first) * second], axis=-1)
    outcomes = np.concatenate([outcomes, 1 - outcomes.sum(axis=-1, keepdims=True)], axis=-1)
    found = rng.multinomial(clips, np.clip(outcomes, 0, 1))  # (M, S, 3, 4)
    correct = np.stack([found[..., 0] + found[..., 1], found[..., 0] + found[..., 2]], axis=2)  # (M, S, 2, 3)
    wrong = rng.multinomial(clips[:, :, None] - correct, WRONG)  # (M, S, 2, 3, 3)
    return Simulated(wrong + correct[..., None] * np.eye(3, dtype=int), found.sum(axis=(1, 2)))


def truth(metric: Metric, n_subjects: int = 1_000_000) -> float:
    """Score expected counts of so many subjects that chance plays no role."""
    rng = np.random.default_rng(0)
    right = _chances(rng, (n_subjects,))[:, 0]
    expected = rng.dirichlet(CONCENTRATION * SHARES, size=n_subjects)
    correct, wrong = (expected * right).sum(axis=0), (expected * (1 - right)).sum(axis=0)
    return float(metric(np.diag(correct) + wrong[:, None] * WRONG))


def subject_ends(
    counts: IntArray, metric: Metric, rng: np.random.Generator, n_draws: int
) -> tuple[float, float]:
    """Return the ends of the 95 % interval over subjects, of counts (S, 3, 3)."""
    draws = draw_subjects(counts.sum(axis=-1), rng, n_draws)
    found = draws.interval(draws.values(counts, metric), float(metric(counts.sum(axis=0))))
    return found.low, found.high


def clip_ends(
    counts: IntArray, metric: Metric, rng: np.random.Generator, n_draws: int
) -> tuple[float, float]:
    """Return the ends of the 95 % interval that takes clips to be independent."""
    pooled = counts.sum(axis=0)
    # Drawing N clips with replacement is drawing N times from the cells of their confusion matrix.
    drawn = rng.multinomial(pooled.sum(), pooled.ravel() / pooled.sum(), size=n_draws)
    low, high = np.quantile(metric(drawn.reshape(-1, 3, 3)), [0.025, 0.975])
    return float(low), float(high)


def coverage(ends: Sequence[tuple[float, float]], value: float) -> float:
    """Return the share of intervals that hold a value."""
    return float(np.mean([low <= value <= high for low, high in ends]))


def rejections(
    simulated: Simulated, metric: Metric, rng: np.random.Generator, n_swaps: int
) -> tuple[float, float]:
    """Return how often alike methods are told apart at 0.05: by swapping subjects, and by McNemar's test."""
    swaps = [
        subject_swap(one[:, 0], one[:, 1], metric, rng, n_swaps=n_swaps).p <= 0.05 for one in simulated.counts
    ]
    clips = []
    for numbers in simulated.right:
        first = np.repeat([True, True, False, False], numbers)
        second = np.repeat([True, False, True, False], numbers)
        clips.append(mcnemar(first, second).p_mid <= 0.05)
    return float(np.mean(swaps)), float(np.mean(clips))


def _chances(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Draw the chance that each of two methods is right on a clip of each class, (..., 2, 3)."""
    ability = rng.normal(0, SD_SUBJECT, size=(*shape, 1)) + rng.normal(0, SD_METHOD, size=(*shape, 2))
    return np.asarray(1 / (1 + np.exp(-(ability[..., None] + LOG_ODDS))))
