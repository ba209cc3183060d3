"""Compare the variants of one protocol with a baseline, and give their scores intervals."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from mer.artefacts.comparisons import COMPARISON_COLUMNS, INTERVAL_COLUMNS
from mer.artefacts.folds import Split, read_folds
from mer.artefacts.predictions import read_left_out, read_predictions
from mer.artefacts.scores import write_rows
from mer.core.errors import IncompleteRunError, listed
from mer.core.files import complete
from mer.core.seeds import stream
from mer.evaluation.comparison import Predicted, compare_all
from mer.evaluation.design import FEW_SUBJECTS, Design
from mer.evaluation.fold_units import are_units, share_of_folds
from mer.evaluation.score_intervals import score_intervals
from mer.jobs.table import POOLING_NOTES, STAND_IN_NOTE
from mer.sweep.specs.comparison import ComparisonSpec
from mer.tables.comparison_table import comparison_markdown, comparison_rows, interval_rows


def run(
    spec: ComparisonSpec,
    folds: Path,
    predictions: Sequence[Path],
    comparisons: Path,
    readable: Path,
    intervals: Path,
) -> None:
    """Compare, and write comparisons as CSV and Markdown, and the intervals of all scores as CSV.

    Parameters
    ----------
    spec
        Which variant is the baseline, and the names of all.
    folds
        Folds of the protocol.
    predictions
        Pooled predictions, a file per variant.
    comparisons, readable, intervals
        What is written.

    Raises
    ------
    DataError, IncompleteRunError
        If predictions are damaged, or those of a variant are missing.
    """
    split = read_folds(folds)
    tested = _read(spec, split, predictions)
    baseline, others = tested[spec.baseline], [tested[n] for n in spec.variants if n != spec.baseline]
    design = _design(split, baseline.rows)

    def streams(name: str) -> np.random.Generator:
        return stream("comparison", spec.protocol, name)

    compared, refused = compare_all(baseline, others, design, streams)
    table = comparison_rows(compared, refused, spec.baseline, design)
    same = {"protocol": spec.protocol, "source": split.source}
    table = table.reindex(columns=list(COMPARISON_COLUMNS)).assign(**same)
    title = f"{spec.title} ({spec.protocol}): every method against {spec.baseline}"
    text = comparison_markdown(title, compared, refused, design, _notes(spec, split, baseline.rows))
    scored = [
        interval_rows(one.name, one.selection, list(score_intervals(one.rows, design, streams)))
        for one in tested.values()
    ]
    write_rows(intervals, pd.concat(scored).assign(**same), INTERVAL_COLUMNS)
    write_rows(comparisons, _whole_numbers(table), COMPARISON_COLUMNS)
    with complete(readable) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _read(spec: ComparisonSpec, split: Split, predictions: Sequence[Path]) -> dict[str, Predicted]:
    """Read the predictions of every variant, in the order of the configuration."""
    found = {}
    for path in predictions:
        rows = read_predictions([path], split.classes)
        about = rows.iloc[0]
        found[str(about["variant"])] = Predicted(
            str(about["variant"]), str(about["selection"]), rows, read_left_out([path])
        )
    missing = [name for name in spec.variants if name not in found]
    if missing:
        raise IncompleteRunError(listed(f"No predictions on {spec.protocol} of these variants:", missing))
    return {name: found[name] for name in spec.variants}


def _design(split: Split, rows: pd.DataFrame) -> Design:
    """Say how the protocol scores, and whether its folds can be compared."""
    of_first_seed = rows[rows["seed"] == rows["seed"].min()]
    share = share_of_folds(split.folds) if are_units(of_first_seed, split.classes) else None
    return Design(classes=split.classes, pooling=split.pooling, test_share=share)


def _notes(spec: ComparisonSpec, split: Split, rows: pd.DataFrame) -> list[str]:
    """Say what holds for all comparisons of the protocol."""
    n_subjects = rows["person"].nunique()
    notes = [*spec.notes, *split.notes, POOLING_NOTES[split.pooling]]
    if n_subjects < FEW_SUBJECTS:
        notes.append(
            f"{n_subjects} subjects, fewer than {FEW_SUBJECTS}: intervals are too narrow and cover too rarely"
        )
    return [*notes, *([STAND_IN_NOTE] if split.source == "stand_in" else [])]


def _whole_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Keep counts whole numbers where some are missing."""
    counts = [name for name in COMPARISON_COLUMNS if name.startswith(("n_", "only_", "baseline_n_"))]
    return table.astype(dict.fromkeys(counts, "Int64"))
