"""Dual-Inception: a stream of Inception blocks for each component of flow (Zhou, Mao and Xue 2019)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d

FEATURES = 1024  # units of the shared feature z
_BLOCK_FILTERS = (6, 16)
# Keras 2.2: variance offset, and what a batch adds to the running moments.
_EPSILON, _MOMENTUM = 1e-3, 0.01


class InceptionBlock(nn.Module):
    """Four branches that see the same maps, joined: 1x1; 1x1 and 3x3; 1x1 and 5x5; 3x3 maximum and 1x1.

    Every convolution keeps the size and is followed by ReLU.

    Parameters
    ----------
    n_channels
        Channels of the input.
    n_filters
        Filters of every convolution; the block returns four times as many maps.
    batch_norm
        Whether each convolution's output is normalised before ReLU.
    """

    def __init__(self, n_channels: int, n_filters: int, batch_norm: bool = False) -> None:
        super().__init__()

        def convolution(n_in: int, size: int) -> list[nn.Module]:
            layers: list[nn.Module] = [nn.Conv2d(n_in, n_filters, size, padding=size // 2)]
            if batch_norm:
                layers.append(BatchNorm2d(n_filters, eps=_EPSILON, momentum=_MOMENTUM))
            return [*layers, nn.ReLU()]

        reduced = [convolution(n_channels, 1) for _ in range(4)]
        self.branches = nn.ModuleList(
            [
                nn.Sequential(*reduced[0]),
                nn.Sequential(*reduced[1], *convolution(n_filters, 3)),
                nn.Sequential(*reduced[2], *convolution(n_filters, 5)),
                nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), *reduced[3]),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """Turn maps of shape (N, n_channels, H, W) into (N, 4 * n_filters, H, W)."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class InceptionStream(nn.Module):
    """Two Inception blocks of 6 and 16 filters, each followed by 2x2 max pooling."""

    def __init__(self, n_channels: int = 1, batch_norm: bool = False) -> None:
        super().__init__()
        first, second = _BLOCK_FILTERS
        self.first = InceptionBlock(n_channels, first, batch_norm)
        self.second = InceptionBlock(4 * first, second, batch_norm)

    def forward(self, plane: Tensor) -> Tensor:
        """Turn planes of shape (N, n_channels, 28, 28) into vectors (N, 3136)."""
        x = functional.max_pool2d(self.first(plane), 2)  # (N, 24, 14, 14)
        return functional.max_pool2d(self.second(x), 2).flatten(1)  # from (N, 64, 7, 7)


class InceptionBackbone(nn.Module):
    """From flow images to the shared feature z: two streams, joined, and one layer of 1024 units with ReLU.

    The authors' program (Keras) has two streams with weights of their own and no batch normalisation.
    One stream for both planes, with batch normalisation after each convolution, has the size that the
    Feature Refinement paper prints in Table 7. Weights are Glorot-uniform and biases zero, which is
    Keras's default.

    Parameters
    ----------
    stream_channels
        1, or 3: each plane is repeated three times, as the authors' program reads grey files as colour.
    shared_streams
        Whether u and v go through one stream, one after the other.
    batch_norm
        Whether convolutions are normalised.
    """

    def __init__(
        self, stream_channels: int = 1, shared_streams: bool = False, batch_norm: bool = False
    ) -> None:
        super().__init__()
        self.stream_channels = stream_channels
        self.streams = nn.ModuleList(
            [InceptionStream(stream_channels, batch_norm) for _ in range(1 if shared_streams else 2)]
        )
        self.shared = nn.Linear(2 * 3136, FEATURES)
        initialise_like_keras(self)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images (u, v, ...) of shape (N, 2 or more, 28, 28) into features (N, 1024)."""
        planes = [images[:, plane : plane + 1].expand(-1, self.stream_channels, -1, -1) for plane in (0, 1)]
        vectors = [self.streams[0](planes[0]), self.streams[-1](planes[1])]
        return functional.relu(self.shared(torch.cat(vectors, dim=1)))


class DualInception(nn.Module):
    """The backbone and one linear layer from its 1024 features to the classes.

    Parameters
    ----------
    n_classes
        Number K of classes.
    stream_channels, shared_streams, batch_norm
        As of the backbone.
    """

    def __init__(
        self,
        n_classes: int,
        stream_channels: int = 1,
        shared_streams: bool = False,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        self.backbone = InceptionBackbone(stream_channels, shared_streams, batch_norm)
        self.classifier = nn.Linear(FEATURES, n_classes)
        initialise_like_keras(self.classifier)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 2 or more, 28, 28) into class scores before softmax, (N, K)."""
        return self.classifier(self.backbone(images))


def initialise_like_keras(network: nn.Module) -> None:
    """Draw weights of all convolutions and linear layers Glorot-uniform and set their biases to zero."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
