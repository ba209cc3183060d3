import json

import pytest

from mer.artefacts.folds import read_folds
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs import folds
from mer.sweep.specs.folds import FoldsSpec


def test_the_file_holds_what_was_planned(prepared):
    assert read_folds(prepared.folds) == prepared.jobs.sweep.split("p")


def test_data_that_changed_since_planning_are_refused(prepared, tmp_path):
    spec = json.loads(prepared.jobs.folds_spec("p"))
    spec["datasets"]["demo"]["settings"]["n_subjects"] = 5
    with pytest.raises(DataError, match="The data of protocol 'p' changed"):
        folds.run(FoldsSpec.model_validate(spec), Execution(), tmp_path / "p.json")
    assert not list(tmp_path.iterdir())
