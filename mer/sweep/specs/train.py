"""Specification of the job that trains and tests."""

from typing import Literal

from mer.sweep.specs.base import EntrySettings, Spec


class TrainSpec(Spec):
    """Train and test one method on the folds ``first`` to ``last`` of a protocol under some seeds.

    Attributes
    ----------
    run
        Name of the method with its settings, which all sweeps share.
    method
        Catalogue entry.
    selection
        Which epoch counts.
    first, last
        Numbers of folds, both included; no part of the recipe.
    recipes
        By seed, which decides all randomness together with method and fold: digest of all that the
        predictions are made of, namely method, settings, seed, samples, labels, folds, inputs, code.
    """

    run: str
    method: EntrySettings
    selection: Literal["last", "inner_val", "oracle_test"]
    first: int
    last: int
    recipes: dict[int, str]
