"""The authors' release: shapes in order, and one input through weights set by hand."""

import torch

from mer.models.ststnet import STSTNet


def test_parameters_come_in_the_order_and_shapes_of_the_release():
    shapes = [tuple(parameter.shape) for parameter in STSTNet(3).parameters()]
    convolutions = [shape for n in (3, 5, 8) for shape in ((n, 3, 3, 3), (n,))]
    normalisations = [(n,) for n in (3, 5, 8) for _ in range(2)]
    assert shapes == [*convolutions, *normalisations, (3, 400), (3,)]


def test_parameter_counts():
    network = STSTNet(3)
    total = sum(parameter.numel() for parameter in network.parameters())
    normalisations = sum(p.numel() for p in network.normalisations.parameters())
    assert (total, total - normalisations) == (1683, 1651)


def test_a_state_dict_of_the_release_fits_in_its_order():
    """Three convolutions, three normalisations with their running moments and counter, one layer."""
    shapes = [shape for n in (3, 5, 8) for shape in ((n, 3, 3, 3), (n,))]
    shapes += [shape for n in (3, 5, 8) for shape in ((n,), (n,), (n,), (n,), ())]
    shapes += [(3, 400), (3,)]
    network = STSTNet(3)
    names = list(network.state_dict())
    foreign = [torch.full(shape, 0.5 + number) for number, shape in enumerate(shapes)]
    network.load_state_dict(dict(zip(names, foreign, strict=True)))
    assert network.classifier.bias.tolist() == [0.5 + 22] * 3
    assert network.normalisations[1].running_var.tolist() == [0.5 + 14] * 5


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
        for normalisation in network.normalisations:
            normalisation.weight.fill_(1.0)
            normalisation.eps = 0.0
        network.convolutions[1].weight[2, 0, 1, 1] = 0.5  # third map of the five-filter stream, on u
        network.classifier.weight[1, (3 + 2) * 25 : (3 + 3) * 25] = 1.0
        network.classifier.bias[0] = 7.0
    images = torch.zeros(1, 3, 28, 28)
    images[0, 0, :, :14] = 8.0
    scores = network(images)
    # Fifteen of the 25 averaged cells hold 8 * 0.5.
    assert scores.tolist() == [[7.0, 15 * 4.0]]


def test_negative_values_are_cut_before_normalisation_not_after():
    """-1 is cut to 0, and 0 less the running mean of 4 is -4; the other order would give 0."""
    network = STSTNet(2).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        network.convolutions[0].weight[0, 0, 1, 1] = -1.0
        network.normalisations[0].weight[0] = 1.0
        network.normalisations[0].running_mean[0] = 4.0
        network.normalisations[0].eps = 0.0
        network.classifier.weight[0, :25] = 1.0
    assert network(torch.ones(1, 3, 28, 28)).tolist() == [[-4.0 * 25, 0.0]]


def test_dropout_is_off_when_evaluating_and_on_when_training():
    network, images = STSTNet(3, dropout=0.5), torch.rand(4, 3, 28, 28)
    network.eval()
    assert torch.equal(network(images), network(images))
    network.train()
    assert not torch.equal(network(images), network(images))
