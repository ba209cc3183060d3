import json

import pytest

from mer.artefacts.arrays import read_arrays, read_part
from mer.core.errors import DataError
from mer.core.types import Execution
from mer.jobs import prepare
from mer.sweep.specs.prepare import PrepareSpec

LBP_TOP = {"key": "lbp_top", "settings": {}}


def spec_of(prepared, **changes):
    folder = prepared.jobs.artefact_folder("demo")
    text = prepared.jobs.prepare_spec(folder, prepared.jobs.sweep.recipe("ststnet").key, "demo.s01")
    return PrepareSpec.model_validate({**json.loads(text), **changes})


def test_every_sample_gets_its_array(prepared):
    ids = [s.sample_id for s in prepared.jobs.sweep.index("demo")]
    assert read_arrays(prepared.lists["ststnet"], ids).data.shape == (24, 3, 28, 28)
    assert read_arrays(prepared.lists["lbp_top_svm"], ids).data.shape == (24, 25 * 3 * 59)


def test_a_part_is_one_subject_and_knows_its_recipe(prepared, tmp_path):
    spec = spec_of(prepared)
    prepare.run(spec, Execution(), [], tmp_path / "a.safetensors")
    part, _ = read_part(tmp_path / "a.safetensors")
    assert {i.split(":")[1] for i in part.sample_ids} == {"s01"}
    assert json.loads(part.recipe)["feature"] == "flow_image"
    assert part.digest == spec.digest


def test_computing_again_gives_the_same_bytes(prepared, tmp_path):
    for name in ("a", "b"):
        prepare.run(spec_of(prepared), Execution(), [], tmp_path / f"{name}.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_data_that_changed_since_planning_are_refused(prepared, tmp_path):
    settings = {"n_subjects": 4, "clips_per_class": 1, "height": 48}
    changed = {"key": "demo", "settings": settings}
    with pytest.raises(DataError, match="The data of 'demo' changed while the sweep was running"):
        prepare.run(spec_of(prepared, dataset=changed), Execution(), [], tmp_path / "a.safetensors")
    assert not list(tmp_path.iterdir())


def test_samples_that_cannot_be_prepared_are_all_named(prepared, tmp_path, monkeypatch):
    from mer.datasets.demo import Demo

    read = Demo.read_clip

    def broken(self, sample, **how):
        if sample.clip.startswith("neg"):
            raise DataError("frame 3 is damaged")
        return read(self, sample, **how)

    monkeypatch.setattr(Demo, "read_clip", broken)
    with pytest.raises(DataError) as caught:
        prepare.run(spec_of(prepared), Execution(), [], tmp_path / "a.safetensors")
    assert str(caught.value).splitlines()[1:] == [
        "  demo:s01:neg_01: frame 3 is damaged",
        "  demo:s01:neg_02: frame 3 is damaged",
    ]
    assert not list(tmp_path.iterdir())


def test_what_fails_among_several_at_once_is_named(prepared, tmp_path, monkeypatch):
    from mer.features.flow_image import FlowImage

    several, tried = FlowImage.compute_many, []

    def failing(self, clips):
        tried.append(len(clips))
        if len(tried) in (1, 3):  # all of the subject's, then the second of them
            raise DataError("too small")
        return several(self, clips)

    monkeypatch.setattr(FlowImage, "compute_many", failing)
    with pytest.raises(DataError) as caught:
        prepare.run(spec_of(prepared), Execution(), [], tmp_path / "a.safetensors")
    assert tried == [6, 1, 1, 1, 1, 1, 1]
    assert str(caught.value).splitlines()[1:] == ["  demo:s01:neg_02: too small"]


def test_windows_are_represented_each_on_its_own(prepared, tmp_path):
    preprocessing = {"windows": {"n_frames": 12, "stride": 5}, "apex": None}
    windows = spec_of(prepared, preprocessing=preprocessing, feature=LBP_TOP)
    prepare.run(windows, Execution(), [], tmp_path / "a.safetensors")
    part, data = read_part(tmp_path / "a.safetensors")
    lengths = {s.sample_id: s.offset - s.onset + 1 for s in prepared.jobs.sweep.index("demo")}
    assert part.counts == tuple((lengths[name] - 12) // 5 + 1 for name in part.sample_ids)
    assert data.shape == (sum(part.counts), 25 * 3 * 59)
