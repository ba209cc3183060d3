from pathlib import Path

import pandas as pd
import pytest

from mer.core.errors import IncompleteRunError
from mer.core.types import Execution
from mer.jobs import folds, incomplete_table, train
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.packs import pack_name
from mer.sweep.specs.score import ScoreSpec
from mer.sweep.specs.tables import TableSpec
from mer.sweep.specs.train import TrainSpec

RAW = {
    "name": "mine",
    "datasets": {"demo": {"n_subjects": 4, "clips_per_class": 1}},
    "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
    "variants": {"majority": {}, "net": {"method": "ststnet"}, "other": {"method": "lbp_top_svm"}},
    "seeds": [0, 1],
}
JOBS = Jobs(Sweep(parse(RAW, "mine.yaml", Path())))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with folds and predictions of the majority class."""
    folder = tmp_path_factory.mktemp("trained")
    spec = FoldsSpec.model_validate_json(JOBS.folds_spec("p"))
    folds.run(spec, Execution(), folder / "folds.json")
    for seeds in JOBS.sweep.seed_groups("majority"):
        for first, last in JOBS.sweep.packs("p", "majority"):
            spec = TrainSpec.model_validate_json(JOBS.train_spec("p", "majority", seeds, first, last))
            output = folder / pack_name(seeds, first, last)
            train.run(spec, Execution(device="cpu"), folder / "folds.json", [], output, None)
    return folder


@pytest.fixture
def make(trained, tmp_path):
    """Write the table of one variant; returns why others are not complete."""

    def run(incomplete, **changes):
        table = TableSpec.model_validate_json(JOBS.table_spec("p"))
        score = ScoreSpec.model_validate_json(JOBS.score_spec("p", "majority")).model_copy(update=changes)
        outputs = [tmp_path / f"p.{suffix}" for suffix in ("csv", "md", "tex")]
        complete = {"majority": (score, trained)}
        return incomplete_table.run(table, complete, incomplete, trained / "folds.json", outputs)

    return run


LACKING = {"net": "3 of 5 packs", "other": "0 of 5 packs"}


def test_the_table_says_what_is_not_complete(make, tmp_path):
    assert make(LACKING) == LACKING
    table = pd.read_csv(tmp_path / "p.csv", keep_default_na=False).set_index("variant")
    assert table["kind"].to_dict() == {
        "majority": "measured", **dict.fromkeys(LACKING, "not complete")
    }  # fmt: skip
    assert table["remark"].to_dict() == {
        "majority": "", **{name: f"not complete: {why}" for name, why in LACKING.items()}
    }  # fmt: skip
    assert table.loc["majority", "demo_war"] != ""
    assert table.loc["net", "demo_war"] == ""
    text = (tmp_path / "p.md").read_text()
    assert text.startswith("# INCOMPLETE: Leave one subject out (p): ")
    assert "- Incomplete: 1 of 3 variants" in text
    assert r"\caption{INCOMPLETE: " in (tmp_path / "p.tex").read_text()


def test_predictions_of_another_recipe_are_refused(make, tmp_path):
    with pytest.raises(
        IncompleteRunError, match="No variant is complete on p:(\n.*)*predictions of another recipe"
    ):
        make(LACKING, recipes={0: "another", 1: "another"})
    assert not list(tmp_path.iterdir())


def test_a_pack_that_is_missing_is_refused_whatever_was_said(make):
    with pytest.raises(IncompleteRunError, match="majority: predictions cannot be used: .*004-004"):
        make(LACKING, packs=((0, 3), (4, 4)))
