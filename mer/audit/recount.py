"""One variant's predictions, counted again and compared with what was written from them."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from mer.artefacts.predictions import check_predictions
from mer.audit.check import Check, verdict_of
from mer.audit.results_folder import Variant
from mer.core.errors import DataError
from mer.core.types import COMPOSITE
from mer.evaluation.averaging import Pooling, averaged, fold_scores
from mer.evaluation.counts import count_by
from mer.evaluation.metrics import every_metric

# Of a number that was written in full and read again.
_TOLERANCE = 1e-12
# So many mismatches are written out.
_SHOWN = 5
SECONDS = "exec_seconds"


@dataclass(frozen=True)
class Part:
    """Predictions of one seed and scope."""

    seed: int
    scope: str
    rows: pd.DataFrame


def parts(rows: pd.DataFrame) -> list[Part]:
    """Divide predictions by seed, and each seed into the composite and its databases."""
    databases = sorted(rows["database"].unique())
    found = []
    for seed, chosen in rows.groupby("seed"):
        if len(databases) > 1:
            found.append(Part(int(str(seed)), COMPOSITE, chosen))
        found += [Part(int(str(seed)), one, chosen[chosen["database"] == one]) for one in databases]
    return found


def score(part: Part, classes: tuple[str, ...], metric: str, pooling: Pooling) -> float | None:
    """Recompute a score, of pooled predictions or as the mean of folds; None for what rows do not tell."""
    if metric == SECONDS:
        return float(part.rows.groupby("fold")["seconds"].first().mean())
    _, counts = count_by(part.rows, classes, ["fold"])
    known = every_metric(classes)
    if metric not in known:
        return fold_scores(counts, pooling).get(metric)
    return float(averaged(known[metric], counts, pooling))


def check_variant(sweep: str, variant: Variant) -> Iterator[Check]:
    """Check files, rows, clips, counts and scores of one variant."""
    problems = [str(one) for one in variant.problems]
    rows = variant.rows
    if rows is not None:
        problems += _broken_rules(variant, rows)
    yield _check(sweep, variant, "files are whole", "predictions, scores, confusions", problems)
    if rows is None or not _usable(rows):
        return
    yield _clips(sweep, variant, rows)
    yield _seeds(sweep, variant, rows)
    yield _sources(sweep, variant, rows)
    if variant.confusions is not None:
        yield _confusions(sweep, variant, rows, variant.confusions)
    if variant.scores is not None:
        yield _scores(sweep, variant, rows, variant.scores)
        yield _sizes(sweep, variant, rows, variant.scores)
        yield _rates(sweep, variant, variant.scores)


def _broken_rules(variant: Variant, rows: pd.DataFrame) -> list[str]:
    try:
        check_predictions(rows, variant.classes, f"predictions of {variant.place}")
    except DataError as error:
        return [str(error).replace("\n ", "")]
    return []


def _usable(rows: pd.DataFrame) -> bool:
    needed = {"seed", "fold", "database", "person", "sample_id", "source", "true", "predicted", "seconds"}
    return needed <= set(rows.columns)


def _check(
    sweep: str, variant: Variant, what: str, printed: str, problems: list[str], right: str = ""
) -> Check:
    return found(sweep, f"{variant.place}: {what}", printed, problems, right)


def found(sweep: str, item: str, printed: str, problems: list[str], right: str = "") -> Check:
    """Report a comparison: what differs, or how much was the same."""
    shown = problems[:_SHOWN] + ([f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else [])
    return Check(
        sweep,
        item,
        printed,
        f"{len(problems)} differ" if problems else right or "all of them",
        verdict_of(not problems),
        "; ".join(shown),
    )


def _clips(sweep: str, variant: Variant, rows: pd.DataFrame) -> Check:
    """Compare how often each clip is predicted, and as what it is labelled, with the folds."""
    split, problems = variant.split, []
    expected = dict.fromkeys(rows["sample_id"], 1)
    if split is not None:
        expected = {name: n for name, n in split.times_tested.items() if name not in variant.left_out}
        labels = rows["sample_id"].map(split.labels)
        wrong = rows.loc[labels.notna() & (labels != rows["true"]), "sample_id"].unique()
        problems += [f"{name} has another class in the folds" for name in wrong]
    for seed, chosen in rows.groupby("seed"):
        counts = chosen["sample_id"].value_counts().to_dict()
        for name in sorted({*counts, *expected}):
            n, wanted = counts.get(name, 0), expected.get(name, 0)
            # Without folds, a protocol that repeats its folds cannot be told from doubled rows.
            if n != wanted and (split is not None or n == 0):
                problems.append(f"seed {seed}: {name} is predicted {n} times instead of {wanted}")
    if split is None:
        twice = rows.duplicated(["seed", "fold", "sample_id"])
        problems += [f"{name} is predicted twice in a fold" for name in rows.loc[twice, "sample_id"].unique()]
    source = "as folds.json says" if split is not None else "judged without folds.json"
    return _check(
        sweep,
        variant,
        "no prediction is missing or doubled",
        f"{rows['sample_id'].nunique()} clips, {len(variant.left_out)} left out",
        problems,
        source,
    )


def _seeds(sweep: str, variant: Variant, rows: pd.DataFrame) -> Check:
    clips = {int(str(seed)): frozenset(chosen["sample_id"]) for seed, chosen in rows.groupby("seed")}
    first, *others = clips
    problems = [
        f"seed {seed} has {len(clips[seed] ^ clips[first])} clips that seed {first} has not, or the reverse"
        for seed in others
        if clips[seed] != clips[first]
    ]
    printed = f"{len(clips)} seed{'s' if others else ''}"
    return _check(sweep, variant, "seeds have the same clips", printed, problems)


def _sources(sweep: str, variant: Variant, rows: pd.DataFrame) -> Check:
    sources = sorted(rows["source"].unique())
    problems = [f"predictions of {' and '.join(sources)} clips in one file"] if len(sources) > 1 else []
    return _check(sweep, variant, "real and stand-in clips are not mixed", ", ".join(sources), problems)


def _confusions(sweep: str, variant: Variant, rows: pd.DataFrame, written: pd.DataFrame) -> Check:
    counts = {
        (part.seed, part.scope, true, predicted): int(count)
        for part in parts(rows)
        for true, line in zip(
            variant.classes, count_by(part.rows, variant.classes, ())[1].tolist(), strict=True
        )
        for predicted, count in zip(variant.classes, line, strict=True)
    }
    read = {
        (int(row["seed"]), str(row["scope"]), str(row["true"]), str(row["predicted"])): int(row["count"])
        for row in written.to_dict("records")
    }
    problems = [
        f"seed {key[0]} {key[1]}: {key[2]} as {key[3]} {read.get(key)} written, {counts.get(key)} counted"
        for key in sorted({*counts, *read})
        if counts.get(key) != read.get(key)
    ]
    return _check(sweep, variant, "confusions are those of the predictions", f"{len(read)} counts", problems)


def _scores(sweep: str, variant: Variant, rows: pd.DataFrame, written: pd.DataFrame) -> Check:
    """Recompute every score; without folds, that all are means of folds is only reported."""
    pooling = variant.split.pooling if variant.split is not None else "pooled"
    problems, averaged = _other_scores(variant, rows, written, pooling)
    what, printed = "scores are those of the predictions", f"{len(written)} scores"
    if problems and averaged and variant.split is None:
        return Check(
            sweep,
            f"{variant.place}: {what}",
            printed,
            "all are means of the folds' scores, not of pooled predictions",
            "derived",
            "whether the protocol says so is in folds.json, which is not at hand",
        )
    if problems and averaged:
        problems = [f"means of the folds' scores, though the protocol pools: {problems[0]}", *problems[1:]]
    right = "recomputed from " + ("pooled predictions" if pooling == "pooled" else "folds, and averaged")
    return _check(sweep, variant, what, printed, problems, right)


def _other_scores(
    variant: Variant, rows: pd.DataFrame, written: pd.DataFrame, pooling: Pooling
) -> tuple[list[str], bool]:
    """List scores that are not those of the predictions; also whether all equal the means of folds."""
    problems, are_means = [], True
    known = {(part.seed, part.scope): part for part in parts(rows)}
    for row in written.to_dict("records"):
        part, metric = known.get((int(row["seed"]), str(row["scope"]))), str(row["metric"])
        if part is None:
            problems.append(f"seed {row['seed']} {row['scope']} {metric} has no predictions")
            are_means = False
            continue
        value = score(part, variant.classes, metric, pooling)
        if value is not None and not abs(value - float(row["value"])) <= _TOLERANCE:
            mean = score(part, variant.classes, metric, "fold_mean")
            are_means = are_means and mean is not None and abs(mean - float(row["value"])) <= _TOLERANCE
            problems.append(
                f"seed {part.seed} {part.scope} {metric}: written {row['value']:.6f}, recomputed {value:.6f}"
            )
    scored = {(int(row["seed"]), str(row["scope"])) for row in written.to_dict("records")}
    missing = [f"seed {seed} {scope} has no scores" for seed, scope in sorted(set(known) - scored)]
    return [*problems, *missing], are_means and not missing


def _sizes(sweep: str, variant: Variant, rows: pd.DataFrame, written: pd.DataFrame) -> Check:
    columns = {"n_clips": "sample_id", "n_subjects": "person", "n_folds": "fold"}
    problems = []
    for part in parts(rows):
        chosen = written[(written["seed"] == part.seed) & (written["scope"] == part.scope)]
        for name, column in columns.items():
            n = part.rows[column].nunique()
            problems += [
                f"seed {part.seed} {part.scope}: {name} {other} written, {n} counted"
                for other in sorted(set(chosen[name]) - {n})
            ]
    others = sorted(set(written["n_left_out"]) - {len(variant.left_out)})
    problems += [f"n_left_out {other} written, {len(variant.left_out)} counted" for other in others]
    return _check(sweep, variant, "clips, subjects and folds are those of the predictions", "", problems)


def _rates(sweep: str, variant: Variant, written: pd.DataFrame) -> Check:
    """Check that an accuracy is a count of clips: independent of the predictions."""
    chosen = written[written["metric"] == "war"]
    if variant.split is not None and variant.split.pooling != "pooled":
        item = f"{variant.place}: accuracies are counts of clips"
        return Check(sweep, item, f"{len(chosen)} accuracies", "means of folds", "derived")
    problems = []
    for row in chosen.to_dict("records"):
        times = max(variant.split.times_tested.values(), default=1) if variant.split is not None else 1
        count = float(row["value"]) * int(row["n_clips"]) * times
        if abs(count - round(count)) > _TOLERANCE * max(1, int(row["n_clips"]) * times) * 10:
            problems.append(f"seed {row['seed']} {row['scope']}: {row['value']} is no k/{row['n_clips']}")
    return _check(sweep, variant, "accuracies are counts of clips", f"{len(chosen)} accuracies", problems)
