"""List the samples of one data set, and what was noticed while reading it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from mer.core.errors import DataError
from mer.core.files import complete
from mer.core.types import Execution, SampleIndex
from mer.jobs.datasets import build_dataset
from mer.sweep.specs.samples import SamplesSpec
from mer.sweep.splits import index_digest


def run(spec: SamplesSpec, execution: Execution, table: Path, report: Path) -> None:
    """Index a data set; write its samples as CSV and its version, counts and warnings as Markdown.

    Raises
    ------
    DataError
        If the data are no longer those that the sweep was planned with.
    """
    index = build_dataset(spec.name, spec.dataset, execution).index()
    if index_digest(index) != spec.digest:
        raise DataError(
            f"The data of '{spec.name}' changed while the sweep was running. Run the workflow again."
        )
    rows = [{**asdict(sample), "action_units": " ".join(sample.action_units)} for sample in index]
    with complete(table) as temporary:
        pd.DataFrame(rows).to_csv(temporary, index=False)
    with complete(report) as temporary:
        temporary.write_text("\n".join(_report(spec.name, index)) + "\n", encoding="utf-8")


def _report(name: str, index: SampleIndex) -> Iterator[str]:
    people = {sample.person for sample in index}
    yield f"# {name}: {len(index)} clips of {len(people)} people"
    yield ""
    yield f"- Reader: {index.samples[0].database if index.samples else 'no clips'}; source: {_source(index)}."
    if index.version:
        yield f"- Version: {index.version}."
    yield from (f"- {note}." for note in index.notes)
    yield ""
    yield "| label | clips |"
    yield "|---|---|"
    yield from (f"| {label} | {n} |" for label, n in Counter(s.emotion for s in index).most_common())
    if index.warnings:
        yield ""
        yield "Read otherwise than it stands in the files, or worth knowing:"
        yield ""
        yield from (f"- {warning}" for warning in index.warnings)


def _source(index: SampleIndex) -> str:
    return ", ".join(sorted({sample.source.replace("_", "-") for sample in index}))
