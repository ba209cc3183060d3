"""GoogLeNet (Szegedy et al. 2015), without its auxiliary classifiers."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import Dropout

# Maps of each section: 1x1; 1x1 before 3x3, 3x3; 1x1 before 5x5, 5x5; 1x1 after pooling (their table 1).
SECTIONS = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
# After these the image is halved.
_POOLED = ("3b", "4e")


class Inception(nn.Module):
    """Four branches over the same maps, joined.

    Parameters
    ----------
    in_channels
        Maps that come in.
    maps
        A row of ``SECTIONS``.
    """

    def __init__(self, in_channels: int, maps: tuple[int, ...]) -> None:
        super().__init__()
        one, three_reduce, three, five_reduce, five, projection = maps
        self.conv1 = nn.Conv2d(in_channels, one, kernel_size=1)
        self.conv3_reduce = nn.Conv2d(in_channels, three_reduce, kernel_size=1)
        self.conv3 = nn.Conv2d(three_reduce, three, kernel_size=3, padding=1)
        self.conv5_reduce = nn.Conv2d(in_channels, five_reduce, kernel_size=1)
        self.conv5 = nn.Conv2d(five_reduce, five, kernel_size=5, padding=2)
        self.pool_projection = nn.Conv2d(in_channels, projection, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """Turn maps of shape (N, C, H, W) into the branches' joined maps, of the same height and width."""
        relu = functional.relu
        pooled = functional.max_pool2d(x, kernel_size=3, stride=1, padding=1)
        branches = [
            self.conv1(x),
            self.conv3(relu(self.conv3_reduce(x))),
            self.conv5(relu(self.conv5_reduce(x))),
            self.pool_projection(pooled),
        ]
        return relu(torch.cat(branches, dim=1))


class GoogLeNet(nn.Module):
    """Three convolutions, nine Inception sections, one linear layer.

    As in the paper: no batch normalisation, biases, 5x5 branches, local response normalisation.
    torchvision's network of this name has batch normalisation, no biases and 3x3 in place of the 5x5
    branches, so that its state dict does not fit. What fits in number and shape are conversions of Caffe's
    bvlc_googlenet, without the auxiliary classifiers; their entries must be renamed to those here
    (``conv1``, ``conv2_reduce``, ``conv2``, ``inception_3a.conv1``, ``.conv3_reduce``, ``.conv3``,
    ``.conv5_reduce``, ``.conv5``, ``.pool_projection``, ..., ``classifier``). Convolutions are drawn from
    He's normal distribution over their inputs, biases 0, which is a choice made here: drawn as in Caffe's
    file, by Glorot's distribution, all images look alike to the last layer, and the network hardly learns
    without the auxiliary classifiers.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a value before the last layer.
    """

    HEAD: ClassVar = ("classifier.",)

    def __init__(self, n_classes: int, dropout: float = 0.4) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3)
        self.conv2_reduce = nn.Conv2d(64, 64, kernel_size=1)
        self.conv2 = nn.Conv2d(64, 192, kernel_size=3, padding=1)
        n_maps = 192
        for name, maps in SECTIONS.items():
            self.add_module(f"inception_{name}", Inception(n_maps, maps))
            one, _, three, _, five, projection = maps
            n_maps = one + three + five + projection
        self.dropout = Dropout(dropout)
        self.classifier = nn.Linear(n_maps, n_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 224, 224) into class scores before softmax, (N, K)."""
        x = _halve(functional.relu(self.conv1(images)))  # (N, 64, 56, 56)
        x = functional.relu(self.conv2_reduce(_respond(x)))
        x = _halve(_respond(functional.relu(self.conv2(x))))  # (N, 192, 28, 28)
        for name in SECTIONS:
            x = self.get_submodule(f"inception_{name}")(x)
            if name in _POOLED:
                x = _halve(x)  # (N, 480, 14, 14), later (N, 832, 7, 7)
        return self.classifier(self.dropout(x.mean(dim=(2, 3))))  # of (N, 1024)


def _halve(x: Tensor) -> Tensor:
    """Pool to half the side, rounded up, as Caffe does."""
    return functional.max_pool2d(x, kernel_size=3, stride=2, ceil_mode=True)


def _respond(x: Tensor) -> Tensor:
    """Normalise a response by those of the neighbouring maps, with Caffe's settings for this network."""
    # Of images as rows of pixels: torch averages these without its pool in three dimensions, whose gradient
    # is not computed in one order on a GPU.
    rows = functional.local_response_norm(x.flatten(2), size=5, alpha=1e-4, beta=0.75, k=1.0)
    return rows.view_as(x)
