"""Feature Refinement: a feature for each expression, and their sum (Zhou et al. 2022)."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from mer.models.inception import FEATURES, InceptionBackbone, initialise_like_keras
from mer.models.layers import Dropout

Proposal = Literal["attention", "fully_connected"]
Fusion = Literal["sum", "concatenation"]

_DETECTOR_UNITS, _CLASSIFIER_UNITS = 128, 256


class ExpressionProposal(nn.Module):
    """One expression's feature, from the shared one, and the detector of that expression.

    Attention (Equations 2 and 3 of the paper): a linear layer and a softmax over the 1024 components give
    a weight for each component of z. Without attention (FR-fc) the linear layer, with ReLU, gives the
    feature itself. The detector has 128 units with ReLU and two outputs: another expression, this one.

    Parameters
    ----------
    proposal
        Whether the layer weighs the shared feature or replaces it.
    attention_rescale
        Whether weights, which are 1/1024 on average, are multiplied by 1024.
    """

    def __init__(self, proposal: Proposal, attention_rescale: bool = False) -> None:
        super().__init__()
        self.proposal = proposal
        self.factor = float(FEATURES) if attention_rescale else 1.0
        self.linear = nn.Linear(FEATURES, FEATURES)
        self.detector = nn.Sequential(
            nn.Linear(FEATURES, _DETECTOR_UNITS), nn.ReLU(), nn.Linear(_DETECTOR_UNITS, 2)
        )

    def forward(self, shared: Tensor) -> tuple[Tensor, Tensor]:
        """Turn shared features (N, 1024) into this expression's (N, 1024) and detector scores (N, 2)."""
        x = self.linear(shared)
        if self.proposal == "attention":
            specific = self.factor * torch.softmax(x, dim=1) * shared
        else:
            specific = functional.relu(x)
        return specific, self.detector(specific)


class FeatureRefinement(nn.Module):
    """Dual-Inception's backbone, one proposal per class, their fusion z', and a classifier of two layers.

    Sizes that the paper leaves open (1024 components, 128 and 256 units, two outputs of a detector) are
    those that give the numbers of parameters in its Table 7. All weights are Glorot-uniform.

    Parameters
    ----------
    n_classes
        Number K of classes.
    proposal
        'attention' is FR, 'fully_connected' is FR-fc.
    fusion
        'sum' is FR; 'concatenation' is FR-concatenated.
    dropout
        Probability of dropping a value after the classifier's first layer.
    attention_rescale
        Whether attention weights are multiplied by 1024.
    stream_channels, shared_streams, batch_norm
        As of the backbone.
    """

    def __init__(
        self,
        n_classes: int,
        proposal: Proposal = "attention",
        fusion: Fusion = "sum",
        *,
        dropout: float = 0.5,
        attention_rescale: bool = False,
        stream_channels: int = 1,
        shared_streams: bool = False,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        self.fusion = fusion
        self.backbone = InceptionBackbone(stream_channels, shared_streams, batch_norm)
        self.proposals = nn.ModuleList(
            [ExpressionProposal(proposal, attention_rescale) for _ in range(n_classes)]
        )
        n_refined = FEATURES * (n_classes if fusion == "concatenation" else 1)
        self.classifier = nn.Sequential(
            nn.Linear(n_refined, _CLASSIFIER_UNITS),
            nn.ReLU(),
            Dropout(dropout),
            nn.Linear(_CLASSIFIER_UNITS, n_classes),
        )
        initialise_like_keras(self.proposals)
        initialise_like_keras(self.classifier)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Classify flow images (u, v, ...) of shape (N, 2 or more, 28, 28).

        Returns
        -------
        tuple of Tensor
            Class scores before softmax (N, K); scores of the K detectors before sigmoid (N, K, 2), for
            "another expression" and "this one"; refined feature z', (N, 1024), or (N, K * 1024).
        """
        shared = self.backbone(images)  # (N, 1024)
        pairs = [proposal(shared) for proposal in self.proposals]
        specific = torch.stack([feature for feature, _ in pairs], dim=1)  # (N, K, 1024)
        detected = torch.stack([scores for _, scores in pairs], dim=1)  # (N, K, 2)
        refined = specific.sum(dim=1) if self.fusion == "sum" else specific.flatten(1)
        return self.classifier(refined), detected, refined


def refinement_loss(
    outputs: tuple[Tensor, Tensor, Tensor], targets: Tensor, proposal_weight: float
) -> Tensor:
    """Compute the loss of each sample, (N,): classification plus weighted detection (Equation 8).

    Detection is binary cross-entropy, averaged over the two outputs of a detector and over the
    detectors. The paper sums over samples; here losses are per sample and the training loop averages.

    Parameters
    ----------
    outputs
        Of the network.
    targets
        Shape (N, K), rows sum to one; where samples were mixed, a detector's target is the class's part.
    proposal_weight
        Factor lambda of detection.
    """
    logits, detected, _ = outputs
    binary = torch.stack([1 - targets, targets], dim=2)  # (N, K, 2)
    detection = functional.binary_cross_entropy_with_logits(detected, binary, reduction="none").mean((1, 2))
    classification = -(targets * torch.log_softmax(logits, dim=1)).sum(dim=1)
    return classification + proposal_weight * detection
