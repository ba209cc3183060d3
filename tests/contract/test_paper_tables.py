"""Every table of results of the five papers is made by a sweep file, with every number that it prints."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mer.artefacts.predictions import write_predictions
from mer.artefacts.rows import prediction_rows
from mer.artefacts.scores import SCORE_COLUMNS, write_rows
from mer.jobs import paper_table, published_audit
from mer.published.tables import published_tables, table_name
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.config_file import load
from mer.sweep.paper_tables import paper_inputs, paper_table_spec
from mer.sweep.plan import Sweep
from mer.sweep.specs.paper_table import PaperTableSpec
from tests.conftest import REPOSITORY
from tests.unit.jobs.test_table import measured as scores

SWEEPS = sorted(
    path for path in (REPOSITORY / "workflow" / "sweeps").glob("*.yaml") if "paper_tables" in load(path)
)


def planned(path):
    """Plan a sweep file as it is where no database is at hand, with one variant that needs no arrays."""
    raw = load(path)
    raw["variants"] = {"majority": {"seeds": [0]}}
    return Jobs(Sweep(parse(raw, path.name, Path.cwd())))


def predict_the_majority(jobs, protocol, root):
    """Write what the sweep would keep of the majority class, without training."""
    split = jobs.sweep.split(protocol)
    parts = []
    for number, fold in enumerate(split.folds):
        most = Counter(split.labels[name] for name in fold.train).most_common(1)[0][0]
        one_hot = np.tile([float(name == most) for name in split.classes], (len(fold.test), 1))
        about = {"method": "majority", "variant": "majority", "selection": "last", "seed": 0, "fold": number}
        about |= {"recipe": "r", "device": "cpu", "seconds": 0.0}
        parts.append(prediction_rows(split, fold.test, one_hot, about))
    for folder in ("predictions", "scores"):
        (root / folder / protocol).mkdir(parents=True)
    rows = pd.concat(parts, ignore_index=True)
    write_predictions(root / f"predictions/{protocol}/majority.parquet", rows, split.classes, {})
    write_rows(root / f"scores/{protocol}/majority.csv", scores(variants=("majority",)), SCORE_COLUMNS)


def test_every_table_is_made_by_one_sweep_file():
    made = [
        table_name(entry["paper"], entry["table"]) for path in SWEEPS for entry in load(path)["paper_tables"]
    ]
    assert sorted(made) == sorted(table_name(*one) for one in published_tables())


@pytest.fixture(scope="module")
def failing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    published_audit.run(folder / "audit.csv", folder / "cells.csv")
    return folder / "cells.csv"


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_a_sweep_on_stand_ins_renders_its_tables_with_every_printed_cell(path, tmp_path, failing):
    jobs = planned(path)
    with (REPOSITORY / "mer/published/results.csv").open() as file:
        printed = list(csv.DictReader(file))
    for protocol in jobs.sweep.config.protocols:
        predict_the_majority(jobs, protocol, tmp_path)
    for entry in jobs.sweep.config.paper_tables:
        outputs = [tmp_path / Path(name).name for name in jobs.paper_tables() if f"/{entry.name}." in name]
        assert len(outputs) == 4
        spec = PaperTableSpec.model_validate_json(paper_table_spec(jobs, entry.name))
        assert len(paper_inputs(jobs, entry.name)) == 2 * len(spec.sources)
        paper_table.run(spec, tmp_path, failing, outputs)
        with outputs[0].open() as file:
            lines = list(csv.DictReader(file))
        expected = [one for one in printed if (one["paper"], one["table"]) == (entry.paper, entry.table)]
        found = [one for one in lines if one["kind"].startswith("published")]
        key = ("protocol", "method_slug", "metric", "printed")
        assert Counter(tuple(one[name] for name in key) for one in found) == Counter(
            tuple({**one, "printed": one["reported_as"]}[name] for name in key) for one in expected
        )
        own = [one for one in lines if one["variant"]]
        assert {one["kind"] for one in own} <= {"measured, stand-in"}
        columns = {(one["protocol"], one["dataset_scope"], one["metric"]) for one in expected}
        assert {(one["protocol"], one["scope"], one["metric"]) for one in own} in (columns, set())


# What no sweep measures: costs need a network, other columns are only cited or have no protocol of their own.
UNMEASURED = {
    "tlcnn560-unspecified", "macro-pretrain-9class", "macro-pretrain-5class", "imagenet",
    "smic-hs-4-subject5fold-n13", "smic-hs-4-subject5fold-n15",
}  # fmt: skip


def test_every_column_that_can_be_measured_is():
    unmeasured = set()
    for path in SWEEPS:
        jobs = planned(path)
        for entry in jobs.sweep.config.paper_tables:
            spec = PaperTableSpec.model_validate_json(paper_table_spec(jobs, entry.name))
            slugs = {source.slug for source in spec.sources}
            for column in paper_table.published_table(entry.paper, entry.table).columns:
                name = paper_table.published_protocols()[column.protocol]
                if not slugs.issuperset(name.of or (name.slug,)):
                    unmeasured.add(column.protocol)
    assert unmeasured == UNMEASURED
