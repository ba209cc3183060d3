"""What is printed about files of predictions."""

from collections.abc import Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from mer.artefacts.given_predictions import GivenPredictions
from mer.core.counted import counted
from mer.core.errors import DataError, listed
from mer.core.seeds import stream
from mer.evaluation.averaging import Pooling
from mer.evaluation.comparison import COMPARED, ORACLE, Comparison, Predicted, compare_all
from mer.evaluation.design import FEW_SUBJECTS, Design
from mer.evaluation.fold_units import are_units, share_of_rows
from mer.evaluation.same_clips import differences
from mer.evaluation.score_intervals import MAIN, score_intervals
from mer.evaluation.scoring import Scored, score_rows
from mer.tables.comparison_table import ORACLE_REMARK, how_compared, interval_text, p_text, remarks
from mer.tables.titles import METRIC_TITLES, SCOPE_TITLES, ordered_scopes

_FURTHER = {"macro_precision": "Macro precision", "f1_of_means": "F1 of mean P and R"}


def report(given: Sequence[GivenPredictions], *, pooling: Pooling, n_draws: int) -> None:
    """Print the scores of every method, and compare all others with the first.

    Raises
    ------
    DataError
        If methods were tested on different clips.
    """
    first = given[0]
    problems = [
        problem for one in given[1:] for problem in differences(one, first, by_fold=pooling == "fold_mean")
    ]
    if problems:
        raise DataError(listed("Only predictions for the same clips can be compared:", problems))
    if len(given) > 1 and first.selection == ORACLE:
        raise DataError(
            f"{first.name} is an oracle, no result to compare others with. Name another file first."
        )
    console = Console(highlight=False, soft_wrap=True, markup=False)
    # As wide as it is: a terminal wraps lines, a column that is cut cannot be read.
    console.width = max(console.width, 200)
    design = Design(classes=first.classes, pooling=pooling, n_draws=n_draws, test_share=_test_share(given))
    for one in given:
        _print_scores(console, one, design)
    if len(given) > 1:
        _print_comparisons(console, given, design)
    for note in _notes(given, design):
        console.print(f"- {note}")


def _streams(name: str) -> np.random.Generator:
    return stream("score", name)


def _test_share(given: Sequence[GivenPredictions]) -> float | None:
    """Return ``n_test / n_train`` of the folds, where all files have the same and they can be compared."""
    rows = [part for one in given for _, part in one.rows.groupby("seed")]
    # A file without folds has a single one, which is no unit.
    if len(given) < 2 or not all(are_units(part, given[0].classes) for part in rows):
        return None
    # Those of every seed, too: scores of a fold are averaged over seeds, which says nothing of other folds.
    folds = [part.set_index("sample_id")["fold"].sort_index() for part in rows]
    return share_of_rows(rows[0]) if all(one.equals(folds[0]) for one in folds) else None


def _print_scores(console: Console, one: GivenPredictions, design: Design) -> None:
    scored = list(score_rows(one.rows, design.classes, design.pooling))
    n_seeds = len({found.seed for found in scored})
    intervals = {
        (found.scope, found.metric): found.interval for found in score_intervals(one.rows, design, _streams)
    }
    lines = []
    for scope in ordered_scopes(found.scope for found in scored):
        own = [found for found in scored if found.scope == scope]
        about = [SCOPE_TITLES.get(scope, scope), str(own[0].n_clips), str(own[0].n_subjects)]
        for metric in MAIN:
            interval = intervals[scope, metric]
            ends = interval_text(interval.low, interval.high)
            lines.append([*about, METRIC_TITLES[metric], _mean(own, metric), ends])
            about = ["", "", ""]
        lines += [[*about, further, _mean(own, metric), ""] for metric, further in _FURTHER.items()]
    oracle = " (oracle, no result)" if one.selection == ORACLE else ""
    title = f"{one.name}{oracle}, {counted(seed=n_seeds)}"
    headers = ["Scope", "Clips", "Subjects", "Metric", "Score", f"{100 * design.level:g} % interval"]
    _print_table(console, title, headers, lines)
    _print_table(console, "", ["Class", "Clips", "Recall", "F1"], _class_lines(one, scored, design))
    for line in _fold_lines(scored):
        console.print(line)
    console.print()


def _class_lines(one: GivenPredictions, scored: Sequence[Scored], design: Design) -> list[list[str]]:
    """Show recall and F1 of each class, in the first scope, averaged over seeds."""
    scope = ordered_scopes(found.scope for found in scored)[0]
    own = [found for found in scored if found.scope == scope]
    # Some protocols test a clip several times.
    clips = one.rows.drop_duplicates("sample_id")["true"].value_counts()
    return [
        [name, str(clips.get(name, 0)), _mean(own, f"recall_{name}"), _mean(own, f"f1_{name}")]
        for name in design.classes
    ]


def _fold_lines(scored: Sequence[Scored]) -> Iterator[str]:
    """Say what means over folds are, where folds have scores."""
    scope = ordered_scopes(found.scope for found in scored)[0]
    own = [found for found in scored if found.scope == scope]
    for metric in MAIN:
        if f"{metric}_fold_mean" in own[0].values:
            mean, sd = (
                np.mean([found.values[f"{metric}_fold_{what}"] for found in own]) for what in ("mean", "sd")
            )
            yield (
                f"{METRIC_TITLES[metric]} of {own[0].n_folds} folds: mean {mean:.4f}, "
                f"standard deviation {sd:.4f}"
            )


def _print_comparisons(console: Console, given: Sequence[GivenPredictions], design: Design) -> None:
    first, *others = [Predicted(one.name, one.selection, one.rows, one.left_out) for one in given]
    compared, _ = compare_all(first, others, design, _streams)
    for metric in COMPARED:
        chosen = [one for one in compared if one.metric == metric]
        lines = [_cells(one, design, several=len(others) > 1) for one in chosen]
        title = f"{METRIC_TITLES[metric]} against {first.name}"
        _print_table(console, title, list(lines[0]), [list(line.values()) for line in lines])
        console.print()
    for one in compared:
        for remark in remarks(one, design):
            console.print(f"- {one.name}, {METRIC_TITLES[one.metric]}: {remark}")
    for line in how_compared(compared, design):
        console.print(f"- {line}")


def _cells(one: Comparison, design: Design, *, several: bool) -> dict[str, str]:
    cells = {
        "Method": one.name,
        "Score": f"{one.value:.4f}",
        f"{one.baseline} (first)": f"{one.baseline_value:.4f}",
        "Difference": f"{one.difference.estimate:+.4f}",
        f"{100 * design.level:g} % interval": interval_text(one.difference.low, one.difference.high),
        "p": p_text(one.swap.p),
    }
    if several:
        cells["p, Holm"] = p_text(one.p_holm)
    if one.mcnemar is not None:
        cells["McNemar mid-p"] = p_text(one.mcnemar.p_mid)
        cells["exact"] = p_text(one.mcnemar.p_exact)
        cells["chi2, corrected"] = p_text(one.mcnemar.p_corrected)
    if one.folds is not None:
        cells["Folds, plain t"] = p_text(one.folds.paired.p)
        cells["corrected t"] = p_text(one.folds.corrected.p)
    return cells


def _notes(given: Sequence[GivenPredictions], design: Design) -> Iterator[str]:
    n_subjects = given[0].rows["person"].nunique()
    rule = (
        "from predictions pooled over all folds"
        if design.pooling == "pooled"
        else "means of the folds' scores"
    )
    yield f"Scores are {rule}, of {len(design.classes)} classes: {', '.join(design.classes)}"
    yield f"Intervals are over subjects, {design.n_draws} draws; ± is the standard deviation over seeds"
    if n_subjects < FEW_SUBJECTS:
        yield f"{n_subjects} subjects, fewer than {FEW_SUBJECTS}: intervals cover too rarely"
    protocols = {one.name: one.protocol for one in given if one.protocol}
    if len(set(protocols.values())) > 1:
        shown = ", ".join(f"{name} by {protocol}" for name, protocol in protocols.items())
        yield f"Protocols differ, and with them who was trained on: {shown}"
    for one in given:
        if one.selection == ORACLE:
            yield f"{one.name}: {ORACLE_REMARK}"
        if one.left_out:
            reasons = "; ".join(sorted(set(one.left_out.values())))
            yield f"{one.name} leaves out {counted(clip=len(one.left_out))}: {reasons}"
    if any(one.source == "stand_in" for one in given):
        yield "Stand-in data: the clips are synthetic; scores say nothing about real micro-expressions"


def _mean(own: Sequence[Scored], metric: str) -> str:
    values = [found.values[metric] for found in own]
    spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{spread}"


def _print_table(
    console: Console, title: str, headers: Sequence[str], lines: Sequence[Sequence[str]]
) -> None:
    table = Table(title=title or None, title_justify="left", box=None, header_style="bold")
    for number, header in enumerate(headers):
        table.add_column(header, no_wrap=True, justify="right" if number else "left")
    for line in lines:
        table.add_row(*line)
    console.print(table)
