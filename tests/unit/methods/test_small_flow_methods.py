"""OFF-ApexNet, SSSNet and the recurrent convolutional networks: settings reach the networks."""

import pytest
from pydantic import ValidationError

from mer.methods import off_apexnet, rcn_a, rcn_s, rcn_w, sssnet
from mer.models.layers import dropouts

RCN = [rcn_a, rcn_s, rcn_w]
MODULES = [off_apexnet, sssnet, *RCN]
SIZES = {"off_apexnet": 28, "sssnet": 64, "rcn_a": 60, "rcn_s": 60, "rcn_w": 60}


@pytest.fixture(params=MODULES, ids=lambda module: module.SPEC.name)
def module(request):
    return request.param


def network(module, n_classes=3, **settings):
    return module.design(module.SPEC.params.from_plain(settings)).build(n_classes)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (off_apexnet, 2_664_475),
        (sssnet, 1_349_251),
        (rcn_a, 51_139),
        (rcn_s, 88_195),
        (rcn_w, 48_067),
    ],
)
def test_default_networks(module, expected):
    assert count(network(module)) == expected


def test_attention_is_in_rcn_a_alone():
    assert [network(module).stem_pooling is not None for module in RCN] == [True, False, False]


@pytest.mark.parametrize("module", RCN, ids=lambda module: module.SPEC.name)
def test_maps_and_cells_reach_the_network(module):
    assert network(module, feature_maps=32, pool_size=7).classifier.in_features == 32 * 49
    with pytest.raises(ValidationError, match="multiple of 4"):
        module.SPEC.params.from_plain({"feature_maps": 30})


def test_dropout_reaches_every_layer(module):
    layers = dropouts(network(module, dropout=0.2))
    assert {layer.p for layer in layers} == {0.2}


def test_only_images_of_the_right_size_are_taken(module):
    size = SIZES[module.SPEC.name]
    recipe = module.SPEC.inputs(module.SPEC.params())
    assert (recipe.feature, recipe.params.size) == ("flow_image", size)
    assert recipe.params.channels == ("u_v" if module is off_apexnet else "u_v_strain")
    with pytest.raises(ValidationError, match=f"size {size}, not 32"):
        module.SPEC.params.from_plain({"flow_image": {"size": 32}})


@pytest.mark.parametrize("module", [sssnet, *RCN], ids=lambda module: module.SPEC.name)
def test_three_channels_are_needed(module):
    with pytest.raises(ValidationError, match="not u_v"):
        module.SPEC.params.from_plain({"flow_image": {"channels": "u_v", "size": SIZES[module.SPEC.name]}})


def test_horizontal_flow_is_mirrored_around_its_middle(module):
    assert module.design(module.SPEC.params()).mirror_sum == 1.0
    assert module.design(module.SPEC.params(input_scaling="raw")).mirror_sum == 255.0
