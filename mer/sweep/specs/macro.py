"""Specification of the job that lists macro-expressions."""

from mer.sweep.specs.base import EntrySettings, Spec


class MacroSpec(Spec):
    """List the macro-expressions that a variant learns from under one protocol.

    Attributes
    ----------
    name
        Of the method with its settings.
    protocol
        Catalogue entry; its task gives the classes.
    datasets
        Catalogue entries of the sets of macro-expressions by their names in the configuration.
    digest
        Of the clips with their classes, as planned.
    revision
        Of everything else that the file holds, and of the code that writes it.
    """

    name: str
    protocol: EntrySettings
    datasets: dict[str, EntrySettings]
    digest: str
    revision: str
