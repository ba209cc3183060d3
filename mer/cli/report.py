"""The command that writes one page about finished sweeps."""

import argparse
import logging
from pathlib import Path
from typing import Any

from mer.sweep.preparing import RESULTS

log = logging.getLogger(__name__)


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    report = commands.add_parser("report", help="write one HTML page about finished sweeps")
    report.add_argument(
        "sweep", nargs="*", help=f"names of sweeps, folders in {RESULTS}/; all but trials if none is named"
    )
    report.add_argument(
        "--output", type=Path, default=Path(RESULTS, "report.html"), help="default: %(default)s"
    )
    report.set_defaults(command=_report)


def _report(arguments: argparse.Namespace) -> None:
    from mer.jobs import report

    report.run(Path(RESULTS), list(dict.fromkeys(arguments.sweep)), arguments.output)
    log.info("%s: open it in a browser", arguments.output)
