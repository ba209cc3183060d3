"""EMR, the network of "A neural micro-expression recognizer" (Liu, Du, Zheng and Gedeon 2019)."""

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.gradient_reversal import GradientReversal
from mer.models.layers import Dropout
from mer.models.resnet18 import ResNet18Trunk

# Rows of the trunk's seven that show the upper half of a face.
UPPER_ROWS = 3
HALF_FEATURES = 64
DOMAIN_DROPOUT = 0.5

# Class scores of both halves together, of the upper and of the lower half, each (N, K), and the score of
# being a macro-expression, (N,).
EMROutputs = tuple[Tensor, Tensor, Tensor, Tensor]


class EMR(nn.Module):
    """ResNet18 whose maps are averaged over the upper and the lower half of the face.

    Each half gets 64 features and a classifier, both together another one, and a small network tells
    micro- from macro-expressions by the features of both, which a gradient reversal keeps from being told
    apart. Linear layers are drawn as in the authors' program: Glorot's normal distribution, biases 0.

    Parameters
    ----------
    n_classes
        Number K of classes.
    dropout
        Probability of dropping a feature of a half. In the domain's network it is 0.5.
    """

    # What a state dict of a whole ResNet18 holds beyond the trunk.
    TRUNK_HEAD: ClassVar = ("fc.",)

    def __init__(self, n_classes: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.trunk = ResNet18Trunk()
        self.upper = nn.Sequential(nn.Linear(512, HALF_FEATURES), nn.Tanh(), Dropout(dropout))
        self.lower = nn.Sequential(nn.Linear(512, HALF_FEATURES), nn.Tanh(), Dropout(dropout))
        self.classifier = nn.Linear(2 * HALF_FEATURES, n_classes)
        self.upper_classifier = nn.Linear(HALF_FEATURES, n_classes)
        self.lower_classifier = nn.Linear(HALF_FEATURES, n_classes)
        self.reversal = GradientReversal()
        self.domain = nn.Sequential(
            nn.Linear(2 * HALF_FEATURES, 64),
            nn.ReLU(),
            Dropout(DOMAIN_DROPOUT),
            nn.Linear(64, 32),
            nn.ReLU(),
            Dropout(DOMAIN_DROPOUT),
            nn.Linear(32, 1),
        )
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_normal_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(self, images: Tensor) -> EMROutputs:
        """Turn images of shape (N, 3, 224, 224), from 0 to 1, into scores before softmax."""
        x = self.trunk(2 * images - 1)  # (N, 512, 7, 7)
        upper = self.upper(x[:, :, :UPPER_ROWS].mean(dim=(2, 3)))  # (N, 64)
        lower = self.lower(x[:, :, UPPER_ROWS:].mean(dim=(2, 3)))  # (N, 64)
        both = torch.cat([upper, lower], dim=1)  # (N, 128)
        domain = self.domain(self.reversal(both)).squeeze(1)  # (N,)
        return self.classifier(both), self.upper_classifier(upper), self.lower_classifier(lower), domain


def loss(outputs: EMROutputs, targets: Tensor) -> Tensor:
    """Compute the sum of the cross-entropies of the three classifiers, (N,).

    Parameters
    ----------
    outputs
        Of the network; the score of the domain does not count.
    targets
        Shape (N, K), rows sum to one.
    """
    scores = torch.stack(outputs[:3])  # (3, N, K)
    return -(targets * torch.log_softmax(scores, dim=2)).sum(dim=(0, 2))


def before_step(network: EMR, n_steps: int) -> None:
    """Make the reversal of gradients as strong as it is after so many training steps."""
    network.reversal.set_steps(n_steps)


def domain_loss(outputs: EMROutputs, is_macro: Tensor) -> Tensor:
    """Compute the binary cross-entropy of telling micro- from macro-expressions, (N,).

    Parameters
    ----------
    outputs
        Of the network; only the score of the domain counts.
    is_macro
        One for macro-expressions, zero for micro-expressions, shape (N,).
    """
    return functional.binary_cross_entropy_with_logits(
        outputs[3], is_macro.to(outputs[3].dtype), reduction="none"
    )
