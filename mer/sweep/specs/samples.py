"""Specification of the job that lists the samples of a data set."""

from mer.sweep.specs.base import EntrySettings, Spec


class SamplesSpec(Spec):
    """List the samples of one data set.

    Attributes
    ----------
    name
        Of the data set in the configuration.
    dataset
        Catalogue entry.
    digest
        Of all samples and of what was noticed, as planned.
    revision
        Of the code that writes the list.
    """

    name: str
    dataset: EntrySettings
    digest: str
    revision: str
