"""Commands that Snakemake's rules call; each can be repeated by pasting it from the log."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mer.core.parameters import Params
from mer.core.types import Execution
from mer.sweep.specs.comparison import ComparisonSpec
from mer.sweep.specs.figures import FeaturesSpec, ProtocolFiguresSpec, RanksSpec
from mer.sweep.specs.folds import AuditSpec, FoldsSpec, MacroSpec
from mer.sweep.specs.inputs import InputsSpec
from mer.sweep.specs.paper_table import PaperPageSpec, PaperTableSpec, PublishedAuditSpec
from mer.sweep.specs.prepare import ContactSheetSpec, PartsSpec, PrepareSpec
from mer.sweep.specs.samples import SamplesSpec
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import FigureSpec, SummarySpec, TableSpec
from mer.sweep.specs.train import TrainSpec

Command = Callable[[argparse.Namespace], None]


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the rules' commands to a parser; they are left out of its help."""
    _add(commands, "folds", _folds, FoldsSpec)
    _add(commands, "macro", _macro, MacroSpec)
    _add(commands, "samples", _samples, SamplesSpec, outputs=2)
    _add(commands, "leak_audit", _leak_audit, AuditSpec)
    _add(commands, "prepare", _prepare, PrepareSpec, inputs="*")
    _add(commands, "parts", _parts, PartsSpec)
    _add(commands, "contact_sheet", _contact_sheet, ContactSheetSpec, inputs="+", outputs=2)
    _add(commands, "train", _train, TrainSpec, inputs=1)
    _add(commands, "score_variant", _score, ScoreSpec, inputs=1, outputs=3)
    _add(commands, "comparison", _comparison, ComparisonSpec, inputs="+", outputs=3)
    _add(commands, "table", _table, TableSpec, inputs="*", outputs="+")
    _add(commands, "published_audit", _published_audit, PublishedAuditSpec, outputs=2)
    _add(commands, "paper_table", _paper_table, PaperTableSpec, inputs=2, outputs="+")
    _add(commands, "paper_page", _paper_page, PaperPageSpec, inputs="+")
    _add(commands, "figure", _figure, FigureSpec, inputs=1, outputs="+")
    _add(commands, "figures", _figures, ProtocolFiguresSpec, inputs="+", outputs="+")
    _add(commands, "ranks", _ranks, RanksSpec, inputs="+", outputs="+")
    _add(commands, "features", _features, FeaturesSpec, inputs="+", outputs="+")
    _add(commands, "summary", _summary, SummarySpec)


def _add(
    commands: Any,  # noqa: ANN401  # argparse hides the type
    name: str,
    run: Command,
    spec: type[Params],
    *,
    inputs: str | int | None = None,
    outputs: str | int | None = None,
) -> None:
    parser = commands.add_parser(name)
    parser.add_argument("--spec", required=True, type=spec.model_validate_json)
    parser.add_argument("--execution", type=_execution, default=Execution())
    parser.add_argument("--folds", type=Path)
    if inputs is not None:
        parser.add_argument("--inputs", type=Path, nargs=inputs, default=[])
    parser.add_argument("--output", type=Path, nargs=outputs, required=True)
    parser.set_defaults(command=run)


def _execution(text: str) -> Execution:
    return Execution(**json.loads(text))


# Jobs are imported by the command that runs them: each needs other libraries, some of them large.


def _folds(arguments: argparse.Namespace) -> None:
    from mer.jobs import folds

    folds.run(arguments.spec, arguments.execution, arguments.output)


def _macro(arguments: argparse.Namespace) -> None:
    from mer.jobs import macro

    macro.run(arguments.spec, arguments.execution, arguments.output)


def _samples(arguments: argparse.Namespace) -> None:
    from mer.jobs import samples

    samples.run(arguments.spec, arguments.execution, *arguments.output)


def _leak_audit(arguments: argparse.Namespace) -> None:
    from mer.jobs import leak_audit

    leak_audit.run(arguments.folds, arguments.output)


def _prepare(arguments: argparse.Namespace) -> None:
    from mer.jobs import prepare

    prepare.run(arguments.spec, arguments.execution, arguments.inputs, arguments.output)


def _parts(arguments: argparse.Namespace) -> None:
    from mer.jobs import prepare

    prepare.run_list(arguments.spec, arguments.output)


def _contact_sheet(arguments: argparse.Namespace) -> None:
    from mer.jobs import contact_sheet

    parts, *landmarks = arguments.inputs
    contact_sheet.run(arguments.spec, arguments.execution, parts, landmarks, *arguments.output)


def _train(arguments: argparse.Namespace) -> None:
    from mer.jobs import train

    a = arguments
    inputs = InputsSpec.read(a.inputs[0])
    folds, lists = Path(inputs.folds), [Path(path) for path in inputs.lists]
    macro = None if inputs.macro is None else Path(inputs.macro)
    # Shared by all packs of the run: what is done in one is not done again in another.
    run_folder = a.output.parent.parent
    train.run(a.spec, a.execution, folds, lists, a.output, run_folder, macro)


def _score(arguments: argparse.Namespace) -> None:
    from mer.jobs import score

    score.run(arguments.spec, arguments.folds, arguments.inputs[0], *arguments.output)


def _comparison(arguments: argparse.Namespace) -> None:
    from mer.jobs import comparison

    comparison.run(arguments.spec, arguments.folds, arguments.inputs, *arguments.output)


def _table(arguments: argparse.Namespace) -> None:
    from mer.jobs import table

    table.run(arguments.spec, arguments.inputs, arguments.output)


def _published_audit(arguments: argparse.Namespace) -> None:
    from mer.jobs import published_audit

    published_audit.run(*arguments.output)


def _paper_table(arguments: argparse.Namespace) -> None:
    from mer.jobs import paper_table

    root, failing = arguments.inputs
    paper_table.run(arguments.spec, root, failing, arguments.output)


def _paper_page(arguments: argparse.Namespace) -> None:
    from mer.jobs import paper_page

    audit, *tables = arguments.inputs
    paper_page.run(tables, audit, arguments.output)


def _figure(arguments: argparse.Namespace) -> None:
    from mer.jobs import figure

    figure.run(arguments.spec, arguments.inputs[0], arguments.output)


def _figures(arguments: argparse.Namespace) -> None:
    from mer.jobs import figures

    intervals, *predictions = arguments.inputs
    figures.run(arguments.spec, arguments.folds, intervals, predictions, arguments.output)


def _ranks(arguments: argparse.Namespace) -> None:
    from mer.jobs import ranks

    ranks.run(arguments.spec, arguments.inputs, arguments.output)


def _features(arguments: argparse.Namespace) -> None:
    from mer.jobs import features

    a = arguments
    features.run(a.spec, a.execution, a.folds, a.inputs, a.output)


def _summary(arguments: argparse.Namespace) -> None:
    from mer.jobs import summary

    summary.run(arguments.spec, arguments.output)
