"""Specifications of the jobs that audit published numbers and make tables of papers."""

from typing import Literal

from pydantic import Field

from mer.core.parameters import Params
from mer.sweep.specs.base import Spec


class PublishedAuditSpec(Spec):
    """Audit the published numbers; the revision covers them and the code that checks them."""

    revision: str


class PaperSource(Params):
    """A protocol that measures columns of the table.

    Attributes
    ----------
    protocol
        Name in the configuration.
    slug
        Published protocol that it stands for.
    pooling
        Whether scores are of pooled predictions or means of folds.
    source
        Whether its clips are real.
    subject_disjoint
        Whether nobody is trained and tested on in one fold.
    notes
        What is to be said about its clips.
    """

    protocol: str
    slug: str
    pooling: Literal["pooled", "fold_mean"]
    source: Literal["real", "stand_in"]
    subject_disjoint: bool
    notes: tuple[str, ...] = ()


class PaperVariant(Params):
    """A variant, and what it is called in the table.

    Attributes
    ----------
    variant, method
        Name in the configuration, and title.
    slug
        Published method it stands under; None for one without.
    selection
        Which epoch counts; an oracle is marked.
    protocols
        Protocols of the configuration that it runs under.
    skipped
        Why it does not run under others.
    remarks
        What is to be said about it under each protocol.
    """

    variant: str
    method: str
    slug: str | None
    selection: Literal["last", "inner_val", "oracle_test"]
    protocols: tuple[str, ...]
    skipped: dict[str, str]
    remarks: dict[str, str] = Field(default_factory=dict)


class PaperTableSpec(Spec):
    """Make a paper's table of printed and measured numbers.

    Attributes
    ----------
    paper, table
        Which table.
    sources
        Protocols that measure columns.
    variants
        In the configuration's order.
    missing
        Why protocols of the configuration are left out.
    trial
        Whether the sweep was only tried out.
    revision
        Of the scores and of the code that makes the table.
    """

    paper: str
    table: str
    sources: tuple[PaperSource, ...]
    variants: tuple[PaperVariant, ...]
    missing: dict[str, str]
    trial: bool
    revision: str


class PaperPageSpec(Spec):
    """Put tables of papers on one page; the revision covers the code and the templates that do it."""

    revision: str
