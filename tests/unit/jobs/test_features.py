"""Features of a network that was trained on one fold, before and after a module."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from mer.artefacts.folds import read_folds
from mer.core.types import Execution
from mer.jobs import features, folds, prepare
from mer.jobs.features import features_at
from mer.models.feature_refinement import FeatureRefinement
from mer.sweep.cells import Jobs
from mer.sweep.config import parse
from mer.sweep.plan import Sweep
from mer.sweep.specs.figures import FeaturesSpec
from mer.sweep.specs.folds import FoldsSpec
from mer.sweep.specs.prepare import PartsSpec, PrepareSpec


@pytest.mark.parametrize(("fusion", "width"), [("sum", 1024), ("concatenation", 3 * 1024)])
def test_features_are_those_that_the_network_computes(fusion, width):
    torch.manual_seed(0)
    network = FeatureRefinement(3, fusion=fusion).eval()
    images = torch.rand(4, 2, 28, 28)
    before, after = features_at(network, images.numpy(), output_of="backbone", input_of="classifier")
    with torch.no_grad():
        shared, refined = network.backbone(images), network(images)[2]
    assert (before.shape, after.shape) == ((4, 1024), (4, width))
    np.testing.assert_allclose(before, shared.numpy(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(after, refined.numpy(), rtol=1e-4, atol=1e-6)


def test_nothing_stays_hooked_even_if_the_network_fails():
    network = FeatureRefinement(3).eval()
    with pytest.raises(RuntimeError):
        features_at(network, np.zeros((1, 1, 9, 9)), output_of="backbone", input_of="classifier")
    assert not network.backbone._forward_hooks
    assert not network.classifier._forward_pre_hooks


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Folds and flow images of a tiny demo, and the job that shows what FR learns of it in an epoch."""
    root = tmp_path_factory.mktemp("features")
    raw = {
        "name": "mine",
        "datasets": {"demo": {"n_subjects": 3, "clips_per_class": 1, "height": 48}},
        "protocols": {"p": {"protocol": "loso", "datasets": ["demo"]}},
        "variants": {"mine": {"method": "fr", "epochs": 1, "flow_image": {"flow": "dis"}}},
        "device": "cpu",
    }
    jobs = Jobs(Sweep(parse(raw, "mine.yaml", root)))
    folds.run(FoldsSpec.model_validate_json(jobs.folds_spec("p")), Execution(), root / "folds.json")
    folder, key = jobs.artefact_folder("demo"), jobs.sweep.recipe("mine").key
    lists = [root / path for path in jobs.lists("p", "mine")]
    for part in jobs.parts(folder, key):
        spec = PrepareSpec.model_validate_json(jobs.prepare_spec(folder, key, part))
        prepare.run(spec, Execution(), [], root / f"results/artefacts/{folder}/{key}/{part}.safetensors")
    prepare.run_list(PartsSpec.model_validate_json(jobs.parts_spec(folder, key)), lists[0])
    return FeaturesSpec.model_validate_json(jobs.features_spec("p", "mine")), root / "folds.json", lists


def test_the_features_of_one_fold_are_drawn(prepared, tmp_path, monkeypatch):
    spec, path, lists = prepared
    drawn, draw = {}, features.feature_map

    def noted(before, after, points, *arguments, **settings):
        drawn.update(before=before, after=after, points=points)
        return draw(before, after, points, *arguments, **settings)

    monkeypatch.setattr("mer.jobs.features.feature_map", noted)
    outputs = [tmp_path / f"features_mine.{suffix}" for suffix in ("png", "pdf", "json")]
    features.run(spec, Execution(device="cpu"), path, lists, outputs)
    split = read_folds(path)
    held_out = np.array(drawn["points"].held_out)
    assert held_out.sum() == len(split.folds[0].test) == 3
    names = [*split.folds[0].train, *split.folds[0].test]
    assert drawn["points"].labels == [split.labels[name] for name in names]
    assert drawn["before"].shape == drawn["after"].shape == (9, 1024)
    assert not np.allclose(drawn["before"], drawn["after"])
    with Image.open(outputs[0]) as image:
        assert image.width == 2100
    (caption,) = json.loads(outputs[2].read_text())
    assert caption["file"] == "features_mine.png"
    assert caption["title"] == "Features that mine learns: p, fold demo:s01, seed 0"
    assert "(n: 9 clips, 3 of them held out)" in caption["caption"]
