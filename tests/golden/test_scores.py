"""Did any number move? Scores of every method on the tiny demo, recorded by ``make golden``."""

import json
from pathlib import Path

import numpy as np
import pytest

from mer.core.seeds import stream
from mer.core.types import Execution, Samples
from mer.features import FEATURES
from mer.methods import METHODS

RECORD = Path(__file__).with_name("scores.json")
QUICK = {"ststnet": {"epochs": 3, "lr": 0.001}}
# Processors add up in different orders; a changed method moves scores by far more.
TOLERANCE = 1e-3


def scores(name, tiny_demo, make_samples):
    """Train on the first two subjects and score the third."""
    spec = METHODS[name]
    params = spec.params(**QUICK.get(name, {}))
    recipe = spec.inputs(params)
    samples = tiny_demo.index().samples
    data = np.empty((len(samples), 0))
    if recipe is not None:
        feature = FEATURES[recipe.feature].build(recipe.params, Execution(device="cpu"))
        data = np.stack([feature.compute(tiny_demo.read_clip(sample)) for sample in samples])
    labels = [("negative", "positive", "surprise").index(sample.emotion) for sample in samples]
    fitted = spec.build(params, Execution(device="cpu")).fit(
        make_samples(data[:12], labels[:12]), stream("golden", name)
    )
    return fitted.predict_proba(Samples(tuple(s.sample_id for s in samples[12:]), data[12:]))


@pytest.mark.parametrize("name", sorted(METHODS))
def test_scores_are_as_recorded(name, tiny_demo, make_samples, request):
    found = scores(name, tiny_demo, make_samples)
    if request.config.getoption("--write-golden"):
        record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        record[name] = found.round(6).tolist()
        RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    recorded = json.loads(RECORD.read_text())[name]
    assert np.allclose(found, recorded, atol=TOLERANCE), "review the change, then run 'make golden'"


def test_nothing_is_recorded_for_a_method_that_is_gone():
    assert set(json.loads(RECORD.read_text())) == set(METHODS)
