"""What figures of differences show, from the predictions of several methods on the same protocol."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import pandas as pd

from mer.evaluation.comparison import Predicted
from mer.evaluation.design import Design, Streams, counts_of, draws_of, mean_over_seeds, with_as_many_seeds
from mer.evaluation.metrics import METRICS
from mer.evaluation.multiple_comparisons import holm
from mer.evaluation.same_clips import differences
from mer.evaluation.subject_swap import subject_swap

_NAN = float("nan")
# Of an epoch's choice, those that do not look at test clips.
HONEST = ("last", "inner_val")


def pair_comparisons(
    methods: Sequence[Predicted], metric: str, design: Design, streams: Streams
) -> pd.DataFrame:
    """Compare each pair of methods by swapping subjects, and adjust p for all pairs (Holm).

    Parameters
    ----------
    methods
        Their predictions.
    metric
        Name of the score.
    design
        Classes, rule for folds, number of swaps.
    streams
        Gives the random stream ``swaps``, the same for every pair.

    Returns
    -------
    DataFrame
        Columns first, second, metric, difference, p, p_adjusted. Where two methods were not tested on the
        same clips, p is NaN and no member of the family.
    """
    statistic = mean_over_seeds(METRICS[metric], design)
    counts = {one.name: counts_of(one.rows, design) for one in methods}
    values = {name: float(statistic(each.sum(axis=0)[None])[0]) for name, each in counts.items()}
    rows = []
    for one, other in combinations(methods, 2):
        p = _NAN
        if not differences(one, other, by_fold=design.pooling == "fold_mean"):
            both = with_as_many_seeds(counts[one.name], counts[other.name])
            p = subject_swap(*both, statistic, streams("swaps"), n_swaps=design.n_swaps).p
        rows.append((one.name, other.name, metric, values[one.name] - values[other.name], p))
    table = pd.DataFrame(rows, columns=["first", "second", "metric", "difference", "p"])
    tested = table["p"].notna()
    table.loc[tested, "p_adjusted"] = holm(list(table.loc[tested, "p"]))
    return table


def selection_gaps(
    groups: Mapping[str, Mapping[str, Predicted]], metric: str, design: Design, streams: Streams
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the oracle's score of each method with those of honest choices of the epoch.

    Parameters
    ----------
    groups
        By the method's name, its predictions by ``selection``; an oracle's are among them.
    metric
        Name of the score.
    design
        Classes, rule for folds, number of draws.
    streams
        Gives the random stream ``draws``, the same for every gap.

    Returns
    -------
    tuple of DataFrame
        Scores, with the columns method, selection, metric, value; and gaps, with the columns method,
        selection (the honest one), value, low, high, whose ends are NaN where subjects cannot be drawn anew.
    """
    statistic = mean_over_seeds(METRICS[metric], design)
    scores, gaps = [], []
    for method, members in groups.items():
        counts = {kind: counts_of(one.rows, design) for kind, one in members.items()}
        values = {kind: float(statistic(each.sum(axis=0)[None])[0]) for kind, each in counts.items()}
        scores += [(method, kind, metric, value) for kind, value in values.items()]
        oracle = counts["oracle_test"]
        draws = draws_of(oracle, design, streams("draws"))
        for kind in (kind for kind in HONEST if kind in members):
            gap, low, high = values["oracle_test"] - values[kind], _NAN, _NAN
            if draws is not None:
                drawn = draws.values(oracle, statistic) - draws.values(counts[kind], statistic)
                interval = draws.interval(drawn, gap, design.level)
                low, high = interval.low, interval.high
            gaps.append((method, kind, gap, low, high))
    return (
        pd.DataFrame(scores, columns=["method", "selection", "metric", "value"]),
        pd.DataFrame(gaps, columns=["method", "selection", "value", "low", "high"]),
    )
