"""Methods whose networks may begin with published weights: what they ask for, and that the file is taken."""

import hashlib
import importlib

import pytest
import torch
from pydantic import ValidationError

from mer.core.errors import ConfigError, DataError
from mer.core.types import Execution
from mer.methods import METHODS
from mer.models.emr import before_step, domain_loss
from mer.models.resnet18 import ResNet18Trunk
from mer.preprocessing.steps import Preprocessing
from mer.preprocessing.told_apex import told

KEYS = ("alexnet", "googlenet", "vgg16", "capsulenet", "emr")


def spec_of(key):
    return importlib.import_module(f"mer.methods.{key}").SPEC


def design_of(key, folder="", **settings):
    spec = spec_of(key)
    method = spec.build(spec.params.from_plain(settings), Execution(device="cpu", weights=str(folder)))
    return method.design(method.params)


@pytest.mark.parametrize("key", KEYS)
def test_a_network_is_built_for_any_number_of_classes(key):
    with torch.device("meta"):
        network = design_of(key).build(4)
    recipe = spec_of(key).inputs(spec_of(key).params())
    size = getattr(recipe.params, "size", None)
    made = network(torch.zeros(2, 3, size, size, device="meta"))
    assert (made[0] if isinstance(made, tuple) else made).shape == (2, 4)


@pytest.mark.parametrize("key", KEYS)
def test_weights_that_are_asked_for_must_be_there(key, tmp_path):
    weights = {"file": "w.pth", "sha256": "0" * 64}
    with torch.device("meta"):
        with pytest.raises(DataError, match="w.pth is missing"):
            design_of(key, tmp_path, initial_weights=weights).build(3)
        with pytest.raises(ConfigError, match="'weights' in paths.yaml"):
            design_of(key, initial_weights=weights).build(3)


@pytest.mark.parametrize("key", ["capsulenet", "emr"])
def test_a_trunk_begins_with_the_weights_of_a_whole_resnet18(key, tmp_path):
    torch.manual_seed(0)
    state = ResNet18Trunk().state_dict()
    state |= {"fc.weight": torch.zeros(1000, 512), "fc.bias": torch.zeros(1000)}
    torch.save(state, tmp_path / "resnet18.pth")
    digest = hashlib.sha256((tmp_path / "resnet18.pth").read_bytes()).hexdigest()
    torch.manual_seed(1)
    network = design_of(key, tmp_path, initial_weights={"file": "resnet18.pth", "sha256": digest}).build(3)
    taken = network.trunk.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in taken.items())


@pytest.mark.parametrize(("key", "size"), [("alexnet", 227), ("googlenet", 224), ("vgg16", 224)])
def test_flow_images_have_the_networks_size(key, size):
    params = spec_of(key).params
    assert params().flow_image.size == size
    with pytest.raises(ValidationError, match=f"size {size}, not 28"):
        params.from_plain({"flow_image": {"size": 28}})
    with pytest.raises(ValidationError, match="not u_v"):
        params.from_plain({"flow_image": {"size": size, "channels": "u_v"}})


def test_flow_changes_its_sign_in_the_mirror_and_photographs_do_not():
    sums = {key: design_of(key).mirror_sum for key in KEYS}
    assert sums == {"alexnet": 1.0, "googlenet": 1.0, "vgg16": 1.0, "capsulenet": None, "emr": None}


def test_emr_cannot_mirror_directions_in_colour():
    with pytest.raises(ValidationError, match="'flip' and 'mirror_scores' would not mirror"):
        spec_of("emr").params.from_plain({"augmentation": {"flip": True}})


def test_the_trunk_of_emr_learns_a_hundredth_as_fast():
    design = design_of("emr")
    with torch.device("meta"):
        names = [name for name, _ in design.build(3).named_parameters()]
    (prefix,) = design.lr_factors
    assert design.lr_factors[prefix] == 0.01
    assert sum(name.startswith(prefix) for name in names) == 60


def test_what_looks_at_frames_asks_for_colour():
    capsulenet, emr = (spec_of(key).inputs(spec_of(key).params()) for key in ("capsulenet", "emr"))
    assert (capsulenet.feature, capsulenet.params.which, capsulenet.params.colour) == ("frames", "apex", True)
    assert (emr.feature, emr.preprocessing.magnification.method) == ("flow_hsv", "evm")


def test_macro_expressions_of_emr_are_reduced_to_their_middle_and_not_magnified():
    spec = spec_of("emr")
    asked = spec.macro_inputs(spec.params())
    assert (asked.feature, asked.params) == ("flow_hsv", spec.inputs(spec.params()).params)
    assert (asked.preprocessing.magnification, asked.preprocessing.steps) == (None, ("apex",))
    assert told(asked.preprocessing.apex, n_frames=11, annotated=10) == 5
    cropped = {"landmarks": "given", "crop": {}, "apex": {"spotting": "ten_cells"}}
    for preprocessing in (cropped, {"landmarks": "given", "apex": {"spotting": "ten_cells"}}):
        settings = spec.macro_inputs(spec.params.from_plain({"preprocessing": preprocessing})).preprocessing
        assert settings == Preprocessing.from_plain(settings.model_dump(mode="json"))  # nothing contradicts
        assert (settings.landmarks == "given") == ("crop" in preprocessing)


def test_emr_alone_tells_domains_apart_and_is_never_stacked():
    design = design_of("emr")
    assert not design.stackable
    assert (design.domain_loss, design.before_step) == (domain_loss, before_step)
    assert design_of("capsulenet").stackable
    assert [name for name, spec in METHODS.items() if spec.macro_inputs is not None] == ["emr"]
