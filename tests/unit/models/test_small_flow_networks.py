"""What the small networks on flow images have in common."""

import pytest
import torch
from torch.func import functional_call, grad, stack_module_state, vmap

from mer.models.feature_refinement import FeatureRefinement, refinement_loss
from mer.models.inception import DualInception
from mer.models.layers import BatchNorm2d, set_keys
from mer.models.off_apexnet import OFFApexNet
from mer.models.recurrent_convolution import RecurrentConvolutionalNetwork
from mer.models.sssnet import SSSNet

NETWORKS = {
    "dual_inception": (lambda k: DualInception(k, stream_channels=3), (2, 28, 28)),
    "dual_inception_shared": (
        lambda k: DualInception(k, shared_streams=True, batch_norm=True),
        (3, 28, 28),
    ),
    "fr": (FeatureRefinement, (2, 28, 28)),
    "fr_fc": (lambda k: FeatureRefinement(k, "fully_connected"), (2, 28, 28)),
    "fr_concatenated": (lambda k: FeatureRefinement(k, fusion="concatenation"), (3, 28, 28)),
    "off_apexnet": (lambda k: OFFApexNet(k, dropout=0.5), (2, 28, 28)),
    "sssnet": (SSSNet, (3, 64, 64)),
    "rcn_a": (lambda k: RecurrentConvolutionalNetwork(k, attention=True), (3, 60, 60)),
    "rcn_s": (lambda k: RecurrentConvolutionalNetwork(k, dense_shortcuts=True), (3, 60, 60)),
    "rcn_w": (lambda k: RecurrentConvolutionalNetwork(k, wide=True), (3, 60, 60)),
}
WITHOUT_DROPOUT = ("dual_inception", "dual_inception_shared")
UNUSED = "block.unused_convolution"


@pytest.fixture(params=list(NETWORKS))
def name(request):
    return request.param


@pytest.fixture(autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(7)
    yield
    torch.set_num_threads(threads)


def logits(outputs):
    return outputs[0] if isinstance(outputs, tuple) else outputs


def total_loss(outputs, targets):
    if isinstance(outputs, tuple):
        return refinement_loss(outputs, targets, 0.85).sum()
    return -(targets * torch.log_softmax(outputs, 1)).sum()


def one_hot(n, k):
    return torch.nn.functional.one_hot(torch.arange(n) % k, k).float()


@pytest.mark.parametrize("n_classes", [3, 5])
def test_one_row_of_class_scores_per_image(name, n_classes):
    make, shape = NETWORKS[name]
    assert logits(make(n_classes)(torch.rand(4, *shape))).shape == (4, n_classes)


def test_a_gradient_reaches_every_parameter(name):
    make, shape = NETWORKS[name]
    network = make(3)
    total_loss(network(torch.randn(6, *shape)), one_hot(6, 3)).backward()  # both signs keep filters alive
    without = [key for key, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert [key for key in without if not key.startswith(UNUSED)] == []
    assert any(key.startswith(UNUSED) for key in without) == (name == "rcn_s")


def test_dropout_is_on_in_training_alone(name):
    make, shape = NETWORKS[name]
    network, images = make(3), torch.rand(4, *shape)

    def score(key):
        set_keys(network, key)
        return logits(network(images))

    network.train()
    assert torch.equal(score(1), score(2)) == (name in WITHOUT_DROPOUT)
    network.eval()
    assert torch.equal(score(1), score(2))


def test_scores_of_an_image_do_not_depend_on_the_others_when_evaluating(name):
    make, shape = NETWORKS[name]
    network, images = make(3).eval(), torch.rand(4, *shape)
    alone = torch.cat([logits(network(image[None])) for image in images])
    torch.testing.assert_close(logits(network(images)), alone)


def test_stacked_networks_get_the_gradients_that_they_get_alone(name):
    """Two folds in one call: each fold's weights, batch statistics, dropout keys and images are its own."""
    make, shape = NETWORKS[name]
    networks = [make(3).double(), make(3).double()]
    for key, network in enumerate(networks):
        set_keys(network, 100 + key)
        for layer in network.modules():
            if isinstance(layer, BatchNorm2d):
                layer.rows = torch.ones(4, dtype=torch.double)
    images, targets = torch.rand(2, 4, *shape, dtype=torch.double), one_hot(4, 3).double()
    alone = []
    for network, fold in zip(networks, images, strict=True):
        total_loss(network(fold), targets).backward()
        alone.append({key: p.grad for key, p in network.named_parameters()})

    def loss(parameters, buffers, fold):
        return total_loss(functional_call(networks[0], (parameters, buffers), (fold,)), targets)

    stacked = vmap(grad(loss))(*stack_module_state(networks), images)
    for key, gradients in stacked.items():
        if key.startswith(UNUSED):
            continue
        expected = torch.stack([fold[key] for fold in alone])
        torch.testing.assert_close(gradients, expected)
