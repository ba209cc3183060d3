import pandas as pd
import pytest

from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs import samples
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.samples import SamplesSpec


def planned(scale):
    raw = {
        "name": "mine",
        "datasets": {"casme2": {"stand_in": {"scale": scale}}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["casme2"], "task": "casme2_5"}},
        "variants": {"majority": {}},
    }
    return Jobs(Sweep(parse(raw, "mine.yaml", None)))


def test_samples_and_what_was_noticed_are_listed(tmp_path):
    spec = SamplesSpec.model_validate_json(planned(1.0).samples_spec("casme2"))
    samples.run(spec, Execution(), tmp_path / "a.csv", tmp_path / "a.md")
    rows = pd.read_csv(tmp_path / "a.csv")
    assert len(rows) == 255
    assert rows.loc[rows["clip"] == "EP12_01f", "apex"].isna().all()
    text = (tmp_path / "a.md").read_text()
    assert "# casme2: 255 clips of 26 people" in text
    assert "- Version: stand-in of 2014-05-08, scale 1." in text
    assert "| disgust | 63 |" in text
    assert "apex '/' read as not annotated: 1 times" in text


def test_data_that_changed_since_planning_are_refused(tmp_path):
    spec = SamplesSpec.model_validate_json(planned(1.0).samples_spec("casme2"))
    other = spec.model_copy(update={"digest": "another"})
    with pytest.raises(DataError, match="changed while the sweep was running"):
        samples.run(other, Execution(), tmp_path / "a.csv", tmp_path / "a.md")
    assert not list(tmp_path.iterdir())
