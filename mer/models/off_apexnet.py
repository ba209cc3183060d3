"""OFF-ApexNet: two streams of two convolutions, for horizontal and vertical flow (Gan et al. 2019)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import Dropout


class OFFApexNet(nn.Module):
    """Two streams over horizontal and vertical flow, joined, and three linear layers.

    Each stream: 5x5 convolution of 6 filters, ReLU, 2x2 max pooling; the same with 16 filters. Two
    layers of 1024 units with ReLU follow, and one to the classes.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a value after each layer of 1024 units.
    """

    def __init__(self, n_classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.streams = nn.ModuleList([_stream(), _stream()])
        self.classifier = nn.Sequential(
            nn.Linear(2 * 784, 1024),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(1024, 1024),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(1024, n_classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Turn images (u, v, ...) of shape (N, 2 or more, 28, 28) into scores before softmax, (N, K)."""
        vectors = [stream(images[:, plane : plane + 1]) for plane, stream in enumerate(self.streams)]
        return self.classifier(torch.cat(vectors, dim=1))  # from (N, 1568)


class _Convolution(nn.Module):
    """5x5 convolution that keeps the size, ReLU, 2x2 max pooling: (N, C, H, W) to (N, F, H/2, W/2)."""

    def __init__(self, n_channels: int, n_filters: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(n_channels, n_filters, kernel_size=5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool2d(functional.relu(self.convolution(x)), 2)


def _stream() -> nn.Sequential:
    """Make a stream: (N, 1, 28, 28) to (N, 784), from maps (N, 6, 14, 14) and (N, 16, 7, 7)."""
    return nn.Sequential(_Convolution(1, 6), _Convolution(6, 16), nn.Flatten())
