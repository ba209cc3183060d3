"""VGG16 (Simonyan and Zisserman 2015, configuration D)."""

from typing import ClassVar

from torch import Tensor, nn

from mer.models.layers import Dropout, scaled_width

# Maps of the convolutions of each of the five sections; a section ends with pooling.
SECTIONS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))


class VGG16(nn.Module):
    """Thirteen 3x3 convolutions and three linear layers.

    Entries are named as torchvision's, so that its state dict (without batch normalisation) fits.
    Weights are drawn as torchvision does: convolutions by He's normal distribution over their outputs,
    linear layers from a normal distribution of deviation 0.01, biases 0.

    Parameters
    ----------
    n_classes
        Number K of classes.
    in_channels
        Channels C of the images.
    dropout
        Probability of dropping a value after the first and the second linear layer.
    width
        Share of the published widths of all layers but the last.
    """

    HEAD: ClassVar = ("classifier.6.",)

    def __init__(
        self, n_classes: int, in_channels: int = 3, dropout: float = 0.5, width: float = 1.0
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        # Places in a sequence are names of entries: layers without weights count.
        for section in SECTIONS:
            for published in section:
                maps = scaled_width(published, width)
                layers += [nn.Conv2d(in_channels, maps, kernel_size=3, padding=1), nn.ReLU(inplace=True)]
                in_channels = maps
            layers.append(nn.MaxPool2d(kernel_size=2))
        self.features = nn.Sequential(*layers)
        hidden = scaled_width(4096, width)
        self.classifier = nn.Sequential(
            nn.Linear(in_channels * 7 * 7, hidden),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            Dropout(dropout),
            nn.Linear(hidden, n_classes),
        )
        for layer in self.modules():
            _initialise(layer)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, C, 224, 224) into class scores before softmax, (N, K)."""
        # Sections end at 112, 56, 28, 14 and 7 pixels.
        x = self.features(images)  # (N, 512, 7, 7)
        return self.classifier(x.flatten(1))


def _initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    elif isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0, 0.01)
    if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
        nn.init.zeros_(layer.bias)
