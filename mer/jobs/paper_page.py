"""Put the tables of all papers on one page."""

from collections.abc import Sequence
from pathlib import Path

from mer.core.files import complete
from mer.report.page import page_of_tables


def run(tables: Sequence[Path], audit: Path, output: Path) -> None:
    """Write the page of some tables, in their order, with the audit of what the papers print.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    text = page_of_tables(tables, audit)
    with complete(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
