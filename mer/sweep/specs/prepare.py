"""Specifications of the jobs that prepare arrays."""

from mer.sweep.specs.base import EntrySettings, Spec


class PrepareSpec(Spec):
    """Compute one representation of one part of a data set.

    Attributes
    ----------
    name
        Of the data set in the configuration.
    dataset, feature
        Catalogue entries.
    part
        Name of the part.
    samples
        Digest of the part's samples and of the data set's fingerprint, as planned.
    digest
        Of all that the arrays are made of: samples, settings, code.
    """

    name: str
    dataset: EntrySettings
    feature: EntrySettings
    part: str
    samples: str
    digest: str


class PartsSpec(Spec):
    """List the prepared parts of a data set, each with the digest of what it is made of."""

    parts: dict[str, str]
