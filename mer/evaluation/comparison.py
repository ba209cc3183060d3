"""Every method against a baseline: the difference and its interval first, then p-values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mer.core.types import FloatArray, IntArray
from mer.evaluation.averaging import averaged
from mer.evaluation.clip_tests import McNemar, mcnemar
from mer.evaluation.counts import count_by
from mer.evaluation.design import (
    Design,
    Streams,
    counts_of,
    draws_of,
    mean_over_seeds,
    with_as_many_seeds,
)
from mer.evaluation.fold_tests import FoldTest, corrected_resampled_t, paired_t
from mer.evaluation.metrics import METRICS
from mer.evaluation.multiple_comparisons import holm
from mer.evaluation.same_clips import differences
from mer.evaluation.score_intervals import without_draws
from mer.evaluation.subject_bootstrap import Draws, Interval
from mer.evaluation.subject_swap import SubjectSwap, subject_swap

# Metrics that methods are compared in.
COMPARED = ("uf1", "uar")
ORACLE = "oracle_test"


@dataclass(frozen=True)
class Predicted:
    """Predictions of one method.

    Attributes
    ----------
    name
        Of the method, as it is called in tables.
    selection
        Which epoch counts: an oracle's (``oracle_test``) are no result. Blank where nobody knows.
    rows
        With the columns of prediction files; every seed has the same clips.
    left_out
        Clips that have no prediction on purpose, and why.
    """

    name: str
    selection: str
    rows: pd.DataFrame
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class FoldScores:
    """A method and the baseline over folds: means and standard deviations, and both t-tests."""

    n_folds: int
    mean: float
    sd: float
    baseline_mean: float
    baseline_sd: float
    paired: FoldTest
    corrected: FoldTest


@dataclass(frozen=True)
class Comparison:
    """One method against the baseline in one metric.

    Attributes
    ----------
    name, selection, baseline, metric
        What is compared.
    value, baseline_value
        Scores by the protocol's rule, means over seeds.
    difference
        Method less baseline, with its interval over subjects.
    swap
        Whether both are equal, by swapping subjects.
    p_holm
        Its p, adjusted for all methods that are compared in this metric; None for an oracle, which is no
        result and no member of that family.
    n_family
        Methods in that family.
    mcnemar
        On accuracy, of the first seed of both; None where clips are tested more than once.
    folds
        None where folds cannot be compared.
    n_seeds, baseline_n_seeds
        Seeds that the scores are means of.
    """

    name: str
    selection: str
    baseline: str
    metric: str
    value: float
    baseline_value: float
    difference: Interval
    swap: SubjectSwap
    p_holm: float | None
    n_family: int
    mcnemar: McNemar | None
    folds: FoldScores | None
    n_seeds: int
    baseline_n_seeds: int


@dataclass(frozen=True)
class NotCompared:
    """A method that cannot be compared with the baseline, and why."""

    name: str
    selection: str
    reason: str


def compare_all(
    baseline: Predicted, others: Sequence[Predicted], design: Design, streams: Streams
) -> tuple[list[Comparison], list[NotCompared]]:
    """Compare methods with the baseline in UF1 and UAR.

    Parameters
    ----------
    baseline, others
        Predictions of the methods on the same protocol.
    design
        Classes, rule for folds, numbers of draws and swaps, alpha.
    streams
        Gives the random streams ``draws`` and ``swaps``, the same for every method.

    Returns
    -------
    tuple
        Comparisons, by method and metric; and methods whose clips are not those of the baseline.
    """
    compared, refused = [], []
    for one in others:
        reasons = differences(one, baseline, by_fold=design.pooling == "fold_mean")
        if reasons:
            refused.append(NotCompared(one.name, one.selection, "; ".join(reasons)))
        else:
            compared += _compare(one, baseline, design, streams)
    return _with_holm(compared), refused


def _compare(one: Predicted, baseline: Predicted, design: Design, streams: Streams) -> list[Comparison]:
    """Compare one method with the baseline, in every metric."""
    counts, other = counts_of(one.rows, design), counts_of(baseline.rows, design)
    draws = draws_of(counts, design, streams("draws"))
    clips = _mcnemar(one, baseline, design)
    made = []
    for metric in COMPARED:
        statistic = mean_over_seeds(METRICS[metric], design)
        value, baseline_value = (float(statistic(each.sum(axis=0)[None])[0]) for each in (counts, other))
        swap = subject_swap(
            *with_as_many_seeds(counts, other),
            statistic,
            streams("swaps"),
            n_swaps=design.n_swaps,
            alpha=design.alpha,
        )
        made.append(
            Comparison(
                name=one.name,
                selection=one.selection,
                baseline=baseline.name,
                metric=metric,
                value=value,
                baseline_value=baseline_value,
                difference=_difference(counts, other, metric, design, draws),
                swap=swap,
                p_holm=None,
                n_family=0,
                mcnemar=clips,
                folds=_folds(one, baseline, metric, design),
                n_seeds=counts.shape[1],
                baseline_n_seeds=other.shape[1],
            )
        )
    return made


def _difference(
    counts: IntArray, other: IntArray, metric: str, design: Design, draws: Draws | None
) -> Interval:
    """Make the interval of a difference, the subjects of a draw being the same for both methods."""
    statistic = mean_over_seeds(METRICS[metric], design)
    totals = [each.sum(axis=0)[None] for each in (counts, other)]
    estimate = float(statistic(totals[0])[0] - statistic(totals[1])[0])
    if draws is None:
        return without_draws(counts, estimate)
    values = draws.values(counts, statistic) - draws.values(other, statistic)
    return draws.interval(values, estimate, design.level)


def _mcnemar(one: Predicted, baseline: Predicted, design: Design) -> McNemar | None:
    """Compare which clips the first seed of each method has right; None if clips are tested repeatedly."""
    right = []
    for rows in (one.rows, baseline.rows):
        first = rows[rows["seed"] == rows["seed"].min()].set_index("sample_id").sort_index()
        if first.index.has_duplicates:
            return None
        right.append((first["true"] == first["predicted"]).to_numpy(bool))
    return mcnemar(*right, alpha=design.alpha)


def _folds(one: Predicted, baseline: Predicted, metric: str, design: Design) -> FoldScores | None:
    """Compare folds, seeds being averaged before; None where the protocol's folds are no unit."""
    if design.test_share is None:
        return None
    a, b = (_fold_values(each.rows, metric, design) for each in (one, baseline))
    return FoldScores(
        n_folds=len(a),
        mean=float(a.mean()),
        sd=float(a.std(ddof=1)),
        baseline_mean=float(b.mean()),
        baseline_sd=float(b.std(ddof=1)),
        paired=paired_t(a, b, level=design.level),
        corrected=corrected_resampled_t(a, b, test_share=design.test_share, level=design.level),
    )


def _fold_values(rows: pd.DataFrame, metric: str, design: Design) -> FloatArray:
    """Score every fold, (F,), averaged over seeds."""
    _, counts = count_by(rows, design.classes, ("fold", "seed"))
    return np.asarray(averaged(METRICS[metric], counts[:, :, None], "pooled").mean(axis=1))


def _with_holm(compared: Sequence[Comparison]) -> list[Comparison]:
    """Adjust p-values within each metric, over the methods that are results."""
    adjusted = {}
    for metric in COMPARED:
        family = [one for one in compared if one.metric == metric and one.selection != ORACLE]
        values = holm([one.swap.p for one in family])
        adjusted.update({(one.name, metric): p for one, p in zip(family, values, strict=True)})
    sizes = {metric: sum(key[1] == metric for key in adjusted) for metric in COMPARED}
    return [
        replace(one, p_holm=adjusted.get((one.name, one.metric)), n_family=sizes[one.metric])
        for one in compared
    ]
