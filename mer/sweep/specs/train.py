"""Specification of the job that trains and tests."""

from typing import Literal

from mer.sweep.specs.base import EntrySettings, Spec


class TrainSpec(Spec):
    """Train and test one method on the folds ``first`` to ``last`` of a protocol.

    Attributes
    ----------
    variant
        Name of the method with its settings in the configuration.
    method
        Catalogue entry.
    selection
        Which epoch counts.
    seed
        Of all randomness, together with method and fold.
    first, last
        Numbers of folds, both included; no part of the recipe.
    recipe
        Digest of all that the predictions are made of: method, settings, seed, samples, labels,
        folds, inputs, code.
    """

    variant: str
    method: EntrySettings
    selection: Literal["last"]
    seed: int
    first: int
    last: int
    recipe: str
