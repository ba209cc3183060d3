"""Specification of the job that compares the methods of a protocol with a baseline."""

from mer.sweep.specs.base import Spec


class ComparisonSpec(Spec):
    """Compare the variants under one protocol with a baseline, and give all their scores intervals.

    Attributes
    ----------
    protocol
        Name in the configuration.
    title
        Of the protocol.
    baseline
        Name of the variant that the others are compared with.
    variants
        Names of all variants that run, the baseline among them, in the order of the configuration.
    notes
        What is to be said about the choice of the baseline.
    revision
        Of the predictions and of the code that compares.
    """

    protocol: str
    title: str
    baseline: str
    variants: tuple[str, ...]
    notes: tuple[str, ...] = ()
    revision: str
