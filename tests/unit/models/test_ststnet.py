"""The authors' release: three streams of stock layers, and one input through weights set by hand."""

import torch
from torch import nn

from mer.models.layers import set_keys
from mer.models.ststnet import STREAM_FILTERS, STSTNet


def test_parameter_counts():
    network = STSTNet(3)
    total = sum(parameter.numel() for parameter in network.parameters())
    normalisation = sum(parameter.numel() for parameter in network.normalisation.parameters())
    assert (total, total - normalisation) == (1683, 1651)


class ThreeStreams(nn.Module):
    """The network as the paper draws it, with the weights of one whose streams are joined."""

    def __init__(self, joined):
        super().__init__()
        self.streams, first = nn.ModuleList(), 0
        for n in STREAM_FILTERS:
            convolution, normalisation = nn.Conv2d(3, n, 3, padding=2), nn.BatchNorm2d(n)
            rows = slice(first, first + n)
            convolution.weight.data = joined.convolution.weight.data[rows].clone()
            convolution.bias.data = joined.convolution.bias.data[rows].clone()
            pool = nn.MaxPool2d(3, 3, padding=1)
            self.streams.append(nn.Sequential(convolution, nn.ReLU(), normalisation, pool))
            first += n
        self.classifier = nn.Linear(400, joined.classifier.out_features)
        self.classifier.load_state_dict(joined.classifier.state_dict())

    def forward(self, x):
        joined = torch.cat([stream(x) for stream in self.streams], dim=1)
        return self.classifier(nn.functional.avg_pool2d(joined, 2).flatten(1))


def test_joined_streams_are_three_streams_also_in_training():
    torch.manual_seed(0)
    network, images = STSTNet(3, dropout=0.0), 255 * torch.rand(8, 3, 28, 28)
    apart = ThreeStreams(network)
    for one in (network, apart):
        optimiser = torch.optim.SGD(one.parameters(), lr=1e-3)
        nn.functional.cross_entropy(one(images), torch.arange(8) % 3).backward()
        optimiser.step()
        one.eval()
    assert torch.allclose(network(images), apart(images), rtol=1e-3, atol=1e-4)


def test_values_by_hand():
    """One filter passes the centre pixel of u on; everything else is zero.

    u is 8 in its left half. After padding by 2 that half covers columns 1 to 14 of 30 (one for the
    kernel's reach) and rows 1 to 28. Pooling cell i covers rows 3i-1 to 3i+1: all ten rows of cells see
    the half, and columns 0 to 4 do (cell 4 covers columns 11 to 13, cell 5 columns 14 to 16, of which
    14 is still inside), so columns 0 to 5. Averaged over 2x2: columns 0, 1 and 2 of five are full.
    """
    network = STSTNet(2).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.normalisation.weight.fill_(1.0)
        network.normalisation.eps = 0.0
        network.convolution.weight[3 + 2, 0, 1, 1] = 0.5  # third map of the five-filter stream, on u
        network.classifier.weight[1, (3 + 2) * 25 : (3 + 3) * 25] = 1.0
        network.classifier.bias[0] = 7.0
    images = torch.zeros(1, 3, 28, 28)
    images[0, 0, :, :14] = 8.0
    # Fifteen of the 25 averaged cells hold 8 * 0.5.
    assert network(images).tolist() == [[7.0, 15 * 4.0]]


def test_negative_values_are_cut_before_normalisation_not_after():
    """-1 is cut to 0, and 0 less the running mean of 4 is -4; the other order would give 0."""
    network = STSTNet(2).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.convolution.weight[0, 0, 1, 1] = -1.0
        network.normalisation.weight[0] = 1.0
        network.normalisation.running_mean[0] = 4.0
        network.normalisation.eps = 0.0
        network.classifier.weight[0, :25] = 1.0
    assert network(torch.ones(1, 3, 28, 28)).tolist() == [[-4.0 * 25, 0.0]]


def test_dropout_is_off_when_evaluating_and_on_when_training():
    network, images = STSTNet(3, dropout=0.5), torch.rand(4, 3, 28, 28)
    network.eval()
    assert torch.equal(network(images), network(images))
    network.train()
    set_keys(network, 1)
    first = network(images)
    set_keys(network, 2)
    assert not torch.equal(first, network(images))
