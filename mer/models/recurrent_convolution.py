"""Recurrent convolutional networks RCN-A, RCN-S and RCN-W (Xia et al. 2020)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d, Dropout


class RecurrentConvolutionalNetwork(nn.Module):
    """A stem, one block whose convolution is used several times, average pooling, one linear layer.

    After the authors' program. Three additions, which cost no parameters, make the published variants:
    ``attention`` is RCN-A, ``dense_shortcuts`` RCN-S, ``wide`` RCN-W. Convolutions are drawn by He's
    rule from their outgoing connections, the linear layer's weights from N(0, 0.01).

    Parameters
    ----------
    n_classes
        Number K of classes.
    attention
        Whether pooled maps are multiplied by an attention map made of stem and classifier.
    dense_shortcuts
        Whether the block adds up all that it has computed before.
    wide
        Whether the stem has three branches of different reach.
    n_maps
        Maps C of stem and block, a multiple of four.
    pool_size
        Rows and columns P of cells that are averaged before the linear layer.
    dropout
        Probability of dropping a value after the stem and after the block.
    """

    def __init__(
        self,
        n_classes: int,
        *,
        attention: bool = False,
        dense_shortcuts: bool = False,
        wide: bool = False,
        n_maps: int = 64,
        pool_size: int = 5,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.stem = WideStem(n_maps, dropout) if wide else Stem(n_maps, dropout)
        self.block = (
            DenseShortcutBlock(n_maps, dropout) if dense_shortcuts else RecurrentBlock(n_maps, dropout)
        )
        side = 20 if wide else 28
        self.stem_pooling = CellAverage(side, pool_size) if attention else None
        self.pooling = CellAverage(side // 2, pool_size)
        self.classifier = nn.Linear(n_maps * pool_size**2, n_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        nn.init.normal_(self.classifier.weight, std=0.01)
        nn.init.zeros_(self.classifier.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 60, 60) into class scores before softmax, (N, K)."""
        stem = self.stem(images)  # (N, C, 28, 28), or (N, C, 20, 20) where wide
        x = self.pooling(self.block(stem))  # (N, C, P, P)
        if self.stem_pooling is not None:
            x = x * class_attention(self.stem_pooling(stem), self.classifier.weight)
        return self.classifier(x.flatten(1))


class Stem(nn.Module):
    """5x5 convolution without padding, batch normalisation, ReLU, 2x2 max pooling, dropout."""

    def __init__(self, n_maps: int, dropout: float) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, n_maps, kernel_size=5)
        self.normalisation = BatchNorm2d(n_maps)
        self.dropout = Dropout(dropout)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 60, 60) into maps (N, C, 28, 28)."""
        x = functional.relu(self.normalisation(self.convolution(images)))  # (N, C, 56, 56)
        return self.dropout(functional.max_pool2d(x, 2))


class WideStem(nn.Module):
    """3x3 convolutions with stride 3 and dilation 1, 2 and 3, joined: half of the maps, a quarter, a quarter.

    Each is followed by ReLU, batch normalisation and dropout, in this order.
    """

    def __init__(self, n_maps: int, dropout: float) -> None:
        super().__init__()
        widths = (n_maps // 2, n_maps // 4, n_maps // 4)
        self.branches = nn.ModuleList(
            [
                nn.Sequential(
                    nn.Conv2d(3, width, kernel_size=3, stride=3, padding=dilation, dilation=dilation),
                    nn.ReLU(),
                    BatchNorm2d(width),
                    Dropout(dropout),
                )
                for dilation, width in enumerate(widths, start=1)
            ]
        )

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 60, 60) into maps (N, C, 20, 20)."""
        return torch.cat([branch(images) for branch in self.branches], dim=1)


class RecurrentBlock(nn.Module):
    """A 1x1 convolution makes y of the input x; a 3x3 convolution then makes y of x + y, twice.

    Batch normalisation and ReLU follow each; the two steps share weights and running moments. 2x2 max
    pooling and dropout end the block.
    """

    def __init__(self, n_maps: int, dropout: float) -> None:
        super().__init__()
        self.forward_convolution = _normalised(n_maps, size=1)
        self.recurrent_convolution = _normalised(n_maps, size=3)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Turn maps of shape (N, C, H, W) into (N, C, H/2, W/2)."""
        y = self.forward_convolution(x)
        for _ in range(2):
            y = self.recurrent_convolution(x + y)
        return self.dropout(functional.max_pool2d(y, 2))


class DenseShortcutBlock(nn.Module):
    """Like the recurrent block with three steps, each of which sees the sum of all that came before.

    The authors declare one more convolution and do not use it. It is declared here too, so that the
    number of parameters is theirs; it never gets a gradient.
    """

    def __init__(self, n_maps: int, dropout: float) -> None:
        super().__init__()
        self.forward_convolution = _normalised(n_maps, size=1)
        self.recurrent_convolution = _normalised(n_maps, size=3)
        self.unused_convolution = _normalised(n_maps, size=3)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Turn maps of shape (N, C, H, W) into (N, C, H/2, W/2)."""
        total = x + self.forward_convolution(x)
        for _ in range(2):
            total = total + self.recurrent_convolution(total)
        return self.dropout(functional.max_pool2d(self.recurrent_convolution(total), 2))


class CellAverage(nn.Module):
    """Average over a grid of cells, which overlap by a pixel where the side is no multiple of theirs.

    What adaptive average pooling computes, as products of matrices: PyTorch's own has no gradient on a
    GPU that adds up in the same order every time.

    Parameters
    ----------
    side
        Height and width of the maps.
    size
        Rows and columns of cells.
    """

    weights: Tensor

    def __init__(self, side: int, size: int) -> None:
        super().__init__()
        self.register_buffer("weights", _cell_weights(side, size), persistent=False)

    def forward(self, maps: Tensor) -> Tensor:
        """Turn maps of shape (N, C, side, side) into (N, C, size, size)."""
        return self.weights @ maps @ self.weights.T


def class_attention(maps: Tensor, weights: Tensor) -> Tensor:
    """Say where the classifier would look: mean over the classes of their activation maps.

    A class's map is the mean over the channels of maps times weights, rescaled to span 0 to 1.

    Parameters
    ----------
    maps
        Shape (N, C, P, P).
    weights
        Of the classifier, shape (K, C * P * P).

    Returns
    -------
    Tensor
        Shape (N, 1, P, P). A class's map that is the same everywhere counts as zero; the authors'
        program divides by zero there.
    """
    patterns = weights.view(-1, *maps.shape[1:])  # (K, C, P, P)
    activations = torch.einsum("ncij,kcij->nkij", maps, patterns) / maps.shape[1]
    activations = activations - activations.amin(dim=(2, 3), keepdim=True)
    spans = activations.amax(dim=(2, 3), keepdim=True)
    return (activations / spans.clamp(min=1e-12)).mean(dim=1, keepdim=True)


def _cell_weights(side: int, size: int) -> Tensor:
    """Return the weight of each of ``side`` pixels in each of ``size`` cells, shape (size, side)."""
    weights = []
    for cell in range(size):
        start, stop = cell * side // size, math.ceil((cell + 1) * side / size)
        weights.append([1 / (stop - start) if start <= pixel < stop else 0.0 for pixel in range(side)])
    return torch.tensor(weights)


def _normalised(n_maps: int, size: int) -> nn.Sequential:
    """Make a convolution that keeps the size, batch normalisation and ReLU."""
    convolution = nn.Conv2d(n_maps, n_maps, kernel_size=size, padding=size // 2)
    return nn.Sequential(convolution, BatchNorm2d(n_maps), nn.ReLU())
