"""ResNet18 (He et al. 2016) up to one of its stages, without the linear layer."""

from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d

STAGE_MAPS = (64, 128, 256, 512)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut.

    Parameters
    ----------
    in_channels
        Maps that come in.
    maps
        Maps that go out.
    stride
        Of the first convolution; the shortcut is a 1x1 convolution where the shape changes.
    """

    def __init__(self, in_channels: int, maps: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, maps, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = BatchNorm2d(maps)
        self.conv2 = nn.Conv2d(maps, maps, kernel_size=3, padding=1, bias=False)
        self.bn2 = BatchNorm2d(maps)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != maps:
            shortcut = nn.Conv2d(in_channels, maps, kernel_size=1, stride=stride, bias=False)
            self.downsample = nn.Sequential(shortcut, BatchNorm2d(maps))

    def forward(self, x: Tensor) -> Tensor:
        """Turn maps of shape (N, C, H, W) into maps of the block's number, smaller by its stride."""
        shortcut = x if self.downsample is None else self.downsample(x)
        x = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(x)) + shortcut)


class ResNet18Trunk(nn.Module):
    """The convolutional part of ResNet18.

    Entries are named as torchvision's, so that its state dict fits without ``fc.`` and the stages that
    are left off. Weights are drawn as torchvision does: He's normal distribution over the outputs.

    Parameters
    ----------
    stages
        How many of the four stages there are, two blocks each; the maps are 64, 128, 256 and 512.
    max_pool
        Whether the image is halved before the first stage.
    """

    def __init__(self, stages: int = 4, *, max_pool: bool = True) -> None:
        super().__init__()
        if not 1 <= stages <= len(STAGE_MAPS):
            raise ValueError(f"ResNet18 has 1 to {len(STAGE_MAPS)} stages, not {stages}")
        self.stages = stages
        self.max_pool = max_pool
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = BatchNorm2d(64)
        in_channels = 64
        for number, maps in enumerate(STAGE_MAPS[:stages], start=1):
            first = BasicBlock(in_channels, maps, stride=1 if number == 1 else 2)
            self.add_module(f"layer{number}", nn.Sequential(first, BasicBlock(maps, maps, stride=1)))
            in_channels = maps
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        """Turn images into maps.

        Parameters
        ----------
        images
            Shape (N, 3, H, W).

        Returns
        -------
        Tensor of shape (N, M, h, w)
            224x224 pixels with all stages: (N, 512, 7, 7); three stages without pooling: (N, 256, 28, 28).
        """
        x = functional.relu(self.bn1(self.conv1(images)))  # (N, 64, H/2, W/2)
        if self.max_pool:
            x = functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)  # (N, 64, H/4, W/4)
        for number in range(1, self.stages + 1):
            x = self.get_submodule(f"layer{number}")(x)
        return x
