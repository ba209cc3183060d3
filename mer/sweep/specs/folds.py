"""Specifications of the jobs that write and audit folds."""

from mer.sweep.specs.base import EntrySettings, Spec


class FoldsSpec(Spec):
    """Write the folds of one protocol.

    Attributes
    ----------
    name
        Of the protocol in the configuration.
    protocol
        Catalogue entry.
    datasets
        Catalogue entries by their names in the configuration.
    digest
        Of the split that was planned.
    revision
        Of everything else that the file holds, and of the code that writes it.
    """

    name: str
    protocol: EntrySettings
    datasets: dict[str, EntrySettings]
    digest: str
    revision: str


class MacroSpec(FoldsSpec):
    """List the macro-expressions that a method learns from under one protocol.

    As for its folds; but ``name`` is that of the run, ``datasets`` are those of macro-expressions, and
    ``digest`` is of their clips with the classes of the protocol's task.
    """


class AuditSpec(Spec):
    """Audit the folds of one protocol; the revision covers the split and the code that checks it."""

    revision: str
