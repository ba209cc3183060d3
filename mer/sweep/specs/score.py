"""Specification of the job that scores."""

from typing import Literal

from mer.sweep.specs.base import Spec


class ScoreSpec(Spec):
    """Score one variant under one protocol.

    Attributes
    ----------
    variant, method
        Name in the configuration, and in the catalogue.
    selection
        Which epoch counts; for an oracle, files hold scores after every epoch.
    seed_groups
        Seeds of every file of predictions.
    packs
        First and last fold of every file of predictions.
    recipes
        Recipe of the predictions, by seed.
    costs
        Whether the parameters of networks and the seconds per fold are reported as well.
    revision
        Of the code that scores.
    """

    variant: str
    method: str
    selection: Literal["last", "inner_val", "oracle_test"]
    seed_groups: tuple[tuple[int, ...], ...]
    packs: tuple[tuple[int, int], ...]
    recipes: dict[int, str]
    costs: bool = False
    revision: str
