"""STSTNet: shallow triple-stream three-dimensional network (Liong et al. 2019)."""

from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d, Dropout

STREAM_FILTERS = (3, 5, 8)


class STSTNet(nn.Module):
    """Three streams of one convolution each over a flow image, and one linear layer.

    Each stream: 3x3 convolution with padding 2, ReLU, batch normalisation, 3x3 max pooling with
    stride 3 and padding 1, dropout. The streams' 16 maps are joined, averaged over 2x2 and read by
    a linear layer. Streams of one layer that see the same image are one layer of 16 filters, so that
    is what is computed here: weights, their initial distribution and results are the same.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a value after pooling.
    """

    def __init__(self, n_classes: int, dropout: float = 0.5) -> None:
        super().__init__()
        n_maps = sum(STREAM_FILTERS)
        self.convolution = nn.Conv2d(3, n_maps, kernel_size=3, padding=2)
        self.normalisation = BatchNorm2d(n_maps)
        self.dropout = Dropout(dropout)
        self.classifier = nn.Linear(400, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 28, 28) into class scores before softmax, (N, K)."""
        x = self.normalisation(functional.relu(self.convolution(images)))  # (N, 16, 30, 30)
        x = functional.max_pool2d(x, kernel_size=3, stride=3, padding=1)  # (N, 16, 10, 10)
        x = functional.avg_pool2d(self.dropout(x), kernel_size=2)  # (N, 16, 5, 5)
        return self.classifier(x.flatten(1))
