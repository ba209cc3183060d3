"""STSTNet: shallow triple-stream three-dimensional network (Liong et al. 2019)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

STREAM_FILTERS = (3, 5, 8)


class STSTNet(nn.Module):
    """Three streams of one convolution each over a flow image, and one linear layer.

    Each stream: 3x3 convolution with padding 2, ReLU, batch normalisation, 3x3 max pooling with
    stride 3 and padding 1, dropout. The streams' 16 maps are joined, averaged over 2x2 and read by
    a linear layer. Parameters come in the order of the authors' PyTorch release (three
    convolutions, three normalisations, the linear layer), so that its state dicts fit by shape.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a value after pooling.
    """

    def __init__(self, n_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(3, n, kernel_size=3, padding=2) for n in STREAM_FILTERS)
        self.normalisations = nn.ModuleList(nn.BatchNorm2d(n) for n in STREAM_FILTERS)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(400, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 28, 28) into class scores before softmax, (N, K)."""
        streams = []
        for convolution, normalisation in zip(self.convolutions, self.normalisations, strict=True):
            x = normalisation(functional.relu(convolution(images)))  # (N, filters, 30, 30)
            x = functional.max_pool2d(x, kernel_size=3, stride=3, padding=1)  # (N, filters, 10, 10)
            streams.append(self.dropout(x))
        x = functional.avg_pool2d(torch.cat(streams, dim=1), kernel_size=2)  # (N, 16, 5, 5)
        return self.classifier(x.flatten(1))
