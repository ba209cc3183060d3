"""A table of those variants of a protocol that are complete, while others are not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from mer.artefacts.scores import SCORE_COLUMNS, read_rows
from mer.core.errors import IncompleteRunError, MerError, listed
from mer.jobs import score
from mer.jobs.table import score_table, write
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import TableSpec
from mer.tables.score_table import Row, ScoreTable
from mer.tables.titles import COSTS

MARK = "INCOMPLETE"
_KIND = "not complete"


def run(
    spec: TableSpec,
    complete: Mapping[str, tuple[ScoreSpec, Path]],
    incomplete: Mapping[str, str],
    folds: Path,
    outputs: Sequence[Path],
) -> dict[str, str]:
    """Score the variants that are complete, and write a table that says of all others why they are not.

    Scores are made anew of the predictions, whatever scores lie about.

    Parameters
    ----------
    spec
        Of the table of all variants.
    complete
        How each variant is scored whose packs are there, and the folder of its packs.
    incomplete
        Why each of the other variants is not complete.
    folds
        The protocol's folds.
    outputs
        Files to write, one per format.

    Returns
    -------
    dict
        Why variants are not complete, those added whose predictions turned out not to be usable.

    Raises
    ------
    IncompleteRunError
        If no variant is complete.
    """
    reasons, scores = dict(incomplete), []
    for variant, (how, packs) in complete.items():
        try:
            scores.append(_scores(how, folds, packs))
        except MerError as error:
            reasons[variant] = " ".join(f"predictions cannot be used: {error}".split())
    if not scores:
        why = [f"{variant}: {reason}" for variant, reason in reasons.items()]
        raise IncompleteRunError(listed(f"No variant is complete on {spec.protocol}:", why))
    measured = pd.concat(scores, ignore_index=True)
    measured = measured[measured["metric"].isin([*spec.metrics, *COSTS])]
    skipped = {row.variant: reasons.get(row.variant, row.skipped) for row in spec.rows}
    rows = tuple(row.model_copy(update={"skipped": skipped[row.variant]}) for row in spec.rows)
    note = f"Incomplete: {len(scores)} of {len(reasons) + len(scores)} variants"
    marked = {"title": f"{MARK}: {spec.title}", "rows": rows, "notes": (note, *spec.notes)}
    write(_marked(score_table(spec.model_copy(update=marked), measured), reasons), outputs)
    return reasons


def _scores(spec: ScoreSpec, folds: Path, packs: Path) -> pd.DataFrame:
    with TemporaryDirectory() as folder:
        pooled, scores, confusions = (Path(folder, name) for name in ("p.parquet", "s.csv", "c.csv"))
        score.run(spec, folds, packs, pooled, scores, confusions)
        return read_rows([scores], SCORE_COLUMNS)


def _marked(table: ScoreTable, reasons: Mapping[str, str]) -> ScoreTable:
    """Say of variants that are not complete that they are not, where the table says that they do not run."""

    def named(row: Row) -> Row:
        if row.variant not in reasons:
            return row
        return replace(row, kind=_KIND, remark=f"{_KIND}: {reasons[row.variant]}")

    return replace(table, rows=tuple(map(named, table.rows)))
