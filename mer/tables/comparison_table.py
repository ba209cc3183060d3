"""Comparisons with a baseline: as rows of a file, and for reading."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from mer.evaluation.comparison import COMPARED, ORACLE, Comparison, FoldScores, NotCompared
from mer.evaluation.design import FEW_SUBJECTS, Design
from mer.evaluation.score_intervals import ScoreInterval
from mer.tables.titles import METRIC_TITLES

ORACLE_REMARK = "oracle, no result: epochs are chosen on the test clips"
_BLANK = "–"


def interval_rows(name: str, selection: str, intervals: Sequence[ScoreInterval]) -> pd.DataFrame:
    """Make rows of the scores of one method, with their intervals."""
    return pd.DataFrame(
        [
            {
                "variant": name,
                "selection": selection,
                "scope": one.scope,
                "metric": one.metric,
                "value": one.interval.estimate,
                "low": one.interval.low,
                "high": one.interval.high,
                "standard_error": one.interval.standard_error,
                "n_subjects": one.interval.n_subjects,
                "n_seeds": one.n_seeds,
                "n_repeated": one.interval.n_repeated,
            }
            for one in intervals
        ]
    )


def comparison_rows(
    compared: Sequence[Comparison], refused: Sequence[NotCompared], baseline: str, design: Design
) -> pd.DataFrame:
    """Make one row per method and metric; one that cannot be compared has blanks and the reason."""
    rows = [_row(one, design) for one in compared]
    rows += [
        {
            "variant": one.name,
            "selection": one.selection,
            "baseline": baseline,
            "metric": metric,
            "remark": f"not comparable: {one.reason}",
        }
        for one in refused
        for metric in COMPARED
    ]
    return pd.DataFrame(rows)


def remarks(one: Comparison, design: Design) -> list[str]:
    """Say what is to be kept in mind about a comparison."""
    said = []
    if one.selection == ORACLE:
        said.append(ORACLE_REMARK)
    if one.difference.n_subjects < FEW_SUBJECTS:
        said.append(f"only {one.difference.n_subjects} subjects: intervals cover too rarely")
    if pd.isna(one.difference.low):
        said.append("no interval: too few subjects have clips of some class or fold")
    if one.difference.n_repeated > design.n_draws:
        said.append(
            "more than half of all draws lacked some class or fold and were made again: the interval is too "
            "narrow"
        )
    if one.swap.beyond_reach:
        said.append(
            f"with {one.swap.n_differing} differing subjects p cannot fall below {one.swap.smallest_p:.4g}, "
            f"which exceeds {design.alpha:g}"
        )
    elif one.n_family * one.swap.smallest_p > design.alpha:
        said.append(
            f"with {one.swap.n_differing} differing subjects p cannot fall below {one.swap.smallest_p:.4g}: "
            f"among {one.n_family} methods, Holm leaves that below {design.alpha:g} beside others alone"
        )
    return said


def comparison_markdown(
    title: str,
    compared: Sequence[Comparison],
    refused: Sequence[NotCompared],
    design: Design,
    notes: Sequence[str],
) -> str:
    """Write comparisons for reading: four digits, one table per metric, remarks as numbered notes."""
    lines = [f"# {title}", ""]
    said: list[str] = []
    for metric in COMPARED:
        chosen = [one for one in compared if one.metric == metric]
        if chosen:
            table = pd.DataFrame([_cells(one, design, said) for one in chosen])
            lines += [f"## {METRIC_TITLES[metric]}", "", _markdown(table), ""]
        if any(one.folds for one in chosen):
            folds = pd.DataFrame([_fold_cells(one) for one in chosen])
            lines += [f"### {METRIC_TITLES[metric]} of folds", "", _markdown(folds), ""]
    lines += [] if compared else ["Nothing is compared.", ""]
    lines += [f"- [{number}] {note}" for number, note in enumerate(said, start=1)]
    lines += [f"- Not comparable, {one.name}: {one.reason}" for one in refused]
    lines += [f"- {note}" for note in [*notes, *how_compared(compared, design)]]
    return "\n".join(lines) + "\n"


def how_compared(compared: Sequence[Comparison], design: Design) -> Iterator[str]:
    """Say how intervals and p-values were made."""
    if not compared:
        return
    level = f"{100 * design.level:g} %"
    yield (
        f"Interval: {level} of {design.n_draws} draws of subjects, the same for both methods; all clips and "
        "seeds of a subject stay together"
    )
    yield (
        "p: subjects swapped between the methods, two-sided, "
        f"all swaps or {design.n_swaps} drawn ones; seeds are averaged inside each swap"
    )
    n_family = max(one.n_family for one in compared)
    if n_family > 1:
        yield f"Holm: over the {n_family} methods compared in the same metric"
    if any(one.mcnemar for one in compared):
        yield (
            "McNemar: mid-p on accuracy, first seed of both; a second opinion, for it takes clips of one "
            "subject to be independent"
        )
    if any(one.folds for one in compared):
        yield (
            "Folds: the plain t-test takes folds to be independent, which they are not; the corrected one "
            f"allows for n_test / n_train = {design.test_share:.4g}"
        )


def _row(one: Comparison, design: Design) -> dict[str, Any]:
    row: dict[str, Any] = {
        "variant": one.name,
        "selection": one.selection,
        "baseline": one.baseline,
        "metric": one.metric,
        "value": one.value,
        "baseline_value": one.baseline_value,
        "difference": one.difference.estimate,
        "low": one.difference.low,
        "high": one.difference.high,
        "standard_error": one.difference.standard_error,
        "n_subjects": one.difference.n_subjects,
        "n_repeated": one.difference.n_repeated,
        "p_swap": one.swap.p,
        "p_holm": one.p_holm,
        "n_family": one.n_family,
        "smallest_p": one.swap.smallest_p,
        "beyond_reach": one.swap.beyond_reach,
        "n_differing": one.swap.n_differing,
        "n_swaps": one.swap.n_swaps,
        "exact": one.swap.exact,
        "n_seeds": one.n_seeds,
        "baseline_n_seeds": one.baseline_n_seeds,
        "remark": "; ".join(remarks(one, design)),
    }
    if one.mcnemar is not None:
        row["p_mcnemar"] = one.mcnemar.p_mid
        row["only_variant"], row["only_baseline"] = one.mcnemar.only_first, one.mcnemar.only_second
    return row if one.folds is None else {**row, **_fold_numbers(one.folds)}


def _fold_numbers(folds: FoldScores) -> dict[str, float]:
    return {
        "n_folds": folds.n_folds,
        "fold_mean": folds.mean,
        "fold_sd": folds.sd,
        "baseline_fold_mean": folds.baseline_mean,
        "baseline_fold_sd": folds.baseline_sd,
        "t_paired": folds.paired.t,
        "p_paired": folds.paired.p,
        "t_corrected": folds.corrected.t,
        "p_corrected": folds.corrected.p,
    }


def _cells(one: Comparison, design: Design, said: list[str]) -> dict[str, str]:
    marks = []
    for remark in remarks(one, design):
        if remark not in said:
            said.append(remark)
        marks.append(f"[{said.index(remark) + 1}]")
    return {
        "Method": " ".join([one.name, *marks]),
        "Score": f"{one.value:.4f}",
        f"{one.baseline} (baseline)": f"{one.baseline_value:.4f}",
        "Difference": f"{one.difference.estimate:+.4f}",
        f"{100 * design.level:g} % interval": interval_text(one.difference.low, one.difference.high),
        "p": p_text(one.swap.p),
        "p, Holm": p_text(one.p_holm),
        "p, McNemar": p_text(one.mcnemar.p_mid if one.mcnemar else None),
    }


def _fold_cells(one: Comparison) -> dict[str, str]:
    folds = one.folds
    if folds is None:
        return {"Method": one.name}
    return {
        "Method": one.name,
        "Mean ± sd": f"{folds.mean:.4f} ± {folds.sd:.4f}",
        f"{one.baseline} (baseline)": f"{folds.baseline_mean:.4f} ± {folds.baseline_sd:.4f}",
        "Folds": str(folds.n_folds),
        "Plain t": f"{folds.paired.t:.4f}",
        "p, plain": p_text(folds.paired.p),
        "Corrected t": f"{folds.corrected.t:.4f}",
        "p, corrected": p_text(folds.corrected.p),
    }


def interval_text(low: float, high: float) -> str:
    """Write an interval with four digits; a dash where there is none."""
    return _BLANK if pd.isna(low) else f"{low:.4f} to {high:.4f}"


def p_text(p: float | None) -> str:
    """Write a p-value with four digits; a dash where there is none.

    Examples
    --------
    >>> p_text(0.03418), p_text(0.00001), p_text(None)
    ('0.0342', '<0.0001', '–')
    """
    if p is None:
        return _BLANK
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def _markdown(table: pd.DataFrame) -> str:
    return str(table.to_markdown(index=False, disable_numparse=True))
