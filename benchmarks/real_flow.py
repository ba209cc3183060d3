"""Scores of the 442 real flow images, and comparisons, from the predictions in docs/predictions/.

    python -m benchmarks.real_flow

trains nothing. A further file of predictions gets its row by an entry below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.record import record
from mer.artefacts.predictions import read_predictions
from mer.core.seeds import stream
from mer.core.types import COMPOSITE
from mer.evaluation.comparison import Comparison, Predicted, compare_all
from mer.evaluation.design import Design
from mer.evaluation.score_intervals import score_intervals
from mer.evaluation.scoring import Scored, score_rows
from mer.published.results import published_results
from mer.tables.comparison_table import interval_text, p_text
from mer.tables.titles import SCOPE_TITLES
from mer.tasks import TASKS

TITLE = "Scores of the 442 real flow images"
COMMAND = "python -m benchmarks.real_flow"
PREDICTIONS = Path(__file__).resolve().parents[1] / "docs" / "predictions"
CDE, LEAKAGE = PREDICTIONS / "megc2019_cde", PREDICTIONS / "leakage"
BASELINE = "flow_svm"
DATABASES = ("smic_hs", "casme2", "samm")
METRICS = ("uf1", "uar")
NOT_RUN = "not run"


@dataclass(frozen=True)
class Entry:
    """A row of the tables: a file of predictions, or a method that was not run.

    Attributes
    ----------
    title
        As printed, with the numbers of its notes.
    published
        Slug of the published method, or its UF1 / UAR where none of the five papers prints it.
    """

    title: str
    published: str = ""


# By the name of the file of predictions; in the order of the tables.
ENTRIES = {
    "majority": Entry("Majority class"),
    "flow_svm": Entry("Flow + SVM (baseline)"),
    "flow_ensemble": Entry("Flow ensemble (reference) [1]"),
    "off_apexnet": Entry("OFF-ApexNet, 40 epochs", "off-apexnet"),
    "dual_inception": Entry("Dual-Inception, 40 epochs [6]", "dual-inception"),
    "basic_inception_adam": Entry("Basic Inception, Adam, 40 epochs", "basic-inception"),
    "basic_inception": Entry("Basic Inception, plain SGD, 40 epochs", "basic-inception"),
    "fr": Entry("FR, plain SGD, 40 epochs", "fr"),
    "fr_adam": Entry("FR, Adam, 40 epochs", "fr"),
    "fr_fc": Entry("FR-fc, Adam, 40 epochs", "fr-fc"),
    "fr_concatenated": Entry("FR-concatenated, Adam, 40 epochs", "fr-concatenated"),
    "ststnet": Entry("STSTNet, 800 epochs [3]", "ststnet"),
    "sssnet": Entry("SSSNet, 40 epochs [7]", "0.739 / –"),
    "rcn_a": Entry("RCN-A, 20 epochs [4] [7]", "0.7432 / 0.7190"),
    "rcn_s": Entry("RCN-S, 20 epochs [5]"),
    "rcn_w": Entry("RCN-W, 20 epochs"),
}
MISSING = (
    Entry("AlexNet [8]", "alexnet"),
    Entry("GoogLeNet [8]", "googlenet"),
    Entry("VGG16 [8]", "vgg16"),
    Entry("HTNet [7] [9]", "0.8603 / 0.8475"),
    Entry("CapsuleNet [10]", "capsulenet"),
    Entry("EMR [10]", "emr"),
)
# A reference whose predictions were not kept, with intervals of 2,000 draws: composite, then databases.
KEPT_AS_TEXT = {
    "Flow gradients (an earlier reference) [2]": (
        ("3", "0.7832 ± 0.0029", "0.716 to 0.840", "0.7938 ± 0.0035", "0.729 to 0.852", ""),
        ("0.7306 / 0.7377", "", "0.8969 / 0.9014", "", "0.7034 / 0.7264", ""),
    ),
}
# Networks beside the baseline; the two that plain SGD leaves at one class, or near it, are not among them.
COMPARED = tuple(
    name for name in ENTRIES if name not in {"majority", "flow_svm", "flow_ensemble", "fr", "basic_inception"}
)


def tables() -> list[str]:
    """Return the tables of scores and comparisons, in Markdown."""
    lines = ["| | seeds | UF1 | interval | UAR | interval | published UF1 / UAR |", "|" + "---|" * 7]
    for name, entry in ENTRIES.items():
        lines.append(_row(entry.title, _composite(name), _published(entry, COMPOSITE)))
        if name == "flow_ensemble":
            lines += [_row(title, composite) for title, (composite, _) in KEPT_AS_TEXT.items()]
    lines += [_row(one.title, ["", NOT_RUN, "", "", ""], _published(one, COMPOSITE)) for one in MISSING]
    titles = [SCOPE_TITLES[scope] for scope in DATABASES]
    lines += ["", "By database, UF1 / UAR:", "", "| | " + " | published | ".join(titles) + " | published |"]
    lines.append("|" + "---|" * 7)
    for name, entry in ENTRIES.items():
        lines.append(_row(entry.title, *_by_database(entry, partial(_pair, name))))
        if name == "flow_ensemble":
            lines += [_row(title, databases) for title, (_, databases) in KEPT_AS_TEXT.items()]
    lines += [_row(one.title, *_by_database(one, lambda scope: NOT_RUN)) for one in MISSING]
    lines += ["", "Against Flow + SVM, UF1 of the composite; p of swapping subjects, adjusted by Holm:", ""]
    lines += ["| | difference | interval | p | p by Holm |", "|---|---|---|---|---|"]
    for one in _compared():
        ends = interval_text(one.difference.low, one.difference.high)
        numbers = [f"{one.difference.estimate:+.4f}", ends, p_text(one.swap.p), p_text(one.p_holm)]
        lines.append(_row(ENTRIES[one.name].title, numbers))
    return lines


def _row(*cells: str | Sequence[str]) -> str:
    flat = [text for cell in cells for text in ([cell] if isinstance(cell, str) else cell)]
    return "| " + " | ".join(flat) + " |"


@cache
def read(path: Path) -> Predicted:
    """Read a file of predictions of the 442 clips."""
    rows = read_predictions([path], TASKS["megc2019"].classes)
    (selection,) = set(rows["selection"])
    return Predicted(path.stem, selection, rows, {})


def _streams(name: str) -> np.random.Generator:
    """Draw as ``mer score`` does."""
    return stream("score", name)


@cache
def design() -> Design:
    """Say how the composite is scored."""
    return Design(classes=TASKS["megc2019"].classes)


@cache
def _scored(name: str) -> Mapping[str, list[Scored]]:
    """Score a method by scope; a score for each seed."""
    found: dict[str, list[Scored]] = {}
    for one in score_rows(read(CDE / f"{name}.parquet").rows, design().classes, "pooled"):
        found.setdefault(one.scope, []).append(one)
    return found


def _mean(name: str, scope: str, metric: str) -> str:
    values = [one.values[metric] for one in _scored(name)[scope]]
    spread = f" ± {np.std(values, ddof=1):.4f}" if len(values) > 1 else ""
    return f"{np.mean(values):.4f}{spread}"


def _pair(name: str, scope: str) -> str:
    return " / ".join(_mean(name, scope, metric) for metric in METRICS)


def _composite(name: str) -> list[str]:
    found = score_intervals(read(CDE / f"{name}.parquet").rows, design(), _streams, METRICS)
    intervals = {one.metric: one.interval for one in found if one.scope == COMPOSITE}
    cells = [str(len(_scored(name)[COMPOSITE]))]
    for metric in METRICS:
        ends = intervals[metric]
        cells += [_mean(name, COMPOSITE, metric), interval_text(ends.low, ends.high)]
    return cells


@cache
def _printed() -> pd.DataFrame:
    return published_results("cde2019")


def _published(entry: Entry, scope: str) -> str:
    if "/" in entry.published or not entry.published:
        return entry.published if scope == COMPOSITE else ""
    numbers = _printed()
    own = numbers[(numbers["method_slug"] == entry.published) & (numbers["scope"] == scope)]
    values = dict(zip(own["metric"], own["value"], strict=True))
    return " / ".join(f"{values[metric]:.4f}" for metric in METRICS) if values else ""


def _by_database(entry: Entry, cell: Callable[[str], str]) -> Iterator[str]:
    for scope in DATABASES:
        yield cell(scope)
        yield _published(entry, scope)


def _compared() -> list[Comparison]:
    others = [read(CDE / f"{name}.parquet") for name in COMPARED]
    found, _ = compare_all(read(CDE / f"{BASELINE}.parquet"), others, design(), _streams)
    return [one for one in found if one.metric == "uf1"]


def main() -> None:
    """Write the tables down."""
    record(TITLE, COMMAND, tables())


if __name__ == "__main__":
    main()
