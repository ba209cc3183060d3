"""Specifications of the jobs that make tables, figures and the list of both."""

from typing import Literal

from mer.core.parameters import Params
from mer.sweep.specs.base import Spec


class TableRow(Params):
    """One measured row of a table, or the reason why there is none.

    ``method`` is the method's title, ``published`` the slug of its published numbers.
    """

    variant: str
    method: str
    published: str | None = None
    skipped: str = ""
    remark: str = ""


class TableSpec(Spec):
    """Put the scores of one protocol into a table, beside those published under a slug.

    Attributes
    ----------
    protocol
        Name in the configuration.
    title
        Of the protocol.
    published
        Slug of the protocol's published numbers.
    pooling
        Whether scores are of pooled predictions or means of folds.
    metrics
        Names of the scores that the protocol reports; files of scores hold more.
    rows
        In the order of the configuration.
    notes
        What is to be said about the protocol's clips.
    revision
        Of the scores and of the code that makes the table.
    """

    protocol: str
    title: str
    published: str | None
    pooling: Literal["pooled", "fold_mean"]
    metrics: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    revision: str


class FigureSpec(Spec):
    """Draw the confusion matrices of one variant under one protocol."""

    title: str
    stand_in: bool
    revision: str


class SummarySpec(Spec):
    """List what belongs to a sweep, so that nobody takes files of an earlier one for it.

    ``predictions`` are pooled; ``runs`` are the folders that they come from, by protocol and variant;
    ``not_drawn`` says why a figure of the whole sweep is not made.
    """

    name: str
    tables: tuple[str, ...]
    paper_tables: tuple[str, ...]
    samples: tuple[str, ...]
    audits: tuple[str, ...]
    figures: tuple[str, ...]
    not_drawn: dict[str, str]
    comparisons: tuple[str, ...]
    contact_sheets: tuple[str, ...]
    predictions: tuple[str, ...]
    runs: dict[str, dict[str, str]]
    skipped: tuple[str, ...]
