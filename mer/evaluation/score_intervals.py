"""The interval of every score on its own: of the composite and of each database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from mer.core.types import IntArray
from mer.evaluation.counts import scopes
from mer.evaluation.design import Design, Streams, counts_of, draws_of, mean_over_seeds
from mer.evaluation.metrics import METRICS, Metric
from mer.evaluation.subject_bootstrap import Draws, Interval

# Metrics that get an interval.
MAIN = ("uf1", "uar", "war")


@dataclass(frozen=True)
class ScoreInterval:
    """A score, averaged over seeds, with its interval over subjects."""

    scope: str
    metric: str
    interval: Interval
    n_seeds: int


def score_intervals(
    rows: pd.DataFrame, design: Design, streams: Streams, metrics: Sequence[str] = MAIN
) -> Iterator[ScoreInterval]:
    """Score one method on all databases together and on each, with intervals over subjects.

    Parameters
    ----------
    rows
        Predictions of one method, with the columns of prediction files.
    design
        Classes, rule for folds, number of draws, level.
    streams
        Gives the random stream of a scope; the same for all methods, so that their draws are the same.
    metrics
        Names of metrics.

    Yields
    ------
    ScoreInterval
        By scope, then by metric. Ends are NaN where too few subjects have clips of some class, or of some
        fold that is averaged.
    """
    for scope, part in scopes(rows):
        counts = counts_of(part, design)
        draws = draws_of(counts, design, streams(scope))
        for metric in metrics:
            interval = interval_of(METRICS[metric], counts, draws, design)
            yield ScoreInterval(scope, metric, interval, counts.shape[1])


def interval_of(metric: Metric, counts: IntArray, draws: Draws | None, design: Design) -> Interval:
    """Score counts (S, N seeds, F, K, K), averaged over seeds, with the interval of drawn subjects."""
    statistic = mean_over_seeds(metric, design)
    estimate = float(statistic(counts.sum(axis=0)[None])[0])
    if draws is None:
        return without_draws(counts, estimate)
    return draws.interval(draws.values(counts, statistic), estimate, design.level)


def without_draws(counts: IntArray, estimate: float) -> Interval:
    """Return an estimate without interval, of subjects that cannot be drawn anew."""
    nan = float("nan")
    return Interval(estimate, nan, nan, nan, n_subjects=len(counts), n_repeated=0)
