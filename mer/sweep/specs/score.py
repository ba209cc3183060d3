"""Specification of the job that scores."""

from mer.sweep.specs.base import Spec


class ScoreSpec(Spec):
    """Score one variant under one protocol.

    Attributes
    ----------
    variant
        Name in the configuration.
    packs
        First and last fold of every file of predictions.
    recipes
        Recipe of the predictions, by seed.
    metrics
        Names of the scores that the protocol reports.
    revision
        Of the code that scores.
    """

    variant: str
    packs: tuple[tuple[int, int], ...]
    recipes: dict[int, str]
    metrics: tuple[str, ...]
    revision: str
