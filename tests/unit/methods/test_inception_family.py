"""Dual-Inception, Basic Inception and Feature Refinement: settings reach the networks."""

import pytest
import torch
from pydantic import ValidationError

from mer.methods import basic_inception, dual_inception, fr, fr_concatenated, fr_fc

MODULES = [dual_inception, basic_inception, fr, fr_fc, fr_concatenated]
REFINEMENT = [fr, fr_fc, fr_concatenated]


@pytest.fixture(params=MODULES, ids=lambda module: module.SPEC.name)
def module(request):
    return request.param


def network(module, n_classes=3, **settings):
    with torch.device("meta"):
        return module.design(module.SPEC.params.from_plain(settings)).build(n_classes)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (dual_inception, 6_449_963),
        (basic_inception, 6_449_867),
        (fr, 10_253_137),
        (fr_fc, 10_253_137),
        (fr_concatenated, 10_777_425),
    ],
)
def test_default_networks(module, expected):
    assert count(network(module)) == expected


def test_settings_of_the_backbone_reach_the_network(module):
    plain = network(module, stream_channels=1)
    assert count(network(module, stream_channels=3)) - count(plain) == 96
    assert count(plain) - count(network(module, stream_channels=1, shared_streams=True)) == 11_620
    assert count(network(module, stream_channels=1, batch_norm=True)) - count(plain) == 2 * 264


def test_the_kinds_of_refinement():
    kinds = [(net.proposals[0].proposal, net.fusion) for net in (network(module) for module in REFINEMENT)]
    assert kinds == [("attention", "sum"), ("fully_connected", "sum"), ("attention", "concatenation")]


@pytest.mark.parametrize("module", REFINEMENT, ids=lambda module: module.SPEC.name)
def test_settings_of_refinement_reach_network_and_loss(module):
    assert network(module, dropout=0.2).classifier[2].p == 0.2
    outputs = (torch.zeros(1, 2), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), torch.zeros(1, 4))
    targets = torch.tensor([[1.0, 0.0]])
    losses = [
        module.design(module.SPEC.params(proposal_weight=weight)).loss(outputs, targets)
        for weight in (0.0, 1.0, 2.0)
    ]
    torch.testing.assert_close(losses[2] - losses[1], losses[1] - losses[0])
    assert losses[1] > losses[0]


@pytest.mark.parametrize("module", [fr, fr_concatenated], ids=lambda module: module.SPEC.name)
def test_attention_can_be_rescaled(module):
    factors = [network(module, attention_rescale=on).proposals[0].factor for on in (False, True)]
    assert factors == [1.0, 1024.0]


def test_fr_fc_has_no_attention_to_rescale():
    with pytest.raises(ValidationError, match="attention_rescale"):
        fr_fc.SPEC.params.from_plain({"attention_rescale": True})


def test_apex_frames_are_the_papers():
    apexes = {module.SPEC.name: module.SPEC.params().preprocessing.apex for module in MODULES}
    assert (apexes["dual_inception"].source, apexes["dual_inception"].spotting) == ("spotted", "middle")
    for name in ("basic_inception", "fr", "fr_fc", "fr_concatenated"):
        assert (apexes[name].source, apexes[name].spotting) == ("annotated", "difference")


def test_inputs_are_the_two_components_of_flow(module):
    recipe = module.SPEC.inputs(module.SPEC.params())
    assert (recipe.feature, recipe.params.channels, recipe.params.size) == ("flow_image", "u_v", 28)
    with_strain = module.SPEC.params.from_plain({"flow_image": {"channels": "u_v_strain"}})
    assert module.SPEC.inputs(with_strain).params.n_channels == 3
    with pytest.raises(ValidationError, match="size 28, not 64"):
        module.SPEC.params.from_plain({"flow_image": {"size": 64}})


def test_horizontal_flow_is_mirrored_around_its_middle(module):
    make = module.SPEC.params.from_plain
    assert module.design(make({})).mirror_sum == 1.0
    assert module.design(make({"input_scaling": "raw"})).mirror_sum == 255.0
