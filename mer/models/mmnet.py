"""MMNet: muscle motion-guided network on onset and apex frame (Li et al. 2022)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.layers import BatchNorm2d
from mer.models.transformer import TransformerBlock

# Mean and standard deviation of red, green and blue over ImageNet, for values from 0 to 1.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
# Rows, columns and channels of the maps that both branches end with; blocks of the transformer.
SIDE, FEATURES, DEPTH = 14, 512, 3


class ContinuousAttentionBlock(nn.Module):
    """Residual block whose maps are weighted place by place, also by the weights of the block before.

    3x3 convolution, batch normalisation, ReLU, 1x1 convolution, batch normalisation, shortcut added, ReLU.
    The weights are the sigmoid of a normalised 1x1 convolution over mean and maximum of the channels,
    times those of the block before.

    Parameters
    ----------
    n_inputs, n_outputs
        Channels.
    stride
        Of the first convolution, of the shortcut and of the pooling of earlier weights; 1 or 2.
    """

    def __init__(self, n_inputs: int, n_outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.branch = nn.Sequential(
            nn.Conv2d(n_inputs, n_outputs, kernel_size=3, stride=stride, padding=1, bias=False),
            BatchNorm2d(n_outputs),
            nn.ReLU(),
            nn.Conv2d(n_outputs, n_outputs, kernel_size=1, bias=False),
            BatchNorm2d(n_outputs),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1 or n_inputs != n_outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(n_inputs, n_outputs, kernel_size=1, stride=stride, bias=False),
                BatchNorm2d(n_outputs),
            )
        self.attention = nn.Sequential(
            nn.Conv2d(2, 1, kernel_size=1, bias=False), BatchNorm2d(1), nn.Sigmoid()
        )

    def forward(self, x: Tensor, earlier: Tensor | None) -> tuple[Tensor, Tensor]:
        """Transform maps (N, C, H, W), weighted by earlier weights (N, 1, H, W); return maps and weights."""
        x = functional.relu(self.branch(x) + self.shortcut(x))
        weights = self.attention(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1))
        if earlier is not None:
            if self.stride > 1:
                earlier = functional.max_pool2d(earlier, kernel_size=3, stride=self.stride, padding=1)
            weights = weights * earlier
        return x * weights, weights


class PositionBranch(nn.Module):
    """Where muscles are, from the shrunken onset frame: a transformer whose tokens are pixels.

    The authors declare a class token and do not use it. It is declared here too, so that the number of
    parameters is theirs; it never gets a gradient.

    Parameters
    ----------
    stochastic_depth
        Probability of dropping the last block; it rises evenly from 0 for the first.
    """

    def __init__(self, stochastic_depth: float) -> None:
        super().__init__()
        self.embedding = nn.Linear(3, FEATURES)
        self.positions = nn.Parameter(torch.empty(SIDE**2, FEATURES))
        self.unused_class_token = nn.Parameter(torch.empty(1, FEATURES))
        for parameter in (self.positions, self.unused_class_token):
            nn.init.trunc_normal_(parameter, std=0.02)
        rates = [stochastic_depth * block / (DEPTH - 1) for block in range(DEPTH)]
        self.blocks = nn.Sequential(
            *(TransformerBlock(FEATURES, 4, 2 * FEATURES, stochastic_depth=rate) for rate in rates)
        )
        for layer in self.blocks.modules():
            if isinstance(layer, nn.Linear):
                nn.init.trunc_normal_(layer.weight, std=0.02)
                nn.init.zeros_(layer.bias)
        self.normalisation = nn.LayerNorm(FEATURES)

    def forward(self, onsets: Tensor) -> Tensor:
        """Turn frames of shape (N, 3, 224, 224) into maps of shape (N, 512, 14, 14)."""
        x = functional.avg_pool2d(onsets, kernel_size=onsets.shape[-1] // SIDE)  # (N, 3, 14, 14)
        x = self.embedding(x.flatten(2).transpose(1, 2)) + self.positions  # (N, 196, 512)
        x = self.normalisation(self.blocks(x))
        return x.transpose(1, 2).unflatten(2, (SIDE, SIDE))


class MMNet(nn.Module):
    """Motion from the difference of apex and onset, place from the onset alone; their maps are added.

    Parameters
    ----------
    n_classes
        Number K of classes.
    stochastic_depth
        Largest probability of dropping a block of the position branch.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, n_classes: int, stochastic_depth: float = 0.3) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(IMAGENET_DEVIATION)[:, None, None], persistent=False)
        self.stem = nn.Sequential(
            nn.Conv2d(3, 180, kernel_size=3, stride=2, padding=1, bias=False),
            BatchNorm2d(180),
            nn.ReLU(),
            nn.Conv2d(180, 128, kernel_size=3, padding=1, bias=False),
            BatchNorm2d(128),
            nn.ReLU(),
        )
        self.blocks = nn.ModuleList(
            [
                ContinuousAttentionBlock(128, 128, stride=1),
                ContinuousAttentionBlock(128, 128, stride=2),
                ContinuousAttentionBlock(128, 256, stride=2),
                ContinuousAttentionBlock(256, FEATURES, stride=2),
            ]
        )
        self.position = PositionBranch(stochastic_depth)
        self.classifier = nn.Linear(FEATURES * SIDE**2, n_classes)

    def forward(self, frames: Tensor) -> Tensor:
        """Score pairs of onset and apex frame.

        Parameters
        ----------
        frames
            Red, green and blue from 0 to 1, shape (N, 2, 3, 224, 224).

        Returns
        -------
        Tensor of shape (N, K)
            Class scores before softmax.
        """
        onsets, apexes = ((frames - self.mean) / self.deviation).unbind(1)
        x = self.stem(apexes - onsets)  # (N, 128, 112, 112)
        weights: Tensor | None = None
        for block in self.blocks:  # 112, 56, 28 and 14 to the side
            x, weights = block(x, weights)
        return self.classifier((x + self.position(onsets)).flatten(1))  # from (N, 512, 14, 14)
