"""HTNet: hierarchical transformer network on four regions of a flow image (Wang et al. 2024)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.transformer import TransformerBlock

# Windows per side at the three levels, by the side of a patch in pixels.
WINDOWS = {7: (4, 2, 1), 2: (2, 1, 1), 1: (4, 2, 1)}
# Row and column of the regions' centres in an image of 28x28: eye and corner of the mouth in the left half of
# the image, then those in the right half.
REGIONS = ((9, 11), (21, 10), (10, 21), (20, 21))
REACH = 7


def tile_regions(images: Tensor) -> Tensor:
    """Cut the four regions out and put them side by side.

    The authors look for eyes and corners of the mouth by a detector of faces, keep the centres of the
    regions between 7 and 21 and cut off their fractions; an image of flow shows no face to detect, so the
    centres here are those that their program falls back to where it detects nothing. It takes x for a row
    and y for a column, which puts the four side by side as below; the two halves of the face are not
    mirror images of each other in it.

    Parameters
    ----------
    images
        Shape (N, C, 28, 28).

    Returns
    -------
    Tensor of shape (N, C, 28, 28)
        Left half of the face above, right half below: the eye, then the corner of the mouth, 14x14 pixels
        each.
    """
    left_eye, left_corner, right_eye, right_corner = (
        images[..., row - REACH : row + REACH, column - REACH : column + REACH] for row, column in REGIONS
    )
    left = torch.cat([left_eye, left_corner], dim=-1)
    right = torch.cat([right_eye, right_corner], dim=-1)
    return torch.cat([left, right], dim=-2)


class Level(nn.Module):
    """Transformer blocks inside square windows of a map of tokens.

    Parameters
    ----------
    dim
        Features D of a token.
    n_heads
        Heads of the attention.
    depth
        Number of blocks.
    windows
        Windows per side.
    window
        Tokens per side of a window; each place in a window has a learned number that is added to all
        features of the token there.
    """

    def __init__(self, dim: int, n_heads: int, depth: int, windows: int, window: int) -> None:
        super().__init__()
        self.windows, self.window = windows, window
        self.positions = nn.Parameter(torch.randn(window**2))
        self.blocks = nn.Sequential(
            *(TransformerBlock(dim, n_heads, 4 * dim, bias=False) for _ in range(depth))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform maps of shape (N, D, S, S)."""
        n, dim, count, side = *x.shape[:2], self.windows, self.window
        x = x.reshape(n, dim, count, side, count, side)
        x = x.permute(0, 2, 4, 3, 5, 1).reshape(n, count**2, side**2, dim)  # (N, windows, tokens, D)
        x = self.blocks(x + self.positions[:, None])
        x = x.reshape(n, count, count, side, side, dim).permute(0, 5, 1, 3, 2, 4)
        return x.reshape(n, dim, count * side, count * side)


class Merge(nn.Module):
    """From one level to the next: 3x3 convolution, layer normalisation, 3x3 max pooling with stride 2."""

    def __init__(self, dim: int, next_dim: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(dim, next_dim, kernel_size=3, padding=1)
        self.normalisation = nn.LayerNorm(next_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Halve maps of shape (N, D, S, S)."""
        x = self.normalisation(self.convolution(x).movedim(1, -1)).movedim(-1, 1)
        return functional.max_pool2d(x, kernel_size=3, stride=2, padding=1)


class HTNet(nn.Module):
    """Three levels of transformer blocks in windows over four tiled regions of a flow image.

    With the published patches of 7x7 pixels the map of tokens is 4x4 in 4x4 windows, then 2x2 in 2x2
    windows, then one token: attention never sees more than one token, its weight is always 1, and the
    22 195 200 weights of queries and keys have no influence on the class scores and get no gradient. What
    is left is a perceptron at every place, and convolutions between the levels. Smaller patches put 49
    tokens into a window of the first level and let attention do something:

    ===== ========================== ===========================
    patch tokens per side of the map tokens per side of a window
    ===== ========================== ===========================
    7     4, 2, 1                    1, 1, 1
    2     14, 7, 4                   7, 7, 4
    1     28, 14, 7                  7, 7, 7
    ===== ========================== ===========================

    With patches of 2 a window of the first level is one of the four regions; with patches of 1 this holds
    for the second level. Whatever the patch, the positions of the last level have no influence either:
    they shift all features of a token alike, which layer normalisation takes back.

    Parameters
    ----------
    n_classes
        Number K of classes.
    patch
        Side of a patch in pixels: 7 as published, 2 or 1.
    dims
        Features of a token at each level.
    heads
        Heads of the attention at each level.
    repeats
        Transformer blocks of each level.
    """

    def __init__(
        self,
        n_classes: int,
        patch: int = 7,
        dims: Sequence[int] = (256, 512, 1024),
        heads: Sequence[int] = (3, 6, 12),
        repeats: Sequence[int] = (2, 2, 10),
    ) -> None:
        super().__init__()
        self.embedding = nn.Conv2d(3, dims[0], kernel_size=patch, stride=patch)
        side = 28 // patch
        stages: list[nn.Module] = []
        for level, windows in enumerate(WINDOWS[patch]):
            if level:
                stages.append(Merge(dims[level - 1], dims[level]))
                side = (side + 1) // 2
            stages.append(Level(dims[level], heads[level], repeats[level], windows, side // windows))
        self.stages = nn.Sequential(*stages)
        self.normalisation = nn.LayerNorm(dims[-1])
        self.classifier = nn.Linear(dims[-1], n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 28, 28) into class scores before softmax, (N, K)."""
        x = self.embedding(tile_regions(images))  # (N, 256, 4, 4) for patches of 7
        x = self.stages(x)  # (N, 1024, 1, 1)
        x = self.normalisation(x.flatten(2).transpose(1, 2))  # (N, 1, 1024)
        return self.classifier(x.mean(dim=1))
