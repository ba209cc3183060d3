"""Rank the methods of a sweep over the databases of its protocols."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.counted import counted
from mer.core.errors import IncompleteRunError, listed
from mer.core.samples import people_of
from mer.figures.captions import Facts, described, title_of
from mer.figures.critical_difference import critical_difference
from mer.figures.figure_file import save_figure
from mer.jobs.figures import write_captions
from mer.sweep.specs.figures import RanksSpec

# With fewer tasks the test rarely tells methods apart, and p of Friedman's test is rough.
_FEW = 10


def run(spec: RanksSpec, scores: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Draw the diagram of mean ranks in the format of each suffix, and say what it shows."""
    rows = read_rows(list(scores), SCORE_COLUMNS)
    table = task_scores(spec, rows)
    n = counted(variant=table.shape[1], database=table.shape[0])
    n += ", few for tests of ranks" if len(table) < _FEW else ""
    stand_in = bool((rows["source"] == "stand_in").any())
    facts = Facts(spec.sweep, n, spec.metric, stand_in)
    figure = critical_difference(
        table, title_of("critical_difference", facts), baseline=spec.baseline, stand_in=stand_in
    )
    for path in outputs:
        if path.suffix == ".json":
            write_captions(path, [described("critical_difference", facts)])
        else:
            save_figure(figure, path)


def task_scores(spec: RanksSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Average scores over seeds: a row for each database with people of its own, a column for each variant.

    Scores of the same people under several protocols, or filmed by several cameras, are averaged: Friedman's
    test takes its rows to be independent.

    Raises
    ------
    IncompleteRunError
        If a score is missing.
    """
    chosen = rows[(rows["metric"] == spec.metric) & rows["variant"].isin(spec.variants)]
    tasks = [(protocol, scope) for protocol, scopes in spec.tasks.items() for scope in scopes]
    table = chosen.pivot_table(index=["protocol", "scope"], columns="variant", values="value", aggfunc="mean")
    table = table.reindex(index=pd.MultiIndex.from_tuples(tasks), columns=list(spec.variants))
    missing = [
        f"{name} on {scope} under {protocol}"
        for (protocol, scope), complete in zip(tasks, table.notna().to_numpy(), strict=True)
        for name, found in zip(spec.variants, complete, strict=True)
        if not found
    ]
    if missing:
        raise IncompleteRunError(
            listed(f"Scores ({spec.metric}) are missing. Run the workflow again.", missing)
        )
    return table.groupby([people_of(scope) for _, scope in tasks], sort=False).mean()
