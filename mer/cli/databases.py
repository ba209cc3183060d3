"""Commands on databases: count a copy, write a stand-in."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from mer.annotations.database import AnnotatedDatabase
from mer.annotations.versions import task_versions
from mer.core.errors import ConfigError, DataError, listed
from mer.core.location import Location
from mer.datasets import DATASETS
from mer.standins.catalogue import STAND_INS
from mer.standins.plan import StandInParams
from mer.standins.planned import plan
from mer.sweep.validation import validated
from mer.tasks import TASKS
from mer.tasks.base import ClassCounts


def add_commands(commands: Any) -> None:  # noqa: ANN401  # argparse hides the type
    """Add the commands to a parser."""
    counts = commands.add_parser("counts", help="count a copy of a database and name its version")
    counts.add_argument("--dataset", required=True, choices=sorted(DATASETS), metavar="KEY")
    counts.add_argument("--root", required=True, type=Path, metavar="DIR")
    counts.add_argument("--task", choices=sorted(TASKS), help="count the classes of a task, not the labels")
    counts.add_argument("--annotations-only", action="store_true", help="do not look for the frames")
    counts.add_argument(
        "--settings", default="{}", help="settings of the data set, e.g. '{release: extended}'"
    )
    counts.set_defaults(command=_counts)
    writer = commands.add_parser("standin", help="write a synthetic stand-in of a database")
    writer.add_argument("--dataset", required=True, choices=sorted(STAND_INS), metavar="KEY")
    writer.add_argument("--out", required=True, type=Path, metavar="DIR")
    writer.add_argument("--version", default="", help="which annotation; see the database's page")
    writer.add_argument("--scale", type=float, default=1.0, help="share of the clips, up to 1 (default)")
    writer.add_argument("--size", type=int, default=128, help="height of the frames in pixels (default 128)")
    writer.add_argument("--annotations-only", action="store_true", help="write no frames")
    writer.add_argument("--force", action="store_true", help="replace a stand-in that is there")
    writer.set_defaults(command=_standin)


def _counts(arguments: argparse.Namespace) -> None:
    spec = DATASETS[arguments.dataset]
    problems: list[str] = []
    params = validated(spec.params, _settings(arguments.settings), "", problems)
    if params is None:
        raise ConfigError(listed(f"--settings are not those of {arguments.dataset}:", problems))
    if not arguments.root.is_dir():
        raise DataError(f"--root {arguments.root}: the folder does not exist.")
    reader = spec.build(params, Location(arguments.dataset, arguments.root))
    if isinstance(reader, AnnotatedDatabase):
        report, problem = _annotated(reader, arguments)
    else:
        index = reader.index()
        labels = Counter(sample.emotion for sample in index)
        subjects = len({sample.subject for sample in index})
        report, problem = _report(arguments.dataset, index.version, labels, subjects, index.warnings), ""
    json.dump(report, sys.stdout, indent=1, ensure_ascii=False)
    sys.stdout.write("\n")
    if problem:
        raise DataError(problem)


def _settings(text: str) -> dict[str, Any]:
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--settings are not YAML: {error}") from error
    if not isinstance(settings, dict):
        raise ConfigError(f"--settings must be a mapping such as '{{allow_partial: true}}', got '{text}'")
    return settings


def _annotated(reader: AnnotatedDatabase, arguments: argparse.Namespace) -> tuple[dict[str, Any], str]:
    """Count a database with an annotation; the second value says what is wrong with the copy."""
    census = reader.census
    counts, problem = census.counts, census.problem if census.verified else ""
    warnings = [*census.read.warnings, *([] if problem or not census.problem else [census.problem])]
    if arguments.task:
        counts = _under_task(reader, arguments.task)
        known = task_versions(reader.key, arguments.task)
        if census.version in known and not problem:
            differences = counts.differences(known[census.version])
            problem = (
                listed(f"{reader.tree.name}, task {arguments.task}:", differences) if differences else ""
            )
    if problem and reader.allow_partial:
        warnings, problem = [*warnings, problem], ""
    if not arguments.annotations_only and not problem:
        try:
            warnings = list(reader.index().warnings)
        except DataError as error:
            problem = str(error)
    report = _report(reader.key, census.version, counts.classes, counts.subjects or 0, warnings)
    return report, problem


def _under_task(reader: AnnotatedDatabase, task: str) -> ClassCounts:
    """Count the clips of a task's classes, and their subjects."""
    labelled = TASKS[task].label(reader.annotated_samples())
    classes = Counter(one.label for one in labelled)
    return ClassCounts(dict(classes), len({one.sample.subject for one in labelled}))


def _report(
    dataset: str, version: str, classes: Mapping[str, int], subjects: int, warnings: Sequence[str]
) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "version": version,
        "clips": sum(classes.values()),
        "subjects": subjects,
        "classes": dict(sorted(classes.items())),
        "warnings": list(warnings),
    }


def _standin(arguments: argparse.Namespace) -> None:
    problems: list[str] = []
    given = {"scale": arguments.scale, "size": arguments.size, "version": arguments.version}
    params = validated(StandInParams, given, "", problems)
    if params is None:
        raise ConfigError(listed("mer standin cannot write this:", problems))
    from mer.standins.write import write  # rendering needs OpenCV, counting does not

    planned = plan(arguments.dataset, params)
    write(planned, arguments.out, annotations_only=arguments.annotations_only, force=arguments.force)
    n_frames = 0 if arguments.annotations_only else sum(len(clip.files) for clip in planned.clips)
    Console(highlight=False, soft_wrap=True).print(
        f"{arguments.out}: stand-in of {arguments.dataset} ({planned.version}), {len(planned.clips)} clips, "
        f"{n_frames} frames."
    )
