"""AlexNet (Krizhevsky 2014, "One weird trick"), the one-column variant that torchvision distributes."""

from typing import ClassVar

from torch import Tensor, nn

from mer.models.layers import Dropout, scaled_width


class AlexNet(nn.Module):
    """Five convolutions and three linear layers.

    Not the network of Krizhevsky et al. 2012, whose convolutions are cut into two groups and followed by
    local response normalisation; that one has 56,880,515 parameters for three classes, this one
    57,016,131. Entries are named as torchvision's, so that its state dict fits. Weights are drawn as
    PyTorch does by default, which is what torchvision does.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a value before the first and the second linear layer.
    width
        Share of the published widths of all layers but the last.
    """

    HEAD: ClassVar = ("classifier.6.",)

    def __init__(self, n_classes: int, dropout: float = 0.5, width: float = 1.0) -> None:
        super().__init__()
        a, b, c, d, hidden = (scaled_width(maps, width) for maps in (64, 192, 384, 256, 4096))
        # Places in a sequence are names of entries: layers without weights count.
        self.features = nn.Sequential(
            nn.Conv2d(3, a, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(a, b, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(b, c, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c, d, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(d, d, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.classifier = nn.Sequential(
            Dropout(dropout),
            nn.Linear(d * 6 * 6, hidden),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, n_classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 227, 227), or 224, into class scores before softmax, (N, K)."""
        # 227: (N, 64, 56, 56), pooled to 27; (N, 192, 27, 27), pooled to 13; three layers at 13, pooled to 6.
        x = self.features(images)  # (N, 256, 6, 6)
        return self.classifier(x.flatten(1))
