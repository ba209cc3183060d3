"""Audit the published numbers, for footnotes of the papers' tables and for the report."""

from pathlib import Path

from mer.audit.audit import published_audit
from mer.audit.check import as_frame, cells_of
from mer.core.files import complete


def run(checks: Path, cells: Path) -> None:
    """Write every check, and the published cells that one disagrees with, as CSV."""
    found = published_audit()
    for path, table in ((checks, as_frame(found)), (cells, cells_of(found))):
        with complete(path) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")
