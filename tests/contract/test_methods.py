"""What every method promises, over the whole catalogue."""

import copy
import json
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mer.core.seeds import stream
from mer.core.types import Execution, Samples
from mer.features import FEATURES
from mer.methods import _MODULES, METHODS

CPU = Execution(device="cpu")
# Where a method's own settings would take long; everything else is tested as it is.
QUICK = {"ststnet": {"epochs": 2}}


@pytest.fixture(scope="session", params=sorted(METHODS))
def entry(request, tiny_demo):
    """A method with its training data: four subjects' worth of clips in three classes."""
    spec = METHODS[request.param]
    params = spec.params(**QUICK.get(request.param, {}))
    recipe = spec.inputs(params)
    samples = tiny_demo.index().samples
    if recipe is None:
        data = np.empty((len(samples), 0))
    else:
        feature = FEATURES[recipe.feature].build(recipe.params, CPU)
        data = np.stack([feature.compute(tiny_demo.read_clip(sample)) for sample in samples])
    labels = [("negative", "positive", "surprise").index(sample.emotion) for sample in samples]
    return SimpleNamespace(spec=spec, params=params, data=data, labels=np.array(labels))


def fit(entry, train, name="contract"):
    return entry.spec.build(entry.params, CPU).fit(train, stream(name))


def test_a_key_is_its_modules_name(entry):
    module = next(module for module in _MODULES if module.SPEC is entry.spec)
    assert module.__name__ == f"mer.methods.{entry.spec.name}"
    assert entry.spec.title
    assert entry.spec.citation


def test_settings_survive_json(entry):
    text = entry.params.model_dump_json()
    assert entry.spec.params.model_validate(json.loads(text)) == entry.params


def test_the_input_is_in_the_catalogue_of_representations(entry):
    recipe = entry.spec.inputs(entry.params)
    if recipe is not None:
        assert isinstance(recipe.params, FEATURES[recipe.feature].params)


def test_scores_are_one_distribution_per_sample(entry, make_samples):
    train = make_samples(entry.data, entry.labels)
    scores = fit(entry, train).predict_proba(Samples(train.sample_ids, train.data))
    assert scores.shape == (18, 3)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-9)


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_a_class_missing_from_training_keeps_its_column(entry, make_samples, absent):
    rows = entry.labels != absent
    train = make_samples(entry.data[rows], entry.labels[rows])
    assert fit(entry, train).predict_proba(Samples(("x",), entry.data[:1])).shape == (1, 3)


def test_a_samples_scores_do_not_depend_on_the_others(entry, make_samples):
    fitted = fit(entry, make_samples(entry.data, entry.labels))
    together = fitted.predict_proba(Samples(tuple("abcde"), entry.data[:5]))
    alone = [fitted.predict_proba(Samples(("x",), entry.data[n : n + 1]))[0] for n in range(5)]
    backwards = fitted.predict_proba(Samples(tuple("edcba"), entry.data[4::-1]))
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards[::-1])


def test_the_stream_alone_decides(entry, make_samples):
    train = make_samples(entry.data, entry.labels)
    samples = Samples(train.sample_ids, train.data)
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002  # the global state is what must not matter
        results.append(fit(entry, train).predict_proba(samples))
    assert np.array_equal(*results)


def test_fit_changes_neither_the_method_nor_its_data(entry, make_samples):
    method = entry.spec.build(entry.params, CPU)
    train = make_samples(entry.data, entry.labels)
    before = copy.deepcopy((method, train.data, train.labels))
    first = method.fit(train, stream("a"))
    assert first is not method
    assert method == before[0]
    assert np.array_equal(train.data, before[1])
    assert np.array_equal(train.labels, before[2])
    assert np.array_equal(
        first.predict_proba(Samples(("x",), entry.data[:1])),
        method.fit(train, stream("a")).predict_proba(Samples(("x",), entry.data[:1])),
    )


def test_predicting_changes_neither_the_model_nor_the_samples(entry, make_samples):
    fitted = fit(entry, make_samples(entry.data, entry.labels))
    data = entry.data.copy()
    first = fitted.predict_proba(Samples(tuple("abcdefghijklmnopqr"), data))
    assert np.array_equal(data, entry.data)
    assert np.array_equal(first, fitted.predict_proba(Samples(tuple("abcdefghijklmnopqr"), data)))


def test_a_fitted_method_survives_pickling(entry, make_samples):
    fitted = fit(entry, make_samples(entry.data, entry.labels))
    again = pickle.loads(pickle.dumps(fitted))
    samples = Samples(("a", "b"), entry.data[:2])
    assert np.array_equal(fitted.predict_proba(samples), again.predict_proba(samples))
