"""The command that scores predictions made anywhere, and compares them."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mer.artefacts.given_predictions import GivenPredictions, read_given
from mer.core.errors import ConfigError, DataError, listed
from mer.tasks import TASKS

_ABOUT = """
Print UF1, UAR and WAR of predictions with intervals over subjects, of all databases together and of each;
with further files, compare each with the first.

A file is Parquet or CSV, one row per test clip (and seed), of one method. Columns that it needs:
  sample_id          name of the clip; the same in all files
  database           which database the clip belongs to
  person or subject  who it shows; a subject's name counts within its database, a person's everywhere
  true, predicted    classes
Columns that it may have:
  seed, fold         whole numbers; seeds are averaged and are no evidence
  score_<class>      for every class of the task; they sum to one
  variant, source    name of the method; real or stand_in
Files in results/<sweep>/predictions/ have them all. See docs/evaluation.md.
"""


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the command to a parser."""
    score = commands.add_parser(
        "score",
        help="score files of predictions, compare further files with the first",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score.add_argument("predictions", nargs="+", type=Path, metavar="PREDICTIONS", help=".parquet or .csv")
    classes = score.add_mutually_exclusive_group()
    classes.add_argument(
        "--classes",
        type=_names,
        default=(),
        help="all classes of the task, e.g. negative,positive,surprise; else those of the score columns, or "
        "all that occur: one that does not occur at all would be missing from UF1 and UAR",
    )
    classes.add_argument(
        "--task", choices=sorted(TASKS), metavar="TASK", help=f"its classes: {', '.join(sorted(TASKS))}"
    )
    score.add_argument(
        "--pooling",
        choices=("pooled", "fold_mean"),
        default="pooled",
        help="whether scores come from all predictions together (default) or are means of the folds' scores",
    )
    score.add_argument(
        "--draws", type=_at_least_100, default=10_000, help="draws of subjects for intervals (default 10000)"
    )
    score.set_defaults(command=_score)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(filter(None, (name.strip() for name in text.split(","))))
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise argparse.ArgumentTypeError(f"give two or more different classes, a,b,c. Got '{text}'")
    return names


def _at_least_100(text: str) -> int:
    if not text.isdigit() or int(text) < 100:
        raise argparse.ArgumentTypeError(f"give a whole number from 100. Got '{text}'")
    return int(text)


def _score(arguments: argparse.Namespace) -> None:
    # Printing help needs none of what scoring does.
    from mer.cli.score_report import report

    doubled = sorted({str(path) for path in arguments.predictions if arguments.predictions.count(path) > 1})
    if doubled:
        raise ConfigError(f"{', '.join(doubled)}: named twice. Give each file once.")
    classes = TASKS[arguments.task].classes if arguments.task else arguments.classes
    given = read_given(arguments.predictions, classes)
    if arguments.pooling == "fold_mean":
        _refuse_without_folds(given)
    report(given, pooling=arguments.pooling, n_draws=arguments.draws)


def _refuse_without_folds(given: Sequence[GivenPredictions]) -> None:
    without = [one.name for one in given if not one.has_folds]
    if without:
        raise DataError(listed("Means of folds need the column 'fold'. It is not in the files of:", without))
