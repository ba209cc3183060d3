"""A file of every job of a sweep, by the rule that makes it."""

from collections.abc import Iterable

from mer.sweep.cells import Jobs
from mer.sweep.figures import SOMETIMES
from mer.sweep.parts import landmarks_recipe
from mer.sweep.preparing import RESULTS


def outputs_by_rule(jobs: Jobs) -> dict[str, list[str]]:
    """Name one file that each job of a sweep makes, by rule, in the order of work; no rule without a job."""
    protocols = jobs.sweep.config.protocols
    pairs = jobs.sweep.runs()
    planned: dict[str, Iterable[str]] = {
        "stand_in": [f"{RESULTS}/standins/{folder}/STAND-IN.json" for folder in jobs.stand_ins],
        "samples": jobs.samples(),
        "folds": [jobs.folds(protocol) for protocol in protocols],
        "audit": jobs.audits(),
        "macro": [path for pair in pairs for path in jobs.macro_clips(*pair)],
        "prepare": [path for pair in representations(jobs) for path in part_files(jobs, *pair)],
        "parts": [f"{artefacts(jobs, *pair)}/parts.json" for pair in representations(jobs)],
        "contact_sheet": jobs.contact_sheets(),
        "inputs": [jobs.inputs(*pair) for pair in pairs],
        "train": [path for pair in pairs for path in jobs.packs(*pair)],
        "score": [path for protocol in protocols for path in jobs.predictions(protocol)],
        "comparison": [path for path in jobs.comparisons() if "/comparisons/" in path],
        "table": jobs.tables(),
        **_figures(jobs),
        "published_audit": [f"{RESULTS}/published/audit.csv"] if jobs.paper_tables() else [],
        "paper_table": jobs.paper_tables(),
        "summary": [f"{jobs.root}/sweep.json"],
        "report": [jobs.page("report")],
    }
    return {rule: _one_each(paths) for rule, paths in planned.items() if paths}


def representations(jobs: Jobs) -> list[tuple[str, str]]:
    """Pair every data set of a sweep with the keys of what is prepared of it, landmarks first."""
    found: dict[tuple[str, str], None] = {}
    for run in jobs.sweep.runs():
        for dataset, key in jobs.representations(*run):
            recipe = jobs.recipes[key]
            landmarks = landmarks_recipe(recipe)
            found |= {(dataset, one.key): None for one in (landmarks, recipe) if one is not None}
    return list(found)


def artefacts(jobs: Jobs, dataset: str, recipe_key: str) -> str:
    """Name the folder of a representation of a data set."""
    return f"{RESULTS}/artefacts/{jobs.artefact_folder(dataset)}/{recipe_key}"


def part_files(jobs: Jobs, dataset: str, recipe_key: str) -> list[str]:
    """Name the files of all parts of a representation of a data set."""
    parts = jobs.parts(jobs.artefact_folder(dataset), recipe_key)
    return [f"{artefacts(jobs, dataset, recipe_key)}/{part}.safetensors" for part in parts]


def _figures(jobs: Jobs) -> dict[str, Iterable[str]]:
    protocols, folder = jobs.sweep.config.protocols, f"{jobs.root}/figures"
    sometimes = [(one, name) for one in protocols for name in jobs.figure_names(one) if name in SOMETIMES]
    return {
        "figure": [path for path in jobs.figures() if "/confusion_" in path],
        "figures": [f"{folder}/{one}/figures.json" for one in protocols],
        "figures_sometimes": [f"{folder}/{one}/{name}.png" for one, name in sometimes],
        "figures_ranks": [] if jobs.no_ranks else [f"{folder}/figures.json"],
    }


def _one_each(paths: Iterable[str]) -> list[str]:
    """Keep the first of the files that a job makes together: they differ in their suffix."""
    found: dict[str, str] = {}
    for path in paths:
        found.setdefault(path.rpartition(".")[0], path)
    return list(found.values())
