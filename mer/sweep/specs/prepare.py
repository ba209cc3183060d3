"""Specifications of the jobs that prepare arrays."""

from typing import Any

from mer.sweep.specs.base import EntrySettings, Spec


class RecipeSpec(Spec):
    """A representation of a data set.

    Attributes
    ----------
    name
        Of the data set in the configuration.
    dataset, feature
        Catalogue entries.
    preprocessing
        What is done to the frames before.
    """

    name: str
    dataset: EntrySettings
    feature: EntrySettings
    preprocessing: dict[str, Any]


class PrepareSpec(RecipeSpec):
    """Compute one representation of one part of a data set.

    Attributes
    ----------
    part
        Name of the part.
    landmarks
        Digest of the part of landmarks that it uses; blank if it uses none.
    samples
        Digest of the part's samples and of the data set's fingerprint, as planned.
    digest
        Of all that the arrays are made of: samples, settings, code.
    """

    part: str
    landmarks: str = ""
    samples: str
    digest: str


class ContactSheetSpec(RecipeSpec):
    """Show what a recipe makes of a few clips of a data set.

    Attributes
    ----------
    title
        Of the data set and the recipe.
    parts
        Digests of the prepared parts, by their name.
    revision
        Of the code that draws.
    """

    title: str
    parts: dict[str, str]
    revision: str


class PartsSpec(Spec):
    """List the prepared parts of a data set, each with the digest of what it is made of."""

    parts: dict[str, str]
