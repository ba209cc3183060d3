"""Sizes of the Feature Refinement networks, attention and loss worked out by hand."""

import math

import pytest
import torch

from mer.models.feature_refinement import ExpressionProposal, FeatureRefinement, refinement_loss

PUBLISHED = {3: 10.2418e6, 4: 11.4231e6}  # Table 7


def count(*args, **settings):
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in FeatureRefinement(*args, **settings).parameters())


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 10_253_137), (4, 11_434_452), (5, 12_615_767)])
def test_parameter_counts(n_classes, expected):
    assert count(n_classes) == expected
    assert count(n_classes, "fully_connected") == expected
    if n_classes in PUBLISHED:
        assert expected == pytest.approx(PUBLISHED[n_classes], rel=0.0015)


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 10_241_781), (4, 11_423_096), (5, 12_604_411)])
def test_one_normalised_stream_has_the_published_size(n_classes, expected):
    assert count(n_classes, shared_streams=True, batch_norm=True) == expected
    if n_classes in PUBLISHED:
        assert round(expected, -2) == PUBLISHED[n_classes]


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 10_253_233), (4, 11_434_548)])
def test_parameter_counts_with_three_channels(n_classes, expected):
    assert count(n_classes, stream_channels=3) == expected


@pytest.mark.parametrize(("n_classes", "expected"), [(3, 10_777_425), (4, 12_220_884)])
def test_parameter_counts_of_concatenation(n_classes, expected):
    assert count(n_classes, fusion="concatenation") == expected


@torch.no_grad()
def test_attention_by_hand():
    """Scores are log 3 for component 0 and 0 elsewhere: weights are 3 / 1026 and 1 / 1026."""
    proposal = ExpressionProposal("attention")
    proposal.linear.weight.zero_()
    proposal.linear.bias.zero_()
    proposal.linear.bias[0] = math.log(3)
    shared = torch.arange(2048.0).view(2, 1024)
    specific, scores = proposal(shared)
    weights = torch.ones(1024)
    weights[0] = 3
    torch.testing.assert_close(specific, shared * weights / 1026)
    torch.testing.assert_close(scores, proposal.detector(specific))
    assert scores.shape == (2, 2)


@torch.no_grad()
def test_rescaled_attention_weighs_by_one_on_average():
    proposal = ExpressionProposal("attention", attention_rescale=True)
    proposal.linear.weight.zero_()
    proposal.linear.bias.zero_()
    shared = torch.rand(2, 1024)
    torch.testing.assert_close(proposal(shared)[0], shared)


@torch.no_grad()
def test_attention_depends_on_the_sample():
    proposal = ExpressionProposal("attention")
    shared = torch.rand(2, 1024)
    weights = proposal(shared)[0] / shared
    torch.testing.assert_close(weights.sum(1), torch.ones(2))
    assert not torch.allclose(weights[0], weights[1], rtol=1e-3, atol=0)


@torch.no_grad()
def test_without_attention_the_layer_gives_the_feature():
    proposal = ExpressionProposal("fully_connected")
    shared = torch.rand(2, 1024)
    expected = (shared @ proposal.linear.weight.T + proposal.linear.bias).clamp(min=0)
    torch.testing.assert_close(proposal(shared)[0], expected)


@pytest.mark.parametrize("fusion", ["sum", "concatenation"])
@torch.no_grad()
def test_fusion_and_outputs(fusion):
    network = FeatureRefinement(3, fusion=fusion).eval()
    images = torch.rand(2, 2, 28, 28)
    logits, detected, refined = network(images)
    pairs = [proposal(network.backbone(images)) for proposal in network.proposals]
    features = [feature for feature, _ in pairs]
    expected = features[0] + features[1] + features[2] if fusion == "sum" else torch.cat(features, dim=1)
    torch.testing.assert_close(refined, expected)
    assert detected.shape == (2, 3, 2)
    torch.testing.assert_close(detected[:, 2], pairs[2][1])
    torch.testing.assert_close(logits, network.classifier(refined))


def test_layers_of_the_heads_are_glorot_uniform():
    network = FeatureRefinement(3)
    for layer, limit in (
        (network.proposals[1].linear, math.sqrt(6 / 2048)),
        (network.proposals[1].detector[0], math.sqrt(6 / (1024 + 128))),
        (network.classifier[0], math.sqrt(6 / (1024 + 256))),
    ):
        assert limit * 0.99 < layer.weight.abs().max() <= limit
        assert not layer.bias.any()


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def test_loss_by_hand():
    """One sample of class 1 of 2, and one that is mixed, 0.75 of class 0."""
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]])
    detected = torch.tensor([[[2.0, -1.0], [0.5, 0.0]], [[0.0, 0.0], [0.0, 3.0]]])
    targets = torch.tensor([[0.0, 1.0], [0.75, 0.25]])
    loss = refinement_loss((logits, detected, torch.zeros(2, 4)), targets, 0.85)
    # Detector 0 should say "another" (first output) and detector 1 "this one" (second output).
    first = -(math.log(sigmoid(2)) + math.log(1 - sigmoid(-1))) / 2
    first += -(math.log(1 - sigmoid(0.5)) + math.log(sigmoid(0))) / 2
    expected = [-math.log(3 / 4) + 0.85 * first / 2]
    second = math.log(2)  # outputs of zero cost log 2 whatever the target
    second += (math.log(2) - 0.25 * math.log(sigmoid(3)) - 0.75 * math.log(1 - sigmoid(3))) / 2
    expected.append(math.log(2) + 0.85 * second / 2)
    torch.testing.assert_close(loss, torch.tensor(expected))


def test_weight_zero_leaves_the_cross_entropy():
    outputs = (torch.rand(3, 2), torch.rand(3, 2, 2), torch.rand(3, 4))
    targets = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    expected = torch.nn.functional.cross_entropy(outputs[0], torch.tensor([0, 1, 0]), reduction="none")
    torch.testing.assert_close(refinement_loss(outputs, targets, 0.0), expected)
