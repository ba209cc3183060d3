"""What every data set, protocol and representation promises, over the catalogues."""

import importlib
import json
import pkgutil

import numpy as np
import pytest

import mer.datasets
import mer.features
import mer.methods
import mer.protocols
from mer.core.location import Location
from mer.core.types import Execution, Reading
from mer.media.frames import to_grey
from mer.preprocessing.chain import preprocess
from mer.preprocessing.steps import Preprocessing

CATALOGUES = {
    "mer.methods": mer.methods.METHODS,
    "mer.datasets": mer.datasets.DATASETS,
    "mer.protocols": mer.protocols.PROTOCOLS,
    "mer.features": mer.features.FEATURES,
}


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_entry_is_left_out_of_its_catalogue(name):
    package = importlib.import_module(name)
    modules = [
        importlib.import_module(f"{name}.{info.name}") for info in pkgutil.iter_modules(package.__path__)
    ]
    entries = {module.SPEC.name for module in modules if hasattr(module, "SPEC")}
    assert entries == set(CATALOGUES[name])


@pytest.mark.parametrize(("name", "key"), [(n, k) for n, c in CATALOGUES.items() for k in c])
def test_a_key_is_its_modules_name_and_settings_are_described(name, key):
    module = importlib.import_module(f"{name}.{key}")
    assert module.SPEC.name == key
    for setting, field in module.SPEC.params.model_fields.items():
        assert field.description, f"{key}.{setting}"


# Annotated databases have contract tests of their own, on stand-ins.
@pytest.fixture(params=["demo", "flow_demo", "flow_images", "table"])
def dataset(request, flow_table, tmp_path):
    """A small copy of every kind of data set."""
    spec = mer.datasets.DATASETS[request.param]
    small = {"demo": {"n_subjects": 2, "clips_per_class": 1, "height": 32}, "flow_demo": {"scale": 0.01}}
    settings = small.get(request.param, {})
    root = flow_table() if request.param == "flow_images" else tmp_path
    if request.param == "table":
        from PIL import Image

        rows = ["clip,subject,label,onset,apex,offset"]
        for subject in ("b", "a"):
            (tmp_path / subject).mkdir()
            for number in range(1, 5):
                Image.fromarray(np.full((8, 8), number, np.uint8)).save(tmp_path / subject / f"{number}.png")
            rows.append(f"{subject},{subject},negative,1,2,4")
        (tmp_path / "clips.csv").write_text("\n".join(rows))
    return spec, spec.build(spec.params(**settings), Location("mine", root))


def test_an_index_is_sorted_unique_and_repeatable(dataset):
    _, reader = dataset
    index = reader.index()
    ids = [sample.sample_id for sample in index]
    assert ids == sorted(set(ids))
    assert reader.index() == index
    json.dumps(index.fingerprint)


def test_keys_carry_their_database(dataset):
    _, reader = dataset
    for sample in reader.index():
        assert sample.sample_id == f"{sample.subject}:{sample.clip}"
        assert sample.subject.startswith(f"{sample.database}:")
        assert sample.dataset == "mine"
        assert sample.source in ("real", "stand_in")
        marks = [mark for mark in (sample.onset, sample.apex, sample.offset) if mark is not None]
        assert marks == sorted(marks)


def test_reading_twice_and_in_another_order_gives_the_same(dataset):
    spec, reader = dataset
    samples = reader.index().samples
    if spec.provides == "flow_images":
        images = reader.read_flow_images(samples)
        assert images.shape == (len(samples), 3, 28, 28)
        assert np.array_equal(reader.read_flow_images(samples[::-1])[::-1], images)
    else:
        first = [reader.read_clip(sample).frames for sample in samples]
        again = [reader.read_clip(sample).frames for sample in samples[::-1]][::-1]
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        assert all(frames.dtype == np.uint8 and frames.ndim == 3 for frames in first)


def test_colour_and_a_choice_of_frames_are_read_as_asked_for(dataset):
    spec, reader = dataset
    if spec.provides == "flow_images":
        return
    sample = next(iter(reader.index()))
    whole = reader.read_clip(sample)
    coloured = reader.read_clip(sample, colour=True)
    assert coloured.frames.shape == (*whole.frames.shape, 3)
    assert np.abs(to_grey(coloured.frames).astype(int) - whole.frames).max() <= 1
    assert (coloured.onset, coloured.apex, coloured.offset) == (whole.onset, whole.apex, whole.offset)
    last = len(whole.frames) - 1
    ends = reader.read_clip(sample, choose=lambda n_frames, apex: Reading((0, n_frames - 1), n_frames - 1))
    if last:  # a still is its own onset and offset
        assert np.array_equal(ends.frames, whole.frames[[0, last]])
        assert (ends.onset, ends.apex, ends.offset) == (0, 1, 1)


@pytest.mark.parametrize("key", sorted(mer.features.FEATURES))
def test_representations_have_one_shape_and_repeat(key, tiny_demo):
    spec = mer.features.FEATURES[key]
    settings = {"landmarks": {"by": "dlib"}}
    params = spec.params(**settings.get(key, {}))
    feature = spec.build(params, Execution(device="cpu"))
    same_length = Preprocessing.from_plain({"length": {"n_frames": 12}})
    clips = [
        preprocess(tiny_demo.read_clip(sample, colour=spec.colour(params)), same_length)
        for sample in tiny_demo.index().samples[:3]
    ]
    before = [clip.frames.copy() for clip in clips]
    arrays = [feature.compute(clip) for clip in clips]
    assert len({array.shape for array in arrays}) == 1
    assert all(np.isfinite(array).all() for array in arrays)
    assert all(np.array_equal(a, feature.compute(clip)) for a, clip in zip(arrays, clips, strict=True))
    assert all(np.array_equal(clip.frames, b) for clip, b in zip(clips, before, strict=True))
