"""What every method promises, over the whole catalogue."""

import copy
import json
import pickle
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from mer.core.seeds import stream
from mer.core.types import Execution, Samples
from mer.features import FEATURES
from mer.methods import _MODULES, METHODS
from mer.methods.network import scaled
from mer.training.course import Course
from mer.training.loop import train_network
from mer.training.scoring import score_network
from mer.training.stacked import train_stacked

CPU = Execution(device="cpu")
CLASSES = ("negative", "positive", "surprise")
# Networks learn for one epoch; what is largest is made smaller. Everything else is tested as it is.
ONE_EPOCH = {"epochs": 1, "batch_size": 8, "lr": 0.001}
SMALLER = {"alexnet": {"width": 0.1}, "vgg16": {"width": 0.05}, "flow_ensemble": {"blocks": 3, "n_trees": 5}}
# Pictures of 224 pixels take long: a clip of each class and subject or so is enough.
FEW = {"alexnet", "googlenet", "vgg16", "capsulenet", "emr", "mmnet", "htnet"}


# Did any number move? Recorded by `make golden`. Processors add up in different orders; a changed method moves
# scores by far more.
RECORD = Path(__file__).with_name("recorded_scores.json")
TOLERANCE = 1e-3

# What torch refuses to compute on a GPU while `use_deterministic_algorithms` is on, in the documentation's order.
NOT_IN_ONE_ORDER = {
    "avg_pool3d_backward",
    "_adaptive_avg_pool2d_backward",
    "_adaptive_avg_pool3d_backward",
    "adaptive_max_pool2d_backward",
    "fractional_max_pool2d_backward",
    "fractional_max_pool3d_backward",
    "max_unpool2d",
    "max_unpool3d",
    "upsample_linear1d_backward",
    "upsample_bilinear2d_backward",
    "upsample_bicubic2d_backward",
    "upsample_trilinear3d_backward",
    "reflection_pad1d_backward",
    "reflection_pad2d_backward",
    "reflection_pad3d_backward",
    "nll_loss2d_forward",
    "_ctc_loss_backward",
    "_embedding_bag_backward",
    "put_",
    "histc",
    "bincount",
    "median",
    "grid_sampler_2d_backward",
    "grid_sampler_3d_backward",
    "cumsum",
    "scatter_reduce",
}


class Operations(TorchDispatchMode):
    """Notes the names of the operations that torch is asked for, gradients included."""

    def __init__(self):
        super().__init__()
        self.names = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.names.add(func.overloadpacket.__name__)
        return func(*args, **(kwargs or {}))


def params_of(spec, **settings):
    quick = ONE_EPOCH if spec.trains_network else {}
    return spec.params(**quick, **SMALLER.get(spec.name, {}), **settings)


@pytest.fixture(scope="module", params=sorted(METHODS))
def entry(request, tiny_demo, make_samples):
    """A method with its training data: clips of three subjects in three classes."""
    spec = METHODS[request.param]
    params = params_of(spec)
    recipe = spec.inputs(params)
    samples = tiny_demo.index().samples
    if spec.name in FEW:
        samples = samples[::3]
    data = np.empty((len(samples), 0)) if recipe is None else prepared(recipe, tiny_demo, samples)
    labels = np.array([CLASSES.index(sample.emotion) for sample in samples])
    train = make_samples(data, labels)
    fitted = spec.build(params, CPU).fit(train, stream("contract"))
    return SimpleNamespace(spec=spec, params=params, data=data, labels=labels, train=train, fitted=fitted)


def prepared(recipe, reader, samples):
    """Compute what a recipe says, without what is done to frames before."""
    spec = FEATURES[recipe.feature]
    feature, colour = spec.build(recipe.params, CPU), spec.colour(recipe.params)
    return np.stack([feature.compute(reader.read_clip(sample, colour=colour)) for sample in samples])


def fit(entry, train, name="contract"):
    return entry.spec.build(entry.params, CPU).fit(train, stream(name))


def test_folds_that_are_stacked_learn_what_each_learns_alone(entry):
    """As on a GPU, computed on the CPU: two folds, one of them with two samples fewer."""
    if not (entry.spec.trains_network and entry.spec.stackable):
        pytest.skip("its folds are trained one after the other")
    method = entry.spec.build(entry.params, CPU)
    design, whole = (
        method.design(entry.params),
        entry.train.with_data(scaled(entry.data, method.input_scaling)),
    )
    folds = [whole, whole.take(range(len(entry.labels) - 2))]
    device, courses = torch.device("cpu"), [Course(), Course()]
    streams = [[stream("stacked", str(fold)) for fold in range(2)] for _ in range(2)]
    together = train_stacked(design, entry.params, folds, streams[0], courses, device)
    for fold, network, rng in zip(folds, together, streams[1], strict=True):
        alone = train_network(design, entry.params, fold, rng, Course(), device)
        found, expected = (score_network(one, whole.data, design.scores) for one in (network, alone))
        assert np.allclose(found, expected, rtol=0, atol=TOLERANCE)


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


def test_scores_are_one_distribution_per_sample(entry):
    scores = entry.fitted.predict_proba(Samples(entry.train.sample_ids, entry.data))
    assert scores.shape == (len(entry.data), 3)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-9)


def test_scores_are_as_recorded(entry, request):
    found = entry.fitted.predict_proba(Samples(("a", "b"), entry.data[:2]))
    if request.config.getoption("--write-golden"):
        record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
        record[entry.spec.name] = found.round(6).tolist()
        RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    recorded = json.loads(RECORD.read_text())[entry.spec.name]
    assert np.allclose(found, recorded, atol=TOLERANCE), "review the change, then run 'make golden'"


def test_nothing_is_recorded_for_a_method_that_is_gone():
    assert set(json.loads(RECORD.read_text())) == set(METHODS)


def test_a_class_missing_from_training_keeps_its_column(entry, make_samples):
    for absent in (1,) if entry.spec.name in FEW else (0, 1, 2):
        rows = entry.labels != absent
        train = make_samples(entry.data[rows], entry.labels[rows])
        scores = fit(entry, train).predict_proba(Samples(("x",), entry.data[:1]))
        assert scores.shape == (1, 3)
        assert np.isfinite(scores).all()


def test_a_samples_scores_do_not_depend_on_the_others(entry):
    together = entry.fitted.predict_proba(Samples(tuple("abcd"), entry.data[:4]))
    alone = [entry.fitted.predict_proba(Samples(("x",), entry.data[n : n + 1]))[0] for n in range(4)]
    backwards = entry.fitted.predict_proba(Samples(tuple("dcba"), entry.data[3::-1]))
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards[::-1])


def test_the_stream_alone_decides_and_fit_changes_neither_the_method_nor_its_data(entry):
    """Fitted once more, under another global state and watched, it is what the fixture fitted."""
    method, train = entry.spec.build(entry.params, CPU), entry.train
    before = copy.deepcopy((method, train.data, train.labels))
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002  # the global state is what must not matter
    samples, told = Samples(("a", "b"), entry.data[:2]), []
    course = Course(watch=lambda fitted: fitted.predict_proba(samples), tell=told.append)
    with Operations() as used:
        again = method.fit(train, stream("contract"), *([course] if entry.spec.trains_network else []))
    assert not used.names & NOT_IN_ONE_ORDER
    assert bool(used.names) == entry.spec.trains_network
    assert again is not method
    assert method == before[0]
    assert np.array_equal(train.data, before[1])
    assert np.array_equal(train.labels, before[2])
    assert np.array_equal(again.predict_proba(samples), entry.fitted.predict_proba(samples))
    if entry.spec.trains_network:
        assert [(progress.epoch, progress.epochs) for progress in told] == [(1, 1)]
        assert np.array_equal(course.watched[-1], entry.fitted.predict_proba(samples))


def test_predicting_changes_neither_the_model_nor_the_samples(entry):
    data = entry.data.copy()
    samples = Samples(tuple("abcd"), data[:4])
    first = entry.fitted.predict_proba(samples)
    assert np.array_equal(data, entry.data)
    assert np.array_equal(first, entry.fitted.predict_proba(samples))


def test_parameters_are_counted_without_training_or_weights_on_disk(entry):
    if not entry.spec.trains_network:
        return
    params = entry.params
    if "initial_weights" in entry.spec.params.model_fields:
        weights = {"file": "nowhere.pth", "sha256": 64 * "0"}
        params = entry.spec.params.from_plain({**params.model_dump(mode="json"), "initial_weights": weights})
    expected = sum(p.numel() for network in entry.fitted.networks for p in network.parameters())
    assert entry.spec.build(params, CPU).n_parameters(3) == expected


def test_a_fitted_method_survives_pickling(entry):
    again = pickle.loads(pickle.dumps(entry.fitted))
    samples = Samples(("a", "b"), entry.data[:2])
    assert np.array_equal(entry.fitted.predict_proba(samples), again.predict_proba(samples))
