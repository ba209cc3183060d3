"""The audit of published numbers: every family of checks, in one list."""

from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd

from mer.audit.check import Check, cells_of
from mer.audit.claims import check_claims
from mer.audit.conflicts import check_counts, check_papers, check_repeats
from mer.audit.grids import check_grids
from mer.audit.matrices import check_matrices
from mer.audit.means import check_means
from mer.audit.micro_f1 import check_micro_f1
from mer.audit.one_run import check_one_run
from mer.audit.pairs import check_constant, check_pairs
from mer.audit.published import Published, load
from mer.audit.t_tests import check_t_tests

FAMILIES: tuple[Callable[[Published], Iterable[Check]], ...] = (
    check_matrices,
    check_means,
    check_grids,
    check_pairs,
    check_constant,
    check_one_run,
    check_micro_f1,
    check_t_tests,
    check_repeats,
    check_papers,
    check_counts,
    check_claims,
)


def audit(published: Published) -> list[Check]:
    """Run every check on published numbers.

    Returns
    -------
    list of Check
        By paper, in the order of the results; within a paper, by family.
    """
    checks = [check for family in FAMILIES for check in family(published)]
    order = list(dict.fromkeys([*published.results["paper"], *(check.paper for check in checks)]))
    return sorted(checks, key=lambda check: order.index(check.paper))


def failing_cells(published: Published | None = None) -> pd.DataFrame:
    """List the published cells that a check disagrees with, for footnotes of tables.

    Parameters
    ----------
    published
        The numbers; those of the package if none are given.

    Returns
    -------
    DataFrame
        Columns paper, table, protocol, dataset_scope, method_slug and metric, as in the published
        results, and reason: short texts, joined by semicolons. One row per cell.
    """
    return cells_of(published_audit() if published is None else audit(published))


@cache
def published_audit() -> tuple[Check, ...]:
    """Audit the numbers of the package, once per process."""
    return tuple(audit(load()))
