"""CapsuleNet for micro-expressions (Van Quang, Chun and Tokuyama 2019)."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.resnet18 import ResNet18Trunk

PRESENT_MARGIN = 0.99
ABSENT_MARGIN = 0.01
ABSENT_WEIGHT = 0.5
_TINY = 1e-12


def squash(vectors: Tensor) -> Tensor:
    """Shorten vectors of shape (..., D) from length l to l² / (1 + l²), keeping their direction."""
    square = vectors.square().sum(dim=-1, keepdim=True)
    # The small number only keeps the gradient of a vector of zeros finite.
    return vectors * square / (1 + square) * torch.rsqrt(square + _TINY)


class ClassCapsules(nn.Module):
    """Capsules of classes, to which capsules of features are routed by agreement (Sabour et al. 2017).

    Each capsule i predicts that of each class k by a matrix of its own. Shares of a capsule over the
    classes are the softmax of scores that begin at 0; each iteration sums the predictions by these
    shares, squashes, and adds to each score the product of prediction and sum. As in the authors'
    program, gradients pass through the last sum alone, not through the shares.

    Parameters
    ----------
    n_capsules
        Number I of capsules that come in.
    in_size
        Length of their vectors.
    n_classes
        Number K of classes.
    size
        Length D of the classes' vectors.
    iterations
        How often shares are computed.
    """

    def __init__(
        self, n_capsules: int, in_size: int, n_classes: int, size: int = 16, iterations: int = 3
    ) -> None:
        super().__init__()
        self.iterations = iterations
        self.weight = nn.Parameter(0.01 * torch.randn(n_classes, n_capsules, size, in_size))

    def forward(self, capsules: Tensor) -> Tensor:
        """Turn vectors of shape (N, I, in_size) into those of the classes, (N, K, D)."""
        predictions = torch.einsum("kids,nis->nkid", self.weight, capsules)
        fixed = predictions.detach()
        scores = torch.zeros_like(fixed[..., 0])  # (N, K, I)
        for _ in range(self.iterations - 1):
            agreed = squash(_shared(scores, fixed))
            scores = scores + (fixed * agreed[:, :, None]).sum(dim=3)
        return squash(_shared(scores, predictions))


def _shared(scores: Tensor, predictions: Tensor) -> Tensor:
    """Sum predictions (N, K, I, D) by the shares that scores (N, K, I) give each class, (N, K, D)."""
    shares = torch.softmax(scores, dim=1)
    return (shares[..., None] * predictions).sum(dim=2)


class CapsuleNet(nn.Module):
    """ResNet18 to its third stage, two wide convolutions, and a capsule per class.

    Parameters
    ----------
    n_classes
        Number K of classes.
    """

    # What a state dict of a whole ResNet18 holds beyond the trunk.
    TRUNK_HEAD: ClassVar = ("layer4.", "fc.")

    def __init__(self, n_classes: int) -> None:
        super().__init__()
        self.trunk = ResNet18Trunk(stages=3, max_pool=False)
        self.convolution = nn.Conv2d(256, 256, kernel_size=9)
        self.primary = nn.Conv2d(256, 32 * 8, kernel_size=9, stride=2)
        self.classes = ClassCapsules(32 * 6 * 6, 8, n_classes)

    def forward(self, images: Tensor) -> Tensor:
        """Turn images of shape (N, 3, 224, 224) into lengths of the classes' vectors, (N, K).

        These lie between 0 and 1; they are no scores before softmax, but the longest vector is the class.
        """
        x = self.trunk(images)  # (N, 256, 28, 28)
        x = functional.relu(self.convolution(x))  # (N, 256, 20, 20)
        x = self.primary(x)  # (N, 256, 6, 6)
        capsules = squash(x.permute(0, 2, 3, 1).reshape(len(x), -1, 8))  # (N, 1152, 8)
        return torch.linalg.vector_norm(self.classes(capsules), dim=2)  # of (N, K, 16)


def margin_loss(lengths: Tensor, targets: Tensor) -> Tensor:
    """Compute the margin loss of each sample, (N,).

    Squares of what the class that is present falls short of 0.99 and of what the others exceed 0.01, the
    latter with a weight of 0.5.

    Parameters
    ----------
    lengths
        Of the classes' vectors, (N, K).
    targets
        Shape (N, K), rows sum to one.
    """
    short = functional.relu(PRESENT_MARGIN - lengths).square()
    long = functional.relu(lengths - ABSENT_MARGIN).square()
    return (targets * short + ABSENT_WEIGHT * (1 - targets) * long).sum(dim=1)


def length_scores(lengths: Tensor) -> Tensor:
    """Turn lengths into scores that sum to one, (N, K), in double precision."""
    positive = lengths.double() + _TINY  # all vectors may be zero
    return positive / positive.sum(dim=1, keepdim=True)
