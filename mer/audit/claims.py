"""Claims in prose, recomputed from the numbers that they are about.

A row of ``claims.csv`` names its kind, the operands on its left and right side and a scale, by which the
recomputed number is multiplied before it is compared with the printed one (100 for points). A remark is
what a reader noticed and no number tells.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from mer.audit import arithmetic, rankings
from mer.audit.arithmetic import Claim, Outcome
from mer.audit.check import Check, Verdict, verdict_of
from mer.audit.operands import operands
from mer.audit.published import Published
from mer.core.errors import DataError, unknown_name

# Other modules take care of these kinds.
_ELSEWHERE = ("micro_f1", "t_test")
_REMARK = "remark"
KINDS: Mapping[str, Callable[[Claim], Outcome]] = MappingProxyType(
    {
        "difference": arithmetic.difference,
        "mean_difference": arithmetic.mean_difference,
        "common_mean_difference": arithmetic.common_mean_difference,
        "total": arithmetic.total,
        "product": arithmetic.product,
        "differences": arithmetic.differences,
        "equal": arithmetic.equal,
        "fits": arithmetic.fits,
        "layer_sizes": arithmetic.layer_sizes,
        "outperforms": rankings.outperforms,
        "mostly_best": rankings.mostly_best,
        "greater": rankings.greater,
        "only_above": rankings.only_above,
        "same_names": rankings.same_names,
        "in_tables": rankings.in_tables,
        "one_task": rankings.one_task,
    }
)
_WEIGHTS: Mapping[str, Literal["", "A", "B", "C"]] = MappingProxyType({"A": "A", "B": "B", "C": "C"})


def check_claims(published: Published) -> Iterator[Check]:
    """Recompute every claim; a remark is passed on as not computable.

    Raises
    ------
    DataError
        If a claim is of an unknown kind, or its operands name nothing.
    """
    for record in published.claims.to_dict("records"):
        row = {str(name): str(cell) for name, cell in record.items()}
        if row["kind"] == _REMARK:
            yield _check(row, "not computable", Outcome(None, row["left"]))
        elif row["kind"] not in _ELSEWHERE:
            if row["kind"] not in KINDS:
                raise DataError(
                    f"claims: {unknown_name('kind', row['kind'], [*KINDS, *_ELSEWHERE, _REMARK])}"
                )
            outcome = KINDS[row["kind"]](_claim(published, row))
            right = outcome.is_right
            yield _check(row, "derived" if right is None else verdict_of(right), outcome)


def _claim(published: Published, row: Mapping[str, str]) -> Claim:
    left, right = (operands(published, row[side]) for side in ("left", "right"))
    return Claim(row["printed"], int(row["scale"] or 1), left, right)


def _check(row: Mapping[str, str], verdict: Verdict, outcome: Outcome) -> Check:
    return Check(
        row["paper"],
        row["item"],
        row["printed"],
        outcome.recomputed,
        verdict,
        "; ".join(filter(None, [outcome.reason, row["reason"]])),
        _WEIGHTS.get(row["weight"], "") if verdict == "disagrees" else "",
        outcome.cells,
    )
