"""What a rule tells its job: names, settings and digests, as JSON on the command line.

A specification is the whole recipe of a job. Snakemake compares it with the one of the last run, so
a result is computed again exactly when something that goes into it has changed. How a job runs
(device, cores, where data lie) travels separately and is not compared.
"""

from typing import Any, Literal

from mer.core.parameters import Params


class Spec(Params):
    """Base of all specifications."""


class DatasetSettings(Params):
    """A data set: its key in the catalogue and its settings."""

    dataset: str
    settings: dict[str, Any]


class FoldsSpec(Spec):
    """Write the folds of one protocol."""

    protocol: str
    kind: str
    settings: dict[str, Any]
    datasets: dict[str, DatasetSettings]
    digest: str


class ListSpec(Spec):
    """List the prepared parts of a data set."""

    parts: tuple[str, ...]


class PrepareSpec(Spec):
    """Compute one representation of one part of a data set."""

    name: str
    dataset: str
    settings: dict[str, Any]
    feature: str
    feature_settings: dict[str, Any]
    part: str
    digest: str


class TrainSpec(Spec):
    """Train and test one method on folds ``first`` to ``last`` of a protocol."""

    variant: str
    method: str
    settings: dict[str, Any]
    selection: Literal["last"]
    seed: int
    first: int
    last: int
    recipe: str


class ScoreSpec(Spec):
    """Score one variant under one protocol."""

    variant: str
    seeds: tuple[int, ...]
    revision: str


class TableRow(Params):
    """One measured row of a table, or the reason why there is none.

    ``method`` is the method's title, ``published`` the slug of its published numbers.
    """

    variant: str
    method: str
    published: str | None = None
    skipped: str = ""


class TableSpec(Spec):
    """Put the scores of one protocol into a table, beside those published under a slug."""

    protocol: str
    title: str
    published: str | None
    rows: tuple[TableRow, ...]
    partial: bool
    revision: str


class FigureSpec(Spec):
    """Draw the confusion matrices of one variant under one protocol."""

    title: str
    revision: str
