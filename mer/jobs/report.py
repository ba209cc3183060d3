"""Write one page about finished sweeps."""

from collections.abc import Sequence
from pathlib import Path

from mer.core.files import complete
from mer.core.trials import is_trial
from mer.report.contents import finished_sweeps
from mer.report.page import page


def run(results: Path, sweeps: Sequence[str], output: Path) -> None:
    """Write the page of the named sweeps, or of all that are finished and no trials.

    Raises
    ------
    DataError, IncompleteRunError
        If there is none, a file is missing or damaged, or files do not agree with each other.
    """
    finished = [name for name in finished_sweeps(results) if not is_trial(name)]
    text = page(results, sweeps or finished)
    with complete(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
