"""SSSNet: shallow single-stream network (Varanka, Peng and Zhao 2021)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d, Dropout


class SSSNet(nn.Module):
    """Two convolutions and two linear layers, with strong dropout.

    After the authors' program: 5x5 convolution of 32 filters, ReLU, 3x3 max pooling, batch
    normalisation, dropout of whole maps; 3x3 convolution of 64 filters, ReLU, 2x2 max pooling, batch
    normalisation, dropout of whole maps; 256 units with ReLU, dropout, and one layer to the classes.
    Convolutions are not padded.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a map, and a value after the 256 units.
    """

    def __init__(self, n_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 32, kernel_size=5)
        self.first_normalisation = BatchNorm2d(32)
        self.first_dropout = Dropout(dropout)
        self.second = nn.Conv2d(32, 64, kernel_size=3)
        self.second_normalisation = BatchNorm2d(64)
        self.second_dropout = Dropout(dropout)
        self.hidden = nn.Linear(64 * 9 * 9, 256)
        self.dropout = Dropout(dropout)
        self.classifier = nn.Linear(256, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 64, 64) into class scores before softmax, (N, K)."""
        x = functional.max_pool2d(functional.relu(self.first(images)), 3)  # (N, 32, 20, 20)
        x = _drop_maps(self.first_normalisation(x), self.first_dropout)
        x = functional.max_pool2d(functional.relu(self.second(x)), 2)  # (N, 64, 9, 9)
        x = _drop_maps(self.second_normalisation(x), self.second_dropout)
        x = functional.relu(self.hidden(x.flatten(1)))  # (N, 256)
        return self.classifier(self.dropout(x))


def _drop_maps(maps: Tensor, dropout: Dropout) -> Tensor:
    """Drop whole maps of an array (N, C, H, W)."""
    kept = torch.ones(*maps.shape[:2], 1, 1, dtype=maps.dtype, device=maps.device)
    return maps * dropout(kept)
